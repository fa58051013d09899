import './styles.css';
import './app/theme';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './app/App';
import { exchange } from './session/exchange';
import { Session } from './session/session';
import { browserTabs } from './session/tabs';

const container = document.getElementById('root');
if (!container) throw new Error('the page has no #root element');

const session = new Session(exchange, browserTabs());

createRoot(container).render(
  <BrowserRouter>
    <App session={session} />
  </BrowserRouter>,
);
