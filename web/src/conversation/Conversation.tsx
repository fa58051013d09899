import { useQuery } from '@apollo/client/react';
import { useCallback, useEffect } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { RoomByIdDocument, type RoomSummaryFragment } from '../generated/graphql';
import { PaneHeader } from '../rooms/PaneHeader';
import { useJoin } from '../rooms/useJoin';
import { RoomMark } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { explain } from '../ui/explain';
import { FormError, Problem } from '../ui/Notice';
import { useObserved } from '../ui/observed';
import { useDocumentTitle } from '../ui/useDocumentTitle';
import { ConnectionLine } from '../workspace/ConnectionLine';
import { useWorkspace } from '../workspace/context';
import { MessageList } from './MessageList';
import { MessagesSkeleton } from './MessagesSkeleton';
import { RoomHeader } from './RoomHeader';
import { ThreadPane } from './ThreadPane';
import { useHistory } from './useHistory';
import { useLines } from './useLines';
import { useTalk } from './useTalk';
import { Waiting } from './Waiting';
import { Writing } from './Writing';

/** The conversation that the address names. */
export function Conversation() {
  const { roomId = '' } = useParams();
  const { data, error, refetch } = useQuery(RoomByIdDocument, {
    variables: { id: roomId },
    fetchPolicy: 'cache-and-network',
  });
  const room = data?.room;
  useDocumentTitle(room?.name);
  if (room?.membership) return <OpenRoom key={room.id} room={room} />;
  if (room) return <JoinRoom key={room.id} room={room} />;
  return (
    <>
      <PaneHeader>
        <span className="grow" />
      </PaneHeader>
      {error && <Problem onRetry={() => void refetch().catch(() => undefined)}>{explain(error)}</Problem>}
      {room === null && <Problem>This conversation doesn’t exist, or you are not part of it.</Problem>}
      {!error && room === undefined && <MessagesSkeleton />}
    </>
  );
}

function OpenRoom({ room }: { room: RoomSummaryFragment }) {
  const history = useHistory(room.id, room.lastMessage?.seq ?? 0);
  const lines = useLines(room.id, history);
  const [search, setSearch] = useSearchParams();
  const threadId = search.get('thread');
  const openThread = useCallback((rootId: string) => setSearch({ thread: rootId }), [setSearch]);
  const talk = useTalk(room, undefined, openThread);
  useWatching(room.id);

  return (
    <div className="flex min-h-0 grow">
      <div className={`min-w-0 grow flex-col ${threadId ? 'hidden lg:flex' : 'flex'}`}>
        <RoomHeader room={room} />
        <ConnectionLine className="mx-3 md:hidden not-empty:pt-2" />
        {history.messages ? (
          <MessageList
            label={`Messages in ${room.name}`}
            lines={lines}
            history={history}
            actions={talk.actions}
            beginning={<Beginning room={room} />}
          />
        ) : (
          <Waiting history={history} />
        )}
        <Spoken />
        <Writing room={room} lines={lines} talk={talk} />
        {talk.question}
      </div>
      {threadId && <ThreadPane key={threadId} room={room} rootId={threadId} onClose={() => setSearch({})} />}
    </div>
  );
}

/** Tells the workspace which room is being looked at. */
function useWatching(roomId: string): void {
  const { workspace } = useWorkspace();
  useEffect(() => {
    const { activity } = workspace;
    const update = () => activity.watch(document.visibilityState === 'visible' ? roomId : undefined);
    update();
    document.addEventListener('visibilitychange', update);
    return () => {
      document.removeEventListener('visibilitychange', update);
      activity.watch(undefined);
    };
  }, [workspace, roomId]);
}

/** Speaks new messages to screen readers; older ones that are loaded stay silent. */
function Spoken() {
  const { workspace } = useWorkspace();
  const { spoken } = useObserved(workspace.activity);
  return (
    <p aria-live="polite" className="sr-only">
      {spoken}
    </p>
  );
}

function Beginning({ room }: { room: RoomSummaryFragment }) {
  return (
    <div className="px-3 pt-10 pb-4">
      <RoomMark kind={room.kind} name={room.name} className="size-14 text-lg" />
      <h3 className="mt-4 text-xl font-semibold">
        <bdi>{room.name}</bdi>
      </h3>
      <p className="mt-1 text-sm text-soft">
        {room.kind === 'DIRECT'
          ? 'Your conversation begins here. Only the two of you can read it.'
          : 'This is where the conversation begins.'}
        {room.topic && (
          <>
            {' '}
            Its topic: <bdi>{room.topic}</bdi>
          </>
        )}
      </p>
    </div>
  );
}

function JoinRoom({ room }: { room: RoomSummaryFragment }) {
  const { join, busy, problem } = useJoin(room.id);
  return (
    <>
      <RoomHeader room={room} />
      <div className="m-auto flex max-w-sm flex-col items-center gap-3 p-6 text-center">
        <RoomMark kind={room.kind} name={room.name} className="size-14" />
        <h3 className="text-lg font-semibold">
          <bdi>{room.name}</bdi>
        </h3>
        <p className="text-sm text-soft">
          {room.topic || 'Join this channel to read it and to write in it.'}
        </p>
        {problem && <FormError>{problem}</FormError>}
        <Button look="primary" busy={busy} onClick={() => void join()}>
          Join channel
        </Button>
      </div>
    </>
  );
}
