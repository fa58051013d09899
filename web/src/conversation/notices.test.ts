import { expect, test } from 'vitest';
import type { NoticeKind } from '../generated/graphql';
import { noticeText } from './notices';

const bob = { id: 'usr_bob', username: 'bob', displayName: 'Bob' };

test.each([
  ['JOINED', null, 'joined'],
  ['LEFT', null, 'left'],
  ['ADDED', bob, 'added Bob'],
  ['REMOVED', bob, 'removed Bob'],
  ['PINNED', null, 'pinned a message'],
  ['RENAMED', null, 'as the server says it'],
  ['TOPIC_CHANGED', null, 'as the server says it'],
  ['OF_A_NEWER_SERVER', null, 'as the server says it'],
])('%s is told as what it is', (kind, user, text) => {
  expect(noticeText({ kind: kind as NoticeKind, user }, 'as the server says it')).toBe(text);
});
