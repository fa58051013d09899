import { useCallback, useState, type ReactNode } from 'react';
import type { MessageFieldsFragment, RoomSummaryFragment } from '../generated/graphql';
import { useActions, type MessageActions } from './actions';
import { DeleteMessage } from './DeleteMessage';
import type { Focus } from './Writing';

interface Talk {
  actions: MessageActions;
  focus: Focus | undefined;
  setFocus: (focus: Focus | undefined) => void;
  /** What is being asked, if anything. */
  question: ReactNode;
}

/** What goes on between a list of messages and the place where one writes. */
export function useTalk(room: RoomSummaryFragment, openThread?: (rootId: string) => void): Talk {
  const [focus, setFocus] = useState<Focus>();
  const [deleting, setDeleting] = useState<MessageFieldsFragment>();
  const reply = useCallback((message: MessageFieldsFragment) => setFocus({ kind: 'reply', message }), []);
  const edit = useCallback((message: MessageFieldsFragment) => setFocus({ kind: 'edit', message }), []);
  const actions = useActions(room, reply, edit, setDeleting, openThread);
  const question = deleting && <DeleteMessage message={deleting} onClose={() => setDeleting(undefined)} />;
  return { actions, focus, setFocus, question };
}
