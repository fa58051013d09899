import { useCallback, useState, type ReactNode } from 'react';
import type { MessageFieldsFragment, RoomSummaryFragment } from '../generated/graphql';
import { useWorkspace } from '../workspace/context';
import { useActions, type MessageActions } from './actions';
import { DeleteMessage } from './DeleteMessage';

export interface Talk {
  actions: MessageActions;
  /** The message that gets another text. */
  editing: MessageFieldsFragment | undefined;
  edit: (message: MessageFieldsFragment | undefined) => void;
  /** Has what is written next answer a message, or none. */
  reply: (message: MessageFieldsFragment | undefined) => void;
  /** How often that was asked for since something was edited. */
  asked: number;
  /** What is being asked, if anything. */
  question: ReactNode;
}

/** What goes on between a list of messages and the place where one writes. */
export function useTalk(
  room: RoomSummaryFragment,
  threadRootId?: string,
  openThread?: (rootId: string) => void,
): Talk {
  const { drafts } = useWorkspace().workspace;
  const [editing, setEditing] = useState<MessageFieldsFragment>();
  const [asked, setAsked] = useState(0);
  const [deleting, setDeleting] = useState<MessageFieldsFragment>();
  const reply = useCallback(
    (message: MessageFieldsFragment | undefined) => {
      drafts.write(room.id, threadRootId, { replyTo: message ?? null });
      setEditing(undefined);
      setAsked((times) => times + 1);
    },
    [drafts, room.id, threadRootId],
  );
  const edit = useCallback((message: MessageFieldsFragment | undefined) => {
    setEditing(message);
    setAsked(0);
  }, []);
  const actions = useActions(room, reply, edit, setDeleting, openThread);
  const question = deleting && <DeleteMessage message={deleting} onClose={() => setDeleting(undefined)} />;
  return { actions, editing, edit, reply, asked, question };
}
