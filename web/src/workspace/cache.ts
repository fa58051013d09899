import { InMemoryCache } from '@apollo/client';
import type { FieldFunctionOptions, FieldPolicy, Reference, StoreObject } from '@apollo/client';
import {
  MessageFieldsFragmentDoc,
  QuoteFragmentDoc,
  RoomSummaryFragmentDoc,
  ThreadOfFragmentDoc,
} from '../generated/graphql';
import type {
  LiveMessageFragment,
  MessageFieldsFragment,
  RoomSummaryFragment,
  ThreadOfFragment,
} from '../generated/graphql';
import { addMessages, addPage, type Reading, type Timeline } from '../timeline/timeline';

type ReadField = FieldFunctionOptions['readField'];

interface Connection {
  /** References, or objects where the type has no id of its own. */
  nodes: readonly (Reference | StoreObject)[];
}

function readingWith(readField: ReadField): Reading<Reference> {
  return {
    id: (ref) => readField<string>('id', ref) ?? ref.__ref,
    seq: (ref) => readField<number>('seq', ref) ?? 0,
  };
}

/** A list that comes in pages: a first page starts over, a further one is added. */
const pages: FieldPolicy<Connection> = {
  keyArgs: false,
  merge(existing, incoming, { args }) {
    if (!existing || !args?.after) return incoming;
    return { ...incoming, nodes: union(existing.nodes, incoming.nodes) };
  },
};

const messages: FieldPolicy<Timeline<Reference>> = {
  keyArgs: false,
  merge: (existing, incoming, { args, readField }) =>
    addPage(existing, incoming, Boolean(args?.before), readingWith(readField)),
};

const lastMessage: FieldPolicy<Reference | null> = {
  merge(existing, incoming, { readField }) {
    if (!existing || !incoming) return incoming ?? existing ?? null;
    const reading = readingWith(readField);
    return reading.seq(incoming) >= reading.seq(existing) ? incoming : existing;
  },
};

/** A room of the list opens without asking for it again. */
const room: FieldPolicy<Reference | null> = {
  read: (existing, { args, toReference }) =>
    existing === undefined ? toReference({ __typename: 'Room', id: args?.id }) : existing,
};

/** Rules of the cache: histories join into one timeline a room, and a room's last message never goes back. */
export function createCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      Query: { fields: { room, channels: { ...pages, keyArgs: ['query'] } } },
      Viewer: { keyFields: [], fields: { rooms: pages } },
      Room: { fields: { members: pages, messages, lastMessage } },
      Message: { fields: { reactions: { merge: false }, thread: { merge: true } } },
      Thread: { fields: { messages } },
      Membership: { merge: true },
    },
  });
}

function union(existing: Connection['nodes'], incoming: Connection['nodes']): Connection['nodes'] {
  const known = new Set(existing.map((node) => node.__ref));
  return [...existing, ...incoming.filter((node) => !node.__ref || !known.has(node.__ref))];
}

/** Puts a message that arrived or was sent into its room; false when that is not known as one of the viewer's. */
export function receiveMessage(
  cache: InMemoryCache,
  roomId: string,
  message: MessageFieldsFragment,
): boolean {
  const room = cache.identify({ __typename: 'Room', id: roomId });
  const known = cache.readFragment({
    id: room,
    fragment: RoomSummaryFragmentDoc,
    fragmentName: 'RoomSummary',
  });
  const ref = cache.writeFragment({
    data: { __typename: 'Message', ...message } as MessageFieldsFragment,
    ...messageFields,
  });
  if (!room || !known || !ref) return false;
  cache.modify<{ messages: Timeline<Reference>; lastMessage: Reference | null }>({
    id: room,
    fields: {
      messages: (timeline, { readField }) =>
        addMessages(timeline as Timeline<Reference>, [ref], readingWith(readField)) as never,
      lastMessage: (existing, { readField }) => {
        const seq = existing ? (readField<number>('seq', existing as Reference) ?? 0) : 0;
        return (message.seq > seq ? ref : existing) as never;
      },
    },
  });
  return known.membership !== null;
}

interface CachedThread {
  __typename: 'Thread';
  replyCount: number;
  /** Unless the thread was never opened. */
  messages?: Timeline<Reference>;
}

/** Puts a reply into the thread of a message that is shown somewhere. */
export function receiveReply(
  cache: InMemoryCache,
  root: ThreadOfFragment,
  message: MessageFieldsFragment,
): void {
  const id = cache.identify({ __typename: 'Message', id: root.id });
  if (!cache.readFragment({ ...messageFields, id })) return;
  const data = { __typename: 'Message', ...message } as MessageFieldsFragment;
  const ref = cache.writeFragment({ ...messageFields, data });
  cache.modify<{ thread: CachedThread | null }>({
    id,
    fields: {
      thread: (value, { readField }) => {
        const known = value as CachedThread | null;
        const replyCount = root.thread?.replyCount ?? known?.replyCount ?? 0;
        // The first reply is all there is; else what was never loaded stays so.
        const timeline = known?.messages ?? (message.seq === 1 ? EMPTY : undefined);
        const messages = timeline && ref && addMessages(timeline, [ref], readingWith(readField));
        return { __typename: 'Thread', ...known, replyCount, ...(messages && { messages }) } as never;
      },
    },
  });
}

/** Counts the replies to a message that is shown somewhere anew, since one of them was deleted. */
export function countReplies(cache: InMemoryCache, root: ThreadOfFragment): void {
  const id = cache.identify({ __typename: 'Message', id: root.id });
  const threadOf = { id, fragment: ThreadOfFragmentDoc, fragmentName: 'ThreadOf' };
  if (!cache.readFragment(threadOf)?.thread) return;
  cache.writeFragment({ ...threadOf, data: { __typename: 'Message', ...root } as ThreadOfFragment });
}

const EMPTY = {
  __typename: 'MessageConnection',
  nodes: [],
  pageInfo: { __typename: 'PageInfo', hasPreviousPage: false, startCursor: null },
};

/** Shows a message that was changed as it is now, wherever it is shown or quoted; others are fetched when needed. */
export function changeMessage(cache: InMemoryCache, message: MessageFieldsFragment): void {
  const id = cache.identify({ __typename: 'Message', id: message.id });
  if (!cache.readFragment({ id, fragment: QuoteFragmentDoc, fragmentName: 'Quote' })) return;
  cache.writeFragment({
    ...messageFields,
    data: { __typename: 'Message', ...message } as MessageFieldsFragment,
  });
}

const messageFields = { fragment: MessageFieldsFragmentDoc, fragmentName: 'MessageFields' };

/** Of how many who reacted `MessageFields` asks for the names. */
const NAMED = 3;

/**
 * A live message as the viewer's own. Events are the same for everyone and name the first fifty who reacted;
 * of more, what was known of the viewer still holds.
 */
export function seenBy(
  viewerId: string,
  cache: InMemoryCache,
  message: LiveMessageFragment,
): MessageFieldsFragment {
  const id = cache.identify({ __typename: 'Message', id: message.id });
  const known = cache.readFragment({ ...messageFields, id });
  const reacted = new Set(
    known?.reactions.filter(({ viewerReacted }) => viewerReacted).map(({ emoji }) => emoji),
  );
  const reactions = message.reactions.map(({ users, ...reaction }) => {
    const { emoji, count } = reaction;
    const among = users.some((user) => user.id === viewerId);
    const viewerReacted = among || (count > users.length && reacted.has(emoji));
    return { ...reaction, users: users.slice(0, NAMED), viewerReacted };
  });
  return { ...message, reactions };
}

/** Puts a room among the viewer's rooms: joined, created or opened just now. */
export function addRoom(cache: InMemoryCache, room: RoomSummaryFragment): void {
  const ref = cache.writeFragment({
    data: { __typename: 'Room', ...room } as RoomSummaryFragment,
    fragment: RoomSummaryFragmentDoc,
    fragmentName: 'RoomSummary',
  });
  if (!ref) return;
  cache.modify<{ rooms: Connection }>({
    id: cache.identify({ __typename: 'Viewer' }),
    fields: {
      rooms: (connection) => {
        const rooms = connection as Connection;
        return { ...rooms, nodes: union([ref], rooms.nodes) } as never;
      },
    },
  });
}
