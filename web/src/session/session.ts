import {
  LoginDocument,
  LogoutDocument,
  RefreshSessionDocument,
  RegisterDocument,
  type AuthResultFragment,
  type LoginInput,
  type RegisterInput,
} from '../generated/graphql';
import { Observed } from '../ui/observed';
import { RefusedError, UnreachableError, type exchange } from './exchange';
import type { Tabs } from './tabs';

export interface Person {
  id: string;
  username: string;
  displayName: string;
}

/** An access token, for whom it was made, and until when (this machine's clock, ms) it is good. */
export interface Grant {
  viewer: Person;
  accessToken: string;
  expiresAt: number;
}

export type SessionState =
  | { status: 'restoring'; unreachable: boolean }
  | { status: 'anonymous'; ended: boolean }
  | { status: 'signed-in'; viewer: Person };

export type UserErrors = AuthResultFragment['userErrors'];

/** The login is over: the refresh token was refused. */
export class SessionEndedError extends Error {}

/** A token this close (ms) to its end is renewed before it is used. */
const RENEWAL_MARGIN = 30_000;
const RESTORE_RETRY = 2_000;

/**
 * The login of this tab. The access token lives here only, the refresh token in a cookie that
 * scripts cannot read. Tokens are renewed when they are about to be used, so an idle tab is silent.
 */
export class Session extends Observed<SessionState> {
  #grant: Grant | undefined;
  #renewal: Promise<Grant> | undefined;
  #wake: (() => void) | undefined;

  constructor(
    private readonly ask: typeof exchange,
    private readonly tabs: Tabs,
    private readonly now: () => number = Date.now,
  ) {
    super({ status: 'restoring', unreachable: false });
    tabs.listen((message) => {
      if (message.type === 'renewed') this.#adopt(message.grant);
      else this.#end(false);
    });
  }

  /** Finds out whether the cookie still holds a login; keeps trying while the server is unreachable. */
  async restore(): Promise<void> {
    while (this.state.status === 'restoring') {
      try {
        await this.#renew();
      } catch (error) {
        if (error instanceof SessionEndedError) return;
        if (this.state.status !== 'restoring') return;
        this.set({ status: 'restoring', unreachable: true });
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          setTimeout(resolve, RESTORE_RETRY);
        });
      }
    }
  }

  retryNow(): void {
    this.#wake?.();
  }

  async register(input: Omit<RegisterInput, 'useCookie'>): Promise<UserErrors> {
    const answer = await this.ask(RegisterDocument, { input: { ...input, useCookie: true } });
    return this.#signIn(answer.data.register, answer.serverTime);
  }

  async login(input: Omit<LoginInput, 'useCookie'>): Promise<UserErrors> {
    const answer = await this.ask(LoginDocument, { input: { ...input, useCookie: true } });
    return this.#signIn(answer.data.login, answer.serverTime);
  }

  /** Ends the login on the server and in every tab. Throws UnreachableError when the server was not told. */
  async logout(): Promise<void> {
    try {
      await this.ask(LogoutDocument, {}, await this.accessToken());
    } catch (error) {
      const over = error instanceof SessionEndedError || isUnauthenticated(error);
      if (!over) throw error;
    }
    this.#end(false);
    this.tabs.tell({ type: 'ended' });
  }

  /** A token good for the next request. Throws SessionEndedError, or UnreachableError to try again. */
  async accessToken(): Promise<string> {
    const grant = this.#grant;
    if (grant && grant.expiresAt - this.now() > RENEWAL_MARGIN) return grant.accessToken;
    return (await this.#renew()).accessToken;
  }

  /** Says that the server no longer takes `token`, whatever its clock; the next use renews it. */
  reject(token: string): void {
    if (this.#grant?.accessToken === token) this.#grant = { ...this.#grant, expiresAt: 0 };
  }

  #renew(): Promise<Grant> {
    const before = this.#grant;
    this.#renewal ??= this.tabs
      // Another tab may have renewed while this one waited for its turn.
      .exclusively(() =>
        this.#grant && this.#grant !== before ? Promise.resolve(this.#grant) : this.#refresh(),
      )
      .finally(() => {
        this.#renewal = undefined;
      });
    return this.#renewal;
  }

  async #refresh(): Promise<Grant> {
    const input = { attemptId: this.tabs.attemptId() };
    const result = await this.ask(RefreshSessionDocument, { input }).catch((error: unknown) => {
      if (isUnauthenticated(error)) return undefined;
      throw error;
    });
    const payload = result?.data.refreshSession;
    if (payload?.userErrors.some((error) => error.code === 'RATE_LIMITED' || error.code === 'INTERNAL')) {
      throw new UnreachableError('asked to come back later');
    }
    this.tabs.forgetAttempt();
    const grant = payload && grantOf(payload, result.serverTime, this.now());
    if (!grant) {
      this.#end(this.state.status === 'signed-in');
      throw new SessionEndedError('the refresh token was refused');
    }
    this.#adopt(grant);
    this.tabs.tell({ type: 'renewed', grant });
    return grant;
  }

  #signIn(payload: AuthResultFragment, serverTime: number): UserErrors {
    const grant = grantOf(payload, serverTime, this.now());
    if (grant) {
      this.tabs.forgetAttempt();
      this.#adopt(grant);
      this.tabs.tell({ type: 'renewed', grant });
    }
    return payload.userErrors;
  }

  #adopt(grant: Grant): void {
    this.#grant = grant;
    const same = this.state.status === 'signed-in' && this.state.viewer.id === grant.viewer.id;
    if (!same) this.set({ status: 'signed-in', viewer: grant.viewer });
  }

  #end(unexpectedly: boolean): void {
    this.#grant = undefined;
    this.set({ status: 'anonymous', ended: unexpectedly });
  }
}

/** The expiry is measured against the server's clock, since this machine's may be wrong. */
function grantOf(payload: AuthResultFragment, serverTime: number, now: number): Grant | undefined {
  const { accessToken, accessTokenExpiresAt, viewer } = payload;
  if (!accessToken || !accessTokenExpiresAt || !viewer) return undefined;
  return {
    viewer: viewer.user,
    accessToken,
    expiresAt: now + Date.parse(accessTokenExpiresAt) - serverTime,
  };
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof RefusedError && error.errors.some((e) => e.extensions?.code === 'UNAUTHENTICATED');
}
