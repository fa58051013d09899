import { useMutation } from '@apollo/client/react';
import { useState, type ReactNode } from 'react';
import {
  EditMessageDocument,
  type MessageFieldsFragment,
  type RoomSummaryFragment,
} from '../generated/graphql';
import { useObserved } from '../ui/observed';
import { useAction } from '../ui/useAction';
import { useNow } from '../ui/useNow';
import { IconButton } from '../ui/Button';
import { CloseIcon } from '../ui/icons';
import { useWorkspace } from '../workspace/context';
import { Composer } from './Composer';
import type { MessageLine } from './lines';
import { QuoteText } from './Quote';
import { mayWrite, writingHint } from './rules';

/** What is being written beside a new message: an answer to one, or another text for one. */
export interface Focus {
  kind: 'reply' | 'edit';
  message: MessageFieldsFragment;
}

interface WritingProps {
  room: RoomSummaryFragment;
  /** In whose thread, if it is not the main line. */
  threadRootId?: string;
  lines: readonly MessageLine[];
  focus: Focus | undefined;
  onFocus: (focus: Focus | undefined) => void;
}

/** Where one writes in a room, or why one cannot. */
export function Writing({ room, threadRootId, lines, focus, onFocus }: WritingProps) {
  const { workspace, viewer } = useWorkspace();
  const { outbox, drafts } = workspace;
  const now = useNow();
  useObserved(drafts);
  const place = threadRootId ?? room.id;
  const refusal = mayWrite(room, now, threadRootId !== undefined);
  if (refusal) return <Refusal>{refusal}</Refusal>;

  const done = () => onFocus(undefined);
  if (focus?.kind === 'edit') return <Editing key={focus.message.id} message={focus.message} onDone={done} />;
  const editLast = () => {
    const own = lines.findLast(({ message }) => message && isEditable(message, viewer.id))?.message;
    if (own) onFocus({ kind: 'edit', message: own });
  };
  const write = (text: string) => (threadRootId ? drafts.keep(place, text) : drafts.write(place, text));
  const send = (body: string) => {
    write('');
    outbox.send(room.id, body, {
      ...(focus && { replyTo: focus.message }),
      ...(threadRootId && { threadRootId }),
    });
    done();
  };
  return (
    <Composer
      key={focus?.message.id ?? 'new'}
      to={threadRootId ? 'the thread' : room.kind === 'CHANNEL' ? `#${room.name}` : room.name}
      above={
        focus && (
          <Above label="Stop replying" onCancel={done}>
            <span className="shrink-0">Reply to</span> <QuoteText of={focus.message} />
          </Above>
        )
      }
      hint={writingHint(room)}
      text={drafts.of(place, threadRootId ? '' : room.membership?.draft?.body)}
      onText={write}
      onSend={send}
      onCancel={focus && done}
      onUp={editLast}
    />
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
