import type { MessageFieldsFragment, RoomSummaryFragment } from '../generated/graphql';
import { IconButton } from '../ui/Button';
import { CloseIcon } from '../ui/icons';
import { Problem } from '../ui/Notice';
import { useWorkspace } from '../workspace/context';
import type { MessageActions } from './actions';
import { linesOf } from './lines';
import { Message } from './Message';
import { MessageList } from './MessageList';
import { useLines } from './useLines';
import { useTalk } from './useTalk';
import { useThread } from './useThread';
import { Waiting } from './Waiting';
import { Writing } from './Writing';

interface ThreadPaneProps {
  room: RoomSummaryFragment;
  rootId: string;
  onClose: () => void;
}

/** The thread of a message, beside the room; on a small screen in its place. */
export function ThreadPane({ room, rootId, onClose }: ThreadPaneProps) {
  const thread = useThread(rootId);
  const lines = useLines(room.id, thread, rootId);
  const talk = useTalk(room, rootId);
  return (
    <section
      aria-label="Thread"
      className="flex min-w-0 grow flex-col border-line lg:w-96 lg:shrink-0 lg:grow-0 lg:border-s"
    >
      <header className="flex min-h-15 shrink-0 items-center gap-2 border-b border-line px-4 py-2">
        <h2 className="grow truncate font-semibold">
          Thread <span className="font-normal text-soft">in {room.name}</span>
        </h2>
        <IconButton label="Close the thread" onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </header>
      {thread.root === null ? (
        <Problem>This message doesn’t exist, or it is not for you to see.</Problem>
      ) : thread.root && thread.messages ? (
        <MessageList
          label="Messages of the thread"
          lines={lines}
          history={thread}
          actions={talk.actions}
          beginning={<Root message={thread.root} actions={talk.actions} />}
        />
      ) : (
        <Waiting history={thread} />
      )}
      {thread.root && <Writing room={room} threadRootId={rootId} lines={lines} talk={talk} />}
      {talk.question}
    </section>
  );
}

/** What the thread hangs on. */
function Root({ message, actions }: { message: MessageFieldsFragment; actions: MessageActions }) {
  const { viewer } = useWorkspace();
  return (
    <ol className="border-b border-line pb-3">
      {linesOf([message], [], viewer).map((line) => (
        <Message key={line.key} line={line} actions={actions} />
      ))}
    </ol>
  );
}
