import { beforeEach, describe, expect, test } from 'vitest';
import { HistoryDocument, MyRoomsDocument } from '../generated/graphql';
import type { MessageFieldsFragment, RoomSummaryFragment } from '../generated/graphql';
import { addRoom, changeMessage, createCache, receiveMessage, seenBy } from './cache';

const ada = { __typename: 'User', id: 'usr_ada', username: 'ada', displayName: 'Ada' } as const;

function message(seq: number): MessageFieldsFragment {
  const body = `Message ${seq}`;
  const sentAt = new Date(seq * 1000).toISOString();
  const unchanged = {
    clientId: null,
    editedAt: null,
    deletedAt: null,
    notice: null,
    forwardedFrom: null,
    replyTo: null,
    reactions: [],
    thread: null,
  };
  return { __typename: 'Message', id: `msg_${seq}`, seq, body, sentAt, author: ada, ...unchanged } as never;
}

function room(id: string, last: number | null): RoomSummaryFragment {
  return {
    __typename: 'Room',
    id,
    kind: 'CHANNEL',
    name: id,
    topic: null,
    createdAt: new Date(0).toISOString(),
    memberCount: 1,
    slowModeSeconds: 0,
    announcementOnly: false,
    archivedAt: null,
    membership: { __typename: 'Membership', role: 'MEMBER', mutedUntil: null, draft: null },
    lastMessage: last === null ? null : message(last),
  } as never;
}

function messages(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

let cache: ReturnType<typeof createCache>;

function writeRooms(rooms: RoomSummaryFragment[], after: string | null = null) {
  const pageInfo = { __typename: 'PageInfo', hasNextPage: false, endCursor: null };
  const data = {
    viewer: {
      __typename: 'Viewer',
      cursor: 'c',
      user: ada,
      rooms: { __typename: 'RoomConnection', nodes: rooms, pageInfo },
    },
  };
  cache.writeQuery({ query: MyRoomsDocument, variables: { after }, data: data as never });
}

function writeHistory(from: number, to: number, before: string | null = null) {
  const pageInfo = { __typename: 'PageInfo', hasPreviousPage: from > 1, startCursor: `c${from}` };
  const connection = { __typename: 'MessageConnection', nodes: messages(from, to), pageInfo };
  const data = { room: { __typename: 'Room', id: 'room_1', messages: connection } };
  cache.writeQuery({
    query: HistoryDocument,
    variables: { roomId: 'room_1', last: 50, before },
    data: data as never,
  });
}

function shownSeqs() {
  const variables = { roomId: 'room_1', last: 50, before: null };
  const data = cache.readQuery({ query: HistoryDocument, variables });
  return data?.room?.messages.nodes.map((node) => node.seq);
}

function listed() {
  const data = cache.readQuery({ query: MyRoomsDocument, variables: { after: null } });
  return data?.viewer.rooms.nodes.map((node) => [node.id, node.lastMessage?.seq]);
}

beforeEach(() => {
  cache = createCache();
  writeRooms([room('room_1', 3), room('room_2', null)]);
});

describe('a message that arrives', () => {
  test('is the last one of its room, and once in its history', () => {
    writeHistory(1, 3);
    for (let times = 0; times < 2; times++) expect(receiveMessage(cache, 'room_1', message(4))).toBe(true);
    expect(shownSeqs()).toEqual([1, 2, 3, 4]);
    expect(listed()).toEqual([
      ['room_1', 4],
      ['room_2', undefined],
    ]);
  });

  test('leaves a history that was never opened alone', () => {
    receiveMessage(cache, 'room_1', message(4));
    expect(shownSeqs()).toBeUndefined();
  });

  test('of a room that is not known says so', () => {
    expect(receiveMessage(cache, 'room_9', message(1))).toBe(false);
  });

  test('of a room that was only looked at says so too, since another tab may have joined it', () => {
    addRoom(cache, { ...room('room_3', null), membership: null });
    expect(receiveMessage(cache, 'room_3', message(1))).toBe(false);
  });
});

test('a message that was changed is shown as it is now, where it is shown at all', () => {
  writeHistory(1, 3);
  const deletedAt = new Date(0).toISOString();
  changeMessage(cache, { ...message(3), body: '', deletedAt });
  changeMessage(cache, { ...message(9), deletedAt });
  const variables = { roomId: 'room_1', last: 50, before: null };
  const shown = cache.readQuery({ query: HistoryDocument, variables })?.room?.messages.nodes;
  expect(shown?.map((node) => node.body)).toEqual(['Message 1', 'Message 2', '']);
  const list = cache.readQuery({ query: MyRoomsDocument, variables: { after: null } });
  expect(list?.viewer.rooms.nodes[0]?.lastMessage?.deletedAt).toBe(deletedAt);
  expect(Object.keys(cache.extract())).not.toContain('Message:msg_9');
});

const given = (emoji: string, count: number, users: object[]) => ({ emoji, count, users });

test('a message that arrives names as many who reacted as one that was asked for', () => {
  const users = Array.from({ length: 10 }, (_, index) => ({ id: `usr_${index}`, displayName: `${index}` }));
  const reactions = [given('👍', 12, users), given('🎉', 1, users.slice(0, 1))];
  const seen = seenBy('usr_ada', cache, { ...message(3), reactions } as never);
  expect(seen.reactions.map((one) => one.users)).toEqual([users.slice(0, 3), users.slice(0, 1)]);
});

test('the viewer is among those who reacted when the event names them, or when it names not all and they were', () => {
  const others = Array.from({ length: 10 }, (_, index) => ({ id: `usr_${index}`, displayName: 'Somebody' }));
  const own = () =>
    seenBy('usr_ada', cache, { ...message(3), reactions } as never).reactions.map((one) => one.viewerReacted);
  let reactions = [given('👍', 2, [others[0]!, { ...ada }]), given('🎉', 1, [others[0]!])];
  expect(own()).toEqual([true, false]);
  reactions = [given('👍', 12, others)];
  expect(own()).toEqual([false]);
  receiveMessage(cache, 'room_1', {
    ...message(3),
    reactions: [{ __typename: 'Reaction', ...given('👍', 12, []), viewerReacted: true }],
  } as never);
  expect(own()).toEqual([true]);
  reactions = [given('👍', 10, others)];
  expect(own()).toEqual([false]);
});

test('an answer that is older than the live messages does not take the last message back', () => {
  receiveMessage(cache, 'room_1', message(5));
  writeRooms([room('room_1', 3), room('room_2', null)]);
  expect(listed()).toContainEqual(['room_1', 5]);
});

test('pages of history join into one', () => {
  writeHistory(51, 100);
  writeHistory(1, 50, 'c51');
  expect(shownSeqs()).toHaveLength(100);
});

test('a room that is joined is listed once', () => {
  addRoom(cache, room('room_3', null));
  addRoom(cache, room('room_3', null));
  expect(listed()?.map(([id]) => id)).toEqual(['room_3', 'room_1', 'room_2']);
});

test('further pages of rooms are added, and a new first page starts over', () => {
  writeRooms([room('room_2', null), room('room_4', null)], 'after');
  expect(listed()?.map(([id]) => id)).toEqual(['room_1', 'room_2', 'room_4']);
  writeRooms([room('room_1', 3)]);
  expect(listed()?.map(([id]) => id)).toEqual(['room_1']);
});
