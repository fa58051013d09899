import type { MessageFieldsFragment } from '../generated/graphql';

export type Notice = NonNullable<MessageFieldsFragment['notice']>;

/** What follows the author's name; `body` says it in English, with the new name or topic in it. */
export function noticeText({ kind, user }: Notice, body: string): string {
  switch (kind) {
    case 'JOINED':
      return 'joined';
    case 'LEFT':
      return 'left';
    case 'ADDED':
      return `added ${user?.displayName ?? 'somebody'}`;
    case 'REMOVED':
      return `removed ${user?.displayName ?? 'somebody'}`;
    case 'PINNED':
      return 'pinned a message';
    default:
      return body;
  }
}
