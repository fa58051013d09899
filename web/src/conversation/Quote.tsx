import type { MouseEvent } from 'react';
import type { QuoteFragment } from '../generated/graphql';
import { toasts } from '../ui/toasts';
import { plainText } from './plainText';

/** What a message answers: who said it and how it begins. A press goes there, if it is loaded. */
export function Quote({ of }: { of: QuoteFragment }) {
  return (
    <button
      type="button"
      data-quote
      onClick={(event) => goTo(event, of.id)}
      className="mb-0.5 flex max-w-full items-baseline gap-1.5 rounded-sm border-s-2 border-accent/60 ps-2 text-start text-xs text-soft hover:text-ink"
    >
      <span className="sr-only">In reply to</span>
      <QuoteText of={of} />
    </button>
  );
}

export function QuoteText({ of }: { of: QuoteFragment }) {
  return (
    <>
      <bdi className="shrink-0 font-semibold">{of.author.displayName}</bdi>
      <span className="truncate">
        {of.deletedAt ? <i>Message deleted</i> : <bdi>{plainText(of.body)}</bdi>}
      </span>
    </>
  );
}

function goTo(event: MouseEvent, messageId: string): void {
  const list = event.currentTarget.closest('[role=region]');
  const message = list?.querySelector(`[data-message="${CSS.escape(messageId)}"]`);
  if (!message) return toasts.show('That message is further up: scroll there to load it.');
  message.scrollIntoView({ block: 'center' });
  message.animate([{ backgroundColor: 'var(--accent-soft)' }, {}], 1_500);
}
