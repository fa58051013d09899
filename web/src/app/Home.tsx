import { ApolloProvider } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { Conversation } from '../conversation/Conversation';
import { BrowseChannels } from '../rooms/BrowseChannels';
import { Sidebar } from '../rooms/Sidebar';
import { Welcome } from '../rooms/Welcome';
import type { Person, Session } from '../session/session';
import { ToastList } from '../ui/toasts';
import { WorkspaceContext } from '../workspace/context';
import { Workspace } from '../workspace/workspace';

interface HomeProps {
  session: Session;
  viewer: Person;
}

/** Everything behind the login. Its workspace is closed when the login ends. */
export function Home({ session, viewer }: HomeProps) {
  const [workspace] = useState(() => new Workspace(session, viewer.id));
  useEffect(() => {
    workspace.open();
    return () => workspace.close();
  }, [workspace]);
  return (
    <WorkspaceContext value={{ workspace, session, viewer }}>
      <ApolloProvider client={workspace.client}>
        <Panes />
        <ToastList />
      </ApolloProvider>
    </WorkspaceContext>
  );
}

/** Two panes side by side; on a phone only one of them, the list on `/` and the other elsewhere. */
function Panes() {
  const { pathname, state } = useLocation();
  const onList = pathname === '/';
  return (
    <div className="flex h-full">
      <aside
        className={`h-full min-w-0 flex-col border-e border-line bg-page md:flex md:w-80 md:shrink-0 ${onList ? 'flex w-full' : 'hidden'}`}
      >
        <Sidebar />
      </aside>
      <main className={`h-full min-w-0 flex-1 flex-col bg-surface md:flex ${onList ? 'hidden' : 'flex'}`}>
        <Routes>
          <Route path="/" element={<Welcome />} />
          <Route path="/channels" element={<BrowseChannels />} />
          <Route path="/rooms/:roomId" element={<Conversation />} />
          <Route path="*" element={<Navigate to={wantedBefore(state)} replace />} />
        </Routes>
      </main>
    </div>
  );
}

function wantedBefore(state: unknown): string {
  const from = (state as { from?: unknown } | null)?.from;
  return typeof from === 'string' && from.startsWith('/rooms/') ? from : '/';
}
