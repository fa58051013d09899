import { NavLink } from 'react-router';
import type { RoomSummaryFragment } from '../generated/graphql';
import { shortTime } from '../timeline/dates';
import { RoomMark } from '../ui/Avatar';
import { useObserved } from '../ui/observed';
import { useNow } from '../ui/useNow';
import { useWorkspace } from '../workspace/context';
import { noticeText } from '../conversation/notices';
import { plainText } from '../conversation/plainText';

export function RoomList({ rooms }: { rooms: RoomSummaryFragment[] }) {
  const { workspace } = useWorkspace();
  const { fresh } = useObserved(workspace.activity);
  const now = useNow();
  return (
    <nav aria-label="Conversations" className="min-h-0 grow overflow-y-auto px-2 pb-3">
      <ul>
        {rooms.map((room) => (
          <li key={room.id}>
            <RoomLink room={room} fresh={fresh.has(room.id)} now={now} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface RoomLinkProps {
  room: RoomSummaryFragment;
  fresh: boolean;
  now: Date;
}

function RoomLink({ room, fresh, now }: RoomLinkProps) {
  const last = room.lastMessage;
  return (
    <NavLink
      to={`/rooms/${room.id}`}
      className="flex items-center gap-3 rounded-xl p-2 outline-offset-[-2px] hover:bg-hover aria-[current]:bg-accent-soft"
    >
      <RoomMark kind={room.kind} name={room.name} />
      <span className="min-w-0 grow">
        <span className="flex items-baseline gap-2">
          <bdi className={`truncate text-[0.95rem] ${fresh ? 'font-bold' : 'font-medium'}`}>{room.name}</bdi>
          {last && (
            <time dateTime={last.sentAt} className="ms-auto shrink-0 text-xs text-soft">
              {shortTime(new Date(last.sentAt), now)}
            </time>
          )}
        </span>
        <span className="flex items-center gap-2">
          <Snippet room={room} fresh={fresh} />
          {fresh && (
            <span className="ms-auto size-2.5 shrink-0 rounded-full bg-accent">
              <span className="sr-only">New messages</span>
            </span>
          )}
        </span>
      </span>
    </NavLink>
  );
}

/** Who said what last; in a direct conversation the other's name is said already. */
function Snippet({ room, fresh }: { room: RoomSummaryFragment; fresh: boolean }) {
  const { viewer } = useWorkspace();
  const last = room.lastMessage;
  const look = `truncate text-sm ${fresh ? 'text-ink' : 'text-soft'}`;
  if (!last) return <span className={look}>{room.topic || 'No messages yet'}</span>;
  const own = last.author.id === viewer.id;
  const name = own ? 'You' : last.author.displayName;
  return (
    <span className={look}>
      {(own || last.notice || room.kind !== 'DIRECT') && (
        <>
          <bdi>{name}</bdi>
          {last.notice ? ' ' : ': '}
        </>
      )}
      {last.deletedAt ? (
        <i>Message deleted</i>
      ) : (
        <bdi>{last.notice ? noticeText(last.notice, last.body) : plainText(last.body)}</bdi>
      )}
    </span>
  );
}
