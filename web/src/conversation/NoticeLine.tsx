import { clockTime, fullTime } from '../timeline/dates';
import type { MessageLine } from './lines';
import { noticeText, type Notice } from './notices';

/** What somebody did, told by the server: a small line, not somebody's words. */
export function NoticeLine({ line, notice }: { line: MessageLine; notice: Notice }) {
  const { author, at, body } = line;
  return (
    <li data-message={line.id} className="my-2 px-3 text-center text-xs text-soft">
      <p data-notice className="break-words">
        <bdi className="font-semibold">{author.displayName}</bdi> <bdi>{noticeText(notice, body)}</bdi>{' '}
        <time dateTime={at.toISOString()} title={fullTime(at)} className="whitespace-nowrap">
          {clockTime(at)}
        </time>
      </p>
    </li>
  );
}
