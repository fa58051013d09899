import { useMutation } from '@apollo/client/react';
import { useState, type ReactNode } from 'react';
import {
  EditMessageDocument,
  type MessageFieldsFragment,
  type QuoteFragment,
  type RoomSummaryFragment,
} from '../generated/graphql';
import { useObserved } from '../ui/observed';
import { useAction } from '../ui/useAction';
import { useNow } from '../ui/useNow';
import { IconButton } from '../ui/Button';
import { CloseIcon } from '../ui/icons';
import { useWorkspace } from '../workspace/context';
import { NOTHING } from '../workspace/drafts';
import { Composer } from './Composer';
import type { MessageLine } from './lines';
import { QuoteText } from './Quote';
import { mayWrite, writingHint } from './rules';
import type { Talk } from './useTalk';

interface WritingProps {
  room: RoomSummaryFragment;
  /** In whose thread, if it is not the main line. */
  threadRootId?: string;
  lines: readonly MessageLine[];
  talk: Talk;
}

/** Where one writes in a room, or why one cannot. */
export function Writing(props: WritingProps) {
  const { editing, edit } = props.talk;
  const refusal = mayWrite(props.room, useNow(), props.threadRootId !== undefined);
  if (refusal) return <Refusal>{refusal}</Refusal>;
  if (editing) return <Editing key={editing.id} message={editing} onDone={() => edit(undefined)} />;
  return <NewMessage {...props} />;
}

function NewMessage({ room, threadRootId, lines, talk }: WritingProps) {
  const { workspace, viewer } = useWorkspace();
  const { outbox, drafts } = workspace;
  useObserved(drafts);
  const { body, replyTo } = threadRootId
    ? drafts.of(threadRootId)
    : drafts.of(room.id, room.membership?.draft);
  const stopReplying = () => talk.reply(undefined);
  const editLast = () => {
    const own = lines.findLast(({ message }) => message && isEditable(message, viewer.id))?.message;
    if (own) talk.edit(own);
  };
  const send = (text: string) => {
    drafts.write(room.id, threadRootId, NOTHING);
    outbox.send(room.id, text, { ...(replyTo && { replyTo }), ...(threadRootId && { threadRootId }) });
  };
  return (
    <Composer
      to={threadRootId ? 'the thread' : room.kind === 'CHANNEL' ? `#${room.name}` : room.name}
      above={replyTo && <ReplyTo message={replyTo} onCancel={stopReplying} />}
      hint={writingHint(room)}
      asked={talk.asked}
      text={body}
      onText={(text) => drafts.write(room.id, threadRootId, { body: text })}
      onSend={send}
      onCancel={replyTo ? stopReplying : undefined}
      onUp={editLast}
    />
  );
}

function ReplyTo({ message, onCancel }: { message: QuoteFragment; onCancel: () => void }) {
  return (
    <Above label="Stop replying" onCancel={onCancel}>
      <span className="shrink-0">Reply to</span> <QuoteText of={message} />
    </Above>
  );
}

function isEditable(message: MessageFieldsFragment, viewerId: string): boolean {
  const { author, deletedAt, notice, forwardedFrom } = message;
  return author.id === viewerId && !deletedAt && !notice && !forwardedFrom;
}

function Editing({ message, onDone }: { message: MessageFieldsFragment; onDone: () => void }) {
  const [editMessage] = useMutation(EditMessageDocument);
  const action = useAction();
  const [text, setText] = useState(message.body);
  const save = async (body: string) => {
    const saved = await action.run(async () => {
      const { data } = await editMessage({ variables: { input: { messageId: message.id, body } } });
      return data?.editMessage.userErrors ?? [];
    });
    if (saved) onDone();
  };
  return (
    <Composer
      to="edited"
      label="Edit your message"
      above={
        <Above label="Stop editing" onCancel={onDone}>
          Editing your message
        </Above>
      }
      problem={action.problem}
      asked={1}
      text={text}
      onText={setText}
      onSend={(body) => void save(body)}
      onCancel={onDone}
    />
  );
}

function Above({ label, onCancel, children }: { label: string; onCancel: () => void; children: ReactNode }) {
  return (
    <div className="flex items-center gap-2 ps-3 text-sm text-soft">
      <p className="flex min-w-0 grow items-baseline gap-1.5">{children}</p>
      <IconButton label={label} onClick={onCancel}>
        <CloseIcon className="size-4" />
      </IconButton>
    </div>
  );
}

function Refusal({ children }: { children: ReactNode }) {
  return (
    <p role="note" className="mx-auto w-full max-w-4xl px-4 pt-2 pb-5 text-center text-sm text-soft">
      {children}
    </p>
  );
}
