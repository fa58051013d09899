import { describe, expect, test, vi } from 'vitest';
import { RefusedError, UnreachableError, type exchange } from './exchange';
import { Session, SessionEndedError } from './session';
import type { TabMessage, Tabs } from './tabs';

const START = Date.parse('2030-01-01T12:00:00Z');
const LIFETIME = 600_000;

/** A server that hands out numbered tokens, and the tabs of one browser. */
class World {
  now = START;
  /** How far the server's clock is ahead of this machine's. */
  skew = 0;
  calls: { operation: string; attemptId: string | undefined }[] = [];
  failure: Error | undefined;
  loggedIn = true;
  viewerId = 'usr_alice';
  readonly #listeners: ((message: TabMessage) => void)[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #attempt: string | undefined;
  #attempts = 0;

  tab(): Session {
    const index = this.#listeners.length;
    const tabs: Tabs = {
      tell: (message) => this.#listeners.forEach((listen, other) => other !== index && listen(message)),
      listen: (listener) => this.#listeners.push(listener),
      exclusively: (task) => {
        const turn = this.#queue.then(task);
        this.#queue = turn.catch(() => undefined);
        return turn;
      },
      attemptId: () => (this.#attempt ??= `attempt ${++this.#attempts}`),
      forgetAttempt: () => (this.#attempt = undefined),
    };
    return new Session(this.#ask as unknown as typeof exchange, tabs, () => this.now);
  }

  readonly #ask = async (
    document: { definitions: { name: { value: string } }[] },
    variables: { input?: object },
  ) => {
    const operation = document.definitions[0]!.name.value;
    const { attemptId } = (variables.input ?? {}) as { attemptId?: string };
    this.calls.push({ operation, attemptId });
    await Promise.resolve();
    if (this.failure) throw this.failure;
    const field = operation[0]!.toLowerCase() + operation.slice(1);
    if (operation === 'Logout') this.loggedIn = false;
    if (operation === 'Login') this.loggedIn = true;
    return { data: { [field]: this.#payload() }, serverTime: this.now + this.skew };
  };

  #payload() {
    if (!this.loggedIn) return { userErrors: [{ code: 'UNAUTHENTICATED', message: 'No.', field: null }] };
    return {
      accessToken: `token ${this.calls.length}`,
      accessTokenExpiresAt: new Date(this.now + this.skew + LIFETIME).toISOString(),
      viewer: { user: { id: this.viewerId, username: 'alice', displayName: 'Alice' } },
      userErrors: [],
    };
  }
}

async function signedIn(world: World): Promise<Session> {
  const session = world.tab();
  await session.restore();
  return session;
}

describe('restoring', () => {
  test('takes up the login of the cookie', async () => {
    const session = await signedIn(new World());
    expect(session.state).toMatchObject({ status: 'signed-in', viewer: { username: 'alice' } });
  });

  test('shows the login page without a word when there is no login', async () => {
    const world = new World();
    world.loggedIn = false;
    expect((await signedIn(world)).state).toEqual({ status: 'anonymous', ended: false });
  });

  test('keeps trying, as the same attempt, while the server is away', async () => {
    vi.useFakeTimers();
    const world = new World();
    world.failure = new UnreachableError();
    const session = world.tab();
    const restored = session.restore();
    await vi.waitFor(() => expect(session.state).toEqual({ status: 'restoring', unreachable: true }));
    world.failure = undefined;
    await vi.runAllTimersAsync();
    await restored;
    expect(session.state.status).toBe('signed-in');
    expect(world.calls.map((call) => call.attemptId)).toEqual(['attempt 1', 'attempt 1']);
    vi.useRealTimers();
  });

  test('being asked to wait is not the end of the login', async () => {
    vi.useFakeTimers();
    const world = new World();
    world.failure = new RefusedError([{ message: '', extensions: { code: 'RATE_LIMITED' } }]);
    const session = world.tab();
    void session.restore();
    await vi.waitFor(() => expect(session.state).toEqual({ status: 'restoring', unreachable: true }));
    vi.useRealTimers();
  });
});

describe('the access token', () => {
  test('is used until shortly before its end, then renewed once for all who ask', async () => {
    const world = new World();
    const session = await signedIn(world);
    world.now += LIFETIME - 31_000;
    expect(await session.accessToken()).toBe('token 1');
    world.now += 2_000;
    const tokens = await Promise.all([session.accessToken(), session.accessToken(), session.accessToken()]);
    expect(tokens).toEqual(['token 2', 'token 2', 'token 2']);
    expect(world.calls).toHaveLength(2);
  });

  test('is measured by the server’s clock', async () => {
    const world = new World();
    world.skew = -3_600_000;
    const session = await signedIn(world);
    expect(await session.accessToken()).toBe('token 1');
    world.now += LIFETIME;
    expect(await session.accessToken()).toBe('token 2');
  });

  test('is renewed after the server rejected it, but not for a rejection of an older one', async () => {
    const world = new World();
    const session = await signedIn(world);
    session.reject('token 1');
    expect(await session.accessToken()).toBe('token 2');
    session.reject('token 1');
    expect(await session.accessToken()).toBe('token 2');
  });

  test('a refused renewal ends the login, with an explanation', async () => {
    const world = new World();
    const session = await signedIn(world);
    world.loggedIn = false;
    session.reject('token 1');
    await expect(session.accessToken()).rejects.toThrow(SessionEndedError);
    expect(session.state).toEqual({ status: 'anonymous', ended: true });
  });

  test('a lost connection does not end the login', async () => {
    const world = new World();
    const session = await signedIn(world);
    world.failure = new UnreachableError();
    session.reject('token 1');
    await expect(session.accessToken()).rejects.toThrow(UnreachableError);
    expect(session.state.status).toBe('signed-in');
    world.failure = undefined;
    expect(await session.accessToken()).toBe('token 3');
    const [, lost, retried] = world.calls;
    expect(lost?.attemptId).toBe(retried?.attemptId);
  });
});

describe('two tabs', () => {
  test('that renew at the same moment ask the server once', async () => {
    const world = new World();
    const [first, second] = [await signedIn(world), await signedIn(world)];
    world.calls = [];
    world.now += LIFETIME;
    const tokens = await Promise.all([first.accessToken(), second.accessToken()]);
    expect(tokens).toEqual(['token 1', 'token 1']);
    expect(world.calls).toHaveLength(1);
  });

  test('log out together', async () => {
    const world = new World();
    const [first, second] = [await signedIn(world), await signedIn(world)];
    await first.logout();
    expect(first.state).toEqual({ status: 'anonymous', ended: false });
    expect(second.state).toEqual({ status: 'anonymous', ended: false });
  });

  test('follow each other when another account logs in', async () => {
    const world = new World();
    const [first, second] = [await signedIn(world), await signedIn(world)];
    await first.logout();
    world.viewerId = 'usr_bob';
    await first.login({ username: 'bob', password: 'secret' });
    expect(second.state).toMatchObject({ status: 'signed-in', viewer: { id: 'usr_bob' } });
  });
});

describe('logging out', () => {
  test('that the server did not hear of leaves one logged in', async () => {
    const world = new World();
    const session = await signedIn(world);
    world.failure = new UnreachableError();
    await expect(session.logout()).rejects.toThrow(UnreachableError);
    expect(session.state.status).toBe('signed-in');
  });

  test('of a login that is over already is as good', async () => {
    const world = new World();
    const session = await signedIn(world);
    world.failure = new RefusedError([{ message: '', extensions: { code: 'UNAUTHENTICATED' } }]);
    await session.logout();
    expect(session.state.status).toBe('anonymous');
  });
});
