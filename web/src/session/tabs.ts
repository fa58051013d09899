import type { Grant } from './session';

/** What the tabs of one browser tell each other: they share one cookie, so one session. */
export type TabMessage = { type: 'renewed'; grant: Grant } | { type: 'ended' };

export interface Tabs {
  tell(message: TabMessage): void;
  listen(listener: (message: TabMessage) => void): void;
  /** Runs `task` while no other tab runs one: two tabs must not spend the same refresh token. */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  /** A random value kept over reloads until it is forgotten, so that a retry is recognised as one. */
  attemptId(): string;
  forgetAttempt(): void;
}

const ATTEMPT_KEY = 'causerie.refresh-attempt';

/** A random id; unlike `crypto.randomUUID` it also works on a plain-http address of a home network. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function browserTabs(): Tabs {
  const channel = new BroadcastChannel('causerie-session');
  return {
    tell: (message) => channel.postMessage(message),
    listen: (listener) => channel.addEventListener('message', (event) => listener(event.data)),
    // Browsers offer locks on secure origins only. Without them two tabs may ask at the same moment,
    // which the server forgives for a minute.
    exclusively: (task) => (navigator.locks ? navigator.locks.request('causerie-session', task) : task()),
    attemptId() {
      const known = localStorage.getItem(ATTEMPT_KEY);
      if (known) return known;
      const fresh = randomId();
      localStorage.setItem(ATTEMPT_KEY, fresh);
      return fresh;
    },
    forgetAttempt: () => localStorage.removeItem(ATTEMPT_KEY),
  };
}
