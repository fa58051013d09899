import { useEffect } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import type { Session } from '../session/session';
import { SignIn } from '../session/SignIn';
import { Button } from '../ui/Button';
import { Logo } from '../ui/icons';
import { useObserved } from '../ui/observed';
import { Spinner } from '../ui/Spinner';
import { Home } from './Home';

/** Shows the sign-in pages or the rooms, whichever the session calls for. */
export function App({ session }: { session: Session }) {
  const state = useObserved(session);
  useEffect(() => void session.restore(), [session]);
  switch (state.status) {
    case 'restoring':
      return <Restoring unreachable={state.unreachable} onRetry={() => session.retryNow()} />;
    case 'anonymous':
      return <Anonymous session={session} ended={state.ended} />;
    case 'signed-in':
      return <Home key={state.viewer.id} session={session} viewer={state.viewer} />;
  }
}

function Restoring({ unreachable, onRetry }: { unreachable: boolean; onRetry: () => void }) {
  return (
    <main className="flex h-full flex-col items-center justify-center gap-5 px-6 text-center text-soft">
      <Logo className="size-12" />
      {unreachable ? (
        <>
          <p role="status">The server can’t be reached at the moment. Trying again…</p>
          <Button onClick={onRetry}>Try now</Button>
        </>
      ) : (
        <Spinner label="Loading" />
      )}
    </main>
  );
}

function Anonymous({ session, ended }: { session: Session; ended: boolean }) {
  const { pathname } = useLocation();
  // The page that was asked for opens after signing in.
  const wanted = { from: pathname };
  return (
    <Routes>
      <Route path="/login" element={<SignIn key="login" session={session} signUp={false} ended={ended} />} />
      <Route path="/signup" element={<SignIn key="signup" session={session} signUp ended={false} />} />
      <Route path="*" element={<Navigate to="/login" replace state={wanted} />} />
    </Routes>
  );
}
