import { useState, type ChangeEvent } from 'react';
import { Link, useLocation } from 'react-router';
import { Field } from '../ui/Field';
import { Form } from '../ui/Form';
import { Logo } from '../ui/icons';
import { useAction } from '../ui/useAction';
import { useDocumentTitle } from '../ui/useDocumentTitle';
import type { Session } from './session';
import { usernameField } from './usernameField';

interface SignInProps {
  session: Session;
  /** Whether to make a new account rather than use one. */
  signUp: boolean;
  /** Whether the login ended by itself, so that being asked again needs a word of explanation. */
  ended: boolean;
}

export function SignIn({ session, signUp, ended }: SignInProps) {
  useDocumentTitle(signUp ? 'Sign up' : 'Log in');
  const { state } = useLocation();
  return (
    <main className="flex min-h-full flex-col items-center justify-center px-4 py-10">
      <div className="mb-7 flex items-center gap-3">
        <Logo className="size-10" />
        <span className="font-serif text-3xl tracking-tight italic">Causerie</span>
      </div>
      <section className="w-full max-w-sm rounded-2xl border border-line bg-surface p-6 shadow-sm sm:p-7">
        <h1 className="text-xl font-semibold">{signUp ? 'Create your account' : 'Welcome back'}</h1>
        <p className="mt-1 mb-5 text-sm text-soft">
          {ended ? 'Your session has ended. Log in to go on.' : 'Conversations on your own server.'}
        </p>
        {signUp ? <SignUpForm session={session} /> : <LoginForm session={session} />}
      </section>
      <p className="mt-6 text-sm text-soft">
        {signUp ? 'Have an account already? ' : 'New here? '}
        <Link
          to={signUp ? '/login' : '/signup'}
          state={state}
          className="font-medium text-accent underline decoration-accent/40 underline-offset-3 hover:decoration-current"
        >
          {signUp ? 'Log in' : 'Sign up'}
        </Link>
      </p>
    </main>
  );
}

function LoginForm({ session }: { session: Session }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction('username', 'password');
  const login = () => session.login({ username: username.trim(), password, device: deviceName() });
  return (
    <Form action={action} onSubmit={() => action.run(login)} submit="Log in">
      <Field
        {...usernameField}
        autoComplete="username"
        value={username}
        onChange={(event) => setUsername(event.target.value)}
        error={action.problemOf('username')}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={action.problemOf('password')}
      />
    </Form>
  );
}

function SignUpForm({ session }: { session: Session }) {
  const [account, setAccount] = useState({ username: '', displayName: '', password: '' });
  const action = useAction('username', 'displayName', 'password');
  const write = (event: ChangeEvent<HTMLInputElement>) =>
    setAccount({ ...account, [event.target.name]: event.target.value });
  const register = () =>
    session.register({
      username: account.username.trim(),
      displayName: account.displayName.trim() || null,
      password: account.password,
      device: deviceName(),
    });
  const field = (name: keyof typeof account) => ({
    name,
    value: account[name],
    onChange: write,
    error: action.problemOf(name),
  });
  return (
    <Form action={action} onSubmit={() => action.run(register)} submit="Sign up">
      <Field
        {...usernameField}
        {...field('username')}
        autoComplete="username"
        maxLength={32}
        hint="2 to 32 letters, digits, dots, dashes or underscores."
      />
      <Field
        {...field('displayName')}
        label="Your name"
        autoComplete="name"
        placeholder="As others will see it (optional)"
      />
      <Field
        {...field('password')}
        label="Password"
        type="password"
        autoComplete="new-password"
        required
        hint="At least 8 characters. A few words make a good one."
      />
    </Form>
  );
}

/** What a list of one's logins calls this one. */
function deviceName(): string {
  const agent = navigator.userAgent;
  const browser = [
    ['Edg/', 'Edge'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([mark]) => agent.includes(mark ?? ''))?.[1];
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux'].find((name) =>
    agent.includes(name),
  );
  return [browser ?? 'Browser', system && `on ${system}`].filter(Boolean).join(' ');
}
