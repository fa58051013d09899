import { ApolloClient, type InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { createClient, type Client } from 'graphql-ws';
import { map } from 'rxjs';
import {
  LiveEventsDocument,
  MyRoomsDocument,
  RoomByIdDocument,
  SaveDraftDocument,
  SendMessageDocument,
  type LiveMessageFragment,
  type MyRoomsQuery,
  type RoomSummaryFragment,
} from '../generated/graphql';
import type { Session } from '../session/session';
import { explain } from '../ui/explain';
import { Activity } from './activity';
import {
  addRoom,
  changeMessage,
  countReplies,
  createCache,
  receiveMessage,
  receiveReply,
  seenBy,
} from './cache';
import { Drafts } from './drafts';
import { createLink, isUnauthenticated } from './link';
import { Live, type LiveBatch } from './live';
import { Outbox, type OutboxEntry, type Problem } from './outbox';

/** The close code with which the server refuses a token or ends a session. */
const FORBIDDEN = 4403;
/** The socket is asked for a sign of life this often (ms), and given up when none comes in time. */
const KEEP_ALIVE = 15_000;
const ANSWER_WITHIN = 8_000;

type LiveEvent = LiveBatch['events'][number];

/** The log no longer reaches back to where this tab was. */
class LostPlace extends Error {}

/** Everything one login holds: closing it drops the cache, the socket and the unsent messages. */
export class Workspace {
  readonly client: ApolloClient;
  readonly live: Live;
  readonly outbox: Outbox;
  readonly activity: Activity;
  readonly drafts: Drafts;
  readonly #cache: InMemoryCache = createCache();
  readonly #socket: Client;
  #token: string | undefined;
  #meeting: Promise<void> = Promise.resolve();

  constructor(
    private readonly session: Session,
    private readonly viewerId: string,
  ) {
    this.#socket = this.#createSocket();
    this.client = new ApolloClient({
      cache: this.#cache,
      link: createLink(session, this.#socket),
    });
    this.activity = new Activity();
    this.drafts = new Drafts((roomId, { body, replyTo }) => {
      const input = { roomId, body, replyToId: replyTo?.id ?? null };
      return this.client.mutate({ mutation: SaveDraftDocument, variables: { input } });
    });
    this.outbox = new Outbox((entry) => this.#deliver(entry));
    this.live = new Live({
      load: () => this.#loadRooms(),
      follow: (cursor) => this.#follow(cursor),
      receive: (batch) => batch.events.forEach((event) => this.#receive(event)),
      lostPlace: (error) =>
        error instanceof LostPlace || (CombinedGraphQLErrors.is(error) && !isUnauthenticated(error)),
      pause: pauseUntilOnline,
    });
  }

  /** Connects; nothing is asked of the server before. */
  open(): void {
    void this.live.run();
  }

  /** Lists a room that was joined, created or opened just now. */
  addRoom(room: RoomSummaryFragment): void {
    addRoom(this.#cache, room);
  }

  close(): void {
    this.live.stop();
    this.drafts.close();
    // It waits for a connection under way, which may never come about.
    Promise.resolve(this.#socket.dispose()).catch(() => undefined);
    this.client.stop();
    void this.client.clearStore();
  }

  #createSocket(): Client {
    let timeout: ReturnType<typeof setTimeout> | undefined;
    return createClient({
      url: `${window.location.origin.replace(/^http/, 'ws')}/graphql`,
      connectionParams: async () => {
        this.#token = await this.session.accessToken();
        return { authorization: `Bearer ${this.#token}` };
      },
      // Live does the retrying: a stock retry would ask again from the first cursor, not the latest.
      retryAttempts: 0,
      keepAlive: KEEP_ALIVE,
      on: {
        connected: () => {
          this.live.connected();
          this.outbox.retryTransient();
          this.drafts.retry();
        },
        ping: (received) => {
          if (!received) timeout = setTimeout(() => this.#socket.terminate(), ANSWER_WITHIN);
        },
        pong: (received) => {
          if (received) clearTimeout(timeout);
        },
        closed: (event) => {
          clearTimeout(timeout);
          if ((event as CloseEvent).code === FORBIDDEN) this.#rejectToken();
        },
      },
    });
  }

  #rejectToken(): void {
    if (this.#token) this.session.reject(this.#token);
  }

  async #loadRooms(): Promise<string> {
    let cursor: string | undefined;
    let after: string | null = null;
    do {
      const result: ApolloClient.QueryResult<MyRoomsQuery> = await this.client.query({
        query: MyRoomsDocument,
        variables: { after },
        fetchPolicy: 'network-only',
      });
      const viewer = result.data!.viewer;
      for (const { id, membership } of viewer.rooms.nodes) this.drafts.receive(id, membership?.draft);
      // The first page's position: rooms of later pages are at least as new.
      cursor ??= viewer.cursor;
      after = viewer.rooms.pageInfo.hasNextPage ? viewer.rooms.pageInfo.endCursor : null;
    } while (after);
    return cursor;
  }

  #follow(cursor: string) {
    return this.client
      .subscribe({ query: LiveEventsDocument, variables: { after: cursor }, fetchPolicy: 'no-cache' })
      .pipe(
        map((result) => {
          if (isUnauthenticated(result.error)) this.#rejectToken();
          if (result.error || !result.data) throw result.error ?? new Error('a batch without data');
          if (result.data.events.reset) throw new LostPlace();
          return result.data.events;
        }),
      );
  }

  #receive(event: LiveEvent): void {
    switch (event.__typename) {
      case 'MessageSent':
        return this.#receiveSent(event.message);
      case 'MessageDeleted':
        if (event.message.threadRoot) countReplies(this.#cache, event.message.threadRoot);
        return changeMessage(this.#cache, seenBy(this.viewerId, this.#cache, event.message));
      case 'MessageEdited':
      case 'ReactionsChanged':
        return changeMessage(this.#cache, seenBy(this.viewerId, this.#cache, event.message));
      case 'MemberChanged':
        return event.member.user.id === this.viewerId ? this.#meetRoom(event.room.id) : undefined;
      case 'DraftChanged':
        return this.drafts.hear(event.room.id, event.draft);
      case 'RoomChanged':
        return this.#meetRoom(event.room.id);
      default:
      // Of a newer server; it moves the cursor on all the same.
    }
  }

  #receiveSent(event: LiveMessageFragment): void {
    const { room, threadRoot } = event;
    const message = seenBy(this.viewerId, this.#cache, event);
    const own = message.author.id === this.viewerId;
    if (own && message.clientId) this.outbox.drop(message.clientId);
    if (threadRoot) return receiveReply(this.#cache, threadRoot, message);
    if (!receiveMessage(this.#cache, room.id, message)) this.#meetRoom(room.id);
    if (!own && !message.deletedAt && !message.notice) this.activity.note(room.id, message);
  }

  /**
   * A room not listed yet, of which a message came, since someone opened it with the viewer or another tab
   * joined it; or one that was changed. Should the question fail, what comes next of it asks again.
   */
  #meetRoom(id: string): void {
    // One after the other and never shared, so that no answer is older than what asked for it.
    this.#meeting = this.#meeting.then(async () => {
      const answer = await this.client
        .query({
          query: RoomByIdDocument,
          variables: { id },
          fetchPolicy: 'network-only',
          context: { queryDeduplication: false },
        })
        .catch(() => undefined);
      if (answer?.data?.room) addRoom(this.#cache, answer.data.room);
    });
  }

  async #deliver({
    roomId,
    body,
    clientId,
    replyTo,
    threadRootId,
  }: OutboxEntry): Promise<Problem | undefined> {
    try {
      const { data } = await this.client.mutate({
        mutation: SendMessageDocument,
        variables: {
          input: {
            roomId,
            body,
            clientId,
            replyToId: replyTo?.id ?? null,
            threadRootId: threadRootId ?? null,
          },
        },
        fetchPolicy: 'no-cache',
      });
      const payload = data?.sendMessage;
      if (!payload?.message) {
        return {
          message: payload?.userErrors[0]?.message ?? 'The server did not take this message.',
          transient: false,
        };
      }
      const { threadRoot, ...message } = payload.message;
      if (threadRoot) receiveReply(this.#cache, threadRoot, message);
      else receiveMessage(this.#cache, roomId, message);
      return undefined;
    } catch (error) {
      return { message: explain(error), transient: !CombinedGraphQLErrors.is(error) };
    }
  }
}

function pauseUntilOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timeout);
      window.removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timeout = setTimeout(done, ms);
    window.addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
