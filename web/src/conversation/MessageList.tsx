import { Fragment, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { dayLabel } from '../timeline/dates';
import { DownIcon } from '../ui/icons';
import { Spinner } from '../ui/Spinner';
import { useNow } from '../ui/useNow';
import type { MessageActions } from './actions';
import type { MessageLine } from './lines';
import { Message } from './Message';
import { NoticeLine } from './NoticeLine';
import { useKeptScroll } from './useKeptScroll';
import type { History } from './useHistory';

interface MessageListProps {
  label: string;
  lines: readonly MessageLine[];
  history: History;
  actions: MessageActions;
  /** Shown above the very first message. */
  beginning: ReactNode;
}

/** The scrolling part of a conversation. */
export function MessageList({ label, lines, history, actions, beginning }: MessageListProps) {
  const { container, content, atEnd, onScroll, jumpToEnd } = useKeptScroll();
  const now = useNow();
  const missed = useMissed(lines, atEnd, actions.viewerId, jumpToEnd);
  return (
    <div className="relative flex min-h-0 grow flex-col">
      {/* Focusable, so that it scrolls with the keyboard. */}
      <div
        ref={container}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label={label}
        className="flex min-h-0 grow flex-col overflow-y-auto outline-offset-[-3px] [overflow-anchor:none]"
      >
        <div ref={content} className="mx-auto mt-auto w-full max-w-4xl px-1 pb-3 sm:px-4">
          {history.hasOlder ? <Older history={history} /> : beginning}
          <ol>
            {lines.map((line) => (
              <Fragment key={line.key}>
                {line.startsDay && <DayDivider label={dayLabel(line.at, now)} />}
                {line.notice && !line.changed ? (
                  <NoticeLine line={line} notice={line.notice} />
                ) : (
                  <Message line={line} actions={actions} />
                )}
              </Fragment>
            ))}
          </ol>
        </div>
      </div>
      {!atEnd && <JumpButton missed={missed} onClick={jumpToEnd} />}
    </div>
  );
}

/** How many messages of others came below what is in view. One's own new message brings its writer to the end. */
function useMissed(
  lines: readonly MessageLine[],
  atEnd: boolean,
  viewerId: string,
  jumpToEnd: () => void,
): number {
  const newest = lines.at(-1);
  const [seen, setSeen] = useState(newest?.key);
  if (atEnd && seen !== newest?.key) setSeen(newest?.key);
  const newestKey = useRef(newest?.key);
  useLayoutEffect(() => {
    const written = newest && !newest.id && newest.key !== newestKey.current;
    newestKey.current = newest?.key;
    if (written) jumpToEnd();
  }, [newest, jumpToEnd]);
  const seenIndex = lines.findLastIndex((line) => line.key === seen);
  return seenIndex < 0 ? 0 : lines.slice(seenIndex + 1).filter((line) => line.author.id !== viewerId).length;
}

function DayDivider({ label }: { label: string }) {
  return (
    <li className="mx-3 mt-5 mb-1 flex items-center gap-4 text-xs font-medium text-soft">
      <span className="h-px grow bg-line" />
      <span>{label}</span>
      <span className="h-px grow bg-line" />
    </li>
  );
}

/** Loads the page before the first message when the reader comes near it. */
function Older({ history }: { history: History }) {
  const mark = useRef<HTMLDivElement>(null);
  const { olderState, loadOlder } = history;
  useEffect(() => {
    if (olderState !== 'idle' || !mark.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) loadOlder();
      },
      { root: mark.current.closest('[role=region]'), rootMargin: '700px 0px 0px 0px' },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [olderState, loadOlder]);
  return (
    <div ref={mark} className="flex h-14 items-center justify-center text-sm text-soft">
      {olderState === 'failed' ? (
        <p role="alert">
          Older messages could not be loaded.{' '}
          <button type="button" className="font-medium text-accent underline" onClick={loadOlder}>
            Try again
          </button>
        </p>
      ) : (
        <Spinner label="Loading older messages" />
      )}
    </div>
  );
}

function JumpButton({ missed, onClick }: { missed: number; onClick: () => void }) {
  const label = missed ? `${missed} new ${missed === 1 ? 'message' : 'messages'}` : 'Jump to the newest';
  return (
    <button
      type="button"
      onClick={onClick}
      aria-label={label}
      className={`absolute bottom-3 left-1/2 inline-flex min-h-10 -translate-x-1/2 items-center gap-2 rounded-full border px-4 whitespace-nowrap text-sm font-medium shadow-lg ${missed ? 'border-transparent bg-accent text-on-accent hover:bg-accent-strong' : 'border-line bg-raised text-soft hover:text-ink'}`}
    >
      <DownIcon className="size-4" />
      {label}
    </button>
  );
}
