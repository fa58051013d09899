import { InMemoryCache, type FieldFunctionOptions, type Reference } from '@apollo/client';
import { MessageFieldsFragmentDoc, RoomSummaryFragmentDoc } from '../generated/graphql';
import type { MessageFieldsFragment, RoomSummaryFragment } from '../generated/graphql';
import { addMessages, addPage, type Reading, type Timeline } from '../timeline/timeline';

type ReadField = FieldFunctionOptions['readField'];

interface RoomConnection {
  nodes: readonly Reference[];
}

function readingWith(readField: ReadField): Reading<Reference> {
  return {
    id: (ref) => readField<string>('id', ref) ?? ref.__ref,
    seq: (ref) => readField<number>('seq', ref) ?? 0,
  };
}

/** Rules of the cache: histories join into one timeline a room, and a room's last message never goes back. */
export function createCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      Viewer: {
        keyFields: [],
        fields: {
          rooms: {
            keyArgs: false,
            merge(existing: RoomConnection | undefined, incoming: RoomConnection, { args }) {
              if (!existing || !args?.after) return incoming;
              return { ...incoming, nodes: union(existing.nodes, incoming.nodes) };
            },
          },
        },
      },
      Query: {
        fields: {
          // A room of the list opens without asking for it again.
          room: {
            read: (existing, { args, toReference }) =>
              existing === undefined ? toReference({ __typename: 'Room', id: args?.id }) : existing,
          },
          channels: {
            keyArgs: ['query'],
            merge(existing: RoomConnection | undefined, incoming: RoomConnection, { args }) {
              if (!existing || !args?.after) return incoming;
              return { ...incoming, nodes: union(existing.nodes, incoming.nodes) };
            },
          },
        },
      },
      Membership: { merge: true },
      Room: {
        fields: {
          members: {
            keyArgs: false,
            merge(
              existing: { nodes: readonly object[] } | undefined,
              incoming: { nodes: readonly object[] },
              { args },
            ) {
              if (!existing || !args?.after) return incoming;
              return { ...incoming, nodes: [...existing.nodes, ...incoming.nodes] };
            },
          },
          messages: {
            keyArgs: false,
            merge(
              existing: Timeline<Reference> | undefined,
              incoming: Timeline<Reference>,
              { args, readField },
            ) {
              return addPage(existing, incoming, Boolean(args?.before), readingWith(readField));
            },
          },
          lastMessage: {
            merge(existing: Reference | null | undefined, incoming: Reference | null, { readField }) {
              if (!existing || !incoming) return incoming ?? existing ?? null;
              const reading = readingWith(readField);
              return reading.seq(incoming) >= reading.seq(existing) ? incoming : existing;
            },
          },
        },
      },
    },
  });
}

function union(existing: readonly Reference[], incoming: readonly Reference[]): Reference[] {
  const known = new Set(existing.map((ref) => ref.__ref));
  return [...existing, ...incoming.filter((ref) => !known.has(ref.__ref))];
}

/** Puts a message that arrived or was sent into its room; false when the cache does not know the room. */
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
    fragment: MessageFieldsFragmentDoc,
    fragmentName: 'MessageFields',
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
  return true;
}

/** Puts a room among the viewer's rooms: joined, created or opened just now. */
export function addRoom(cache: InMemoryCache, room: RoomSummaryFragment): void {
  const ref = cache.writeFragment({
    data: { __typename: 'Room', ...room } as RoomSummaryFragment,
    fragment: RoomSummaryFragmentDoc,
    fragmentName: 'RoomSummary',
  });
  if (!ref) return;
  cache.modify<{ rooms: RoomConnection }>({
    id: cache.identify({ __typename: 'Viewer' }),
    fields: {
      rooms: (connection) => {
        const rooms = connection as RoomConnection;
        return { ...rooms, nodes: union([ref], rooms.nodes) } as never;
      },
    },
  });
}
