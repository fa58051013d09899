import { memo } from 'react';
import type { MessageFieldsFragment } from '../generated/graphql';
import { clockTime, fullTime } from '../timeline/dates';
import { Avatar } from '../ui/Avatar';
import { ClockIcon, ForwardIcon, ThreadIcon } from '../ui/icons';
import type { MessageActions } from './actions';
import { ActionsMenu } from './ActionsMenu';
import type { MessageLine } from './lines';
import { MessageBody } from './MessageBody';
import { Quote } from './Quote';
import { Reactions } from './Reactions';

interface MessageProps {
  line: MessageLine;
  actions: MessageActions;
}

export const Message = memo(
  function Message({ line, actions }: MessageProps) {
    const { author, at, startsGroup, id, problem, message } = line;
    const there = message && !message.deletedAt ? message : undefined;
    const waiting = !id && !problem;
    return (
      <li
        data-message={id}
        className={`group relative flex gap-3 rounded-lg px-2 py-0.5 hover:bg-sunken sm:px-3 ${startsGroup ? 'mt-3' : ''}`}
      >
        <span className="flex w-9 shrink-0 justify-center sm:w-10">
          {startsGroup ? (
            <Avatar name={author.displayName} className="mt-0.5 size-9 text-sm" />
          ) : (
            <Time at={at} className="pt-1 text-[0.65rem] opacity-0 group-hover:opacity-100" />
          )}
        </span>
        <div className="min-w-0 grow">
          {startsGroup ? (
            <p className="flex items-baseline gap-2">
              <bdi className="truncate text-[0.95rem] font-semibold" title={`@${author.username}`}>
                {author.displayName}
              </bdi>
              <Time at={at} className="text-xs" />
            </p>
          ) : (
            <span className="sr-only">{author.displayName}</span>
          )}
          {line.replyTo && <Quote of={line.replyTo} />}
          {there?.forwardedFrom && (
            <p className="flex items-center gap-1 text-xs text-soft">
              <ForwardIcon className="size-3.5" />
              <span>
                Forwarded from <bdi>{there.forwardedFrom.author.displayName}</bdi>
              </span>
            </p>
          )}
          <div data-line className={`flex items-end gap-2 text-[0.95rem] ${id ? '' : 'text-soft'}`}>
            <div className="min-w-0 grow">
              {line.changed === 'deleted' ? (
                <p className="text-soft italic">This message was deleted.</p>
              ) : (
                <MessageBody body={line.body} />
              )}
            </div>
            {line.changed === 'edited' && <span className="pb-0.5 text-xs text-soft">edited</span>}
            {waiting && (
              <span title="Sending" className="pb-0.5 text-soft">
                <ClockIcon className="size-3.5" />
                <span className="sr-only">Sending</span>
              </span>
            )}
          </div>
          {problem && <NotSent line={line} actions={actions} />}
          {there && <Reactions message={there} onReact={actions.react} />}
          {message && <Replies message={message} onOpen={actions.openThread} />}
        </div>
        {there && <ActionsMenu message={there} actions={actions} />}
      </li>
    );
  },
  (before, after) => before.actions === after.actions && sameLine(before.line, after.line),
);

function sameLine(a: MessageLine, b: MessageLine): boolean {
  return (
    a.body === b.body &&
    a.changed === b.changed &&
    a.id === b.id &&
    a.problem === b.problem &&
    a.message === b.message &&
    a.replyTo === b.replyTo &&
    a.startsGroup === b.startsGroup &&
    a.author.displayName === b.author.displayName &&
    a.at.getTime() === b.at.getTime()
  );
}

interface RepliesProps {
  message: MessageFieldsFragment;
  onOpen: MessageActions['openThread'];
}

/** Leads to the thread that hangs on a message, if there is one. */
function Replies({ message: { id, thread }, onOpen }: RepliesProps) {
  if (!thread?.replyCount || !onOpen) return null;
  return (
    <button
      type="button"
      onClick={() => onOpen(id)}
      className="mt-0.5 inline-flex min-h-7 items-center gap-1.5 rounded-md text-sm font-medium text-accent hover:underline pointer-coarse:min-h-9"
    >
      <ThreadIcon className="size-4" />
      {thread.replyCount === 1 ? '1 reply' : `${thread.replyCount.toLocaleString()} replies`}
    </button>
  );
}

function NotSent({ line, actions }: MessageProps) {
  const { clientId, problem } = line;
  if (!clientId) return null;
  const button = 'rounded px-1 py-0.5 font-medium underline underline-offset-2';
  return (
    <p role="alert" className="mt-0.5 mb-1 text-sm text-danger">
      Not sent. {problem?.message}{' '}
      <button type="button" className={button} onClick={() => actions.retry(clientId)}>
        Retry
      </button>{' '}
      <button type="button" className={button} onClick={() => actions.discard(clientId)}>
        Discard
      </button>
    </p>
  );
}

function Time({ at, className }: { at: Date; className: string }) {
  return (
    <time
      dateTime={at.toISOString()}
      title={fullTime(at)}
      className={`whitespace-nowrap text-soft ${className}`}
    >
      {clockTime(at)}
    </time>
  );
}
