import type { MessageFieldsFragment, PersonFragment, QuoteFragment } from '../generated/graphql';
import type { Notice } from './notices';
import { placeLines, type Placement } from '../timeline/grouping';
import type { OutboxEntry, Problem } from '../workspace/outbox';

/** One message as shown: sent, or still in the outbox. */
export interface MessageLine extends Placement {
  /** Stays the same when a message of the outbox is acknowledged, so that it is not drawn anew. */
  key: string;
  author: PersonFragment;
  body: string;
  /** What the server tells by it, of what its author did. */
  notice?: Notice;
  /** What it answers. */
  replyTo?: QuoteFragment;
  /** As the server has it, once it does. */
  message?: MessageFieldsFragment;
  /** What became of it since it was sent. */
  changed?: 'edited' | 'deleted';
  at: Date;
  /** The message's id once the server has it. */
  id?: string;
  clientId?: string;
  problem?: Problem;
}

/** The messages of a room in order, followed by the viewer's own that are not acknowledged yet. */
export function linesOf(
  messages: readonly MessageFieldsFragment[],
  unsent: readonly OutboxEntry[],
  viewer: PersonFragment,
): MessageLine[] {
  const acknowledged = new Set(messages.filter((m) => m.author.id === viewer.id).map((m) => m.clientId));
  const lines: Omit<MessageLine, keyof Placement>[] = [
    ...messages.map((message) => ({
      key: (message.author.id === viewer.id && message.clientId) || message.id,
      author: message.author,
      body: message.body,
      at: new Date(message.sentAt),
      id: message.id,
      ...changeOf(message),
      ...(message.notice && { notice: message.notice }),
      ...(message.replyTo && !message.notice && { replyTo: message.replyTo }),
      message,
    })),
    ...unsent
      .filter((entry) => !acknowledged.has(entry.clientId))
      .map((entry) => ({
        key: entry.clientId,
        author: viewer,
        body: entry.body,
        at: new Date(entry.writtenAt),
        clientId: entry.clientId,
        ...(entry.replyTo && { replyTo: entry.replyTo }),
        ...(entry.problem && { problem: entry.problem }),
      })),
  ];
  const placements = placeLines(
    // A notice stands alone: whoever writes after it is named again.
    lines.map(({ key, author, notice, at }) => ({ authorId: notice ? key : author.id, at })),
  );
  return lines.map((line, index) => ({ ...line, ...placements[index]! }));
}

function changeOf(message: MessageFieldsFragment): Pick<MessageLine, 'changed'> {
  if (message.deletedAt) return { changed: 'deleted' };
  return message.editedAt ? { changed: 'edited' } : {};
}
