import 'graphiql/setup-workers/vite';
// These four rather than graphiql/style.css, which carries its fonts as data: URLs.
import '@fontsource-variable/inter';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './playground.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { exampleTabs } from './examples';
import { createFetcher } from './fetcher';

const container = document.getElementById('playground');
if (!container) throw new Error('the page has no #playground element');

// GraphiQL shows the first tab's variables only when told so, and takes them for a further tab
// when it has tabs of an earlier visit.
const firstVisit = localStorage.getItem('graphiql:tabState') === null;
const initial = firstVisit ? { initialVariables: exampleTabs[0]?.variables ?? '' } : {};

createRoot(container).render(
  <GraphiQL
    fetcher={createFetcher(new URL('/graphql', window.location.href))}
    defaultTabs={exampleTabs}
    {...initial}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>
      <a className="playground-logo" href="/">
        Causerie
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
