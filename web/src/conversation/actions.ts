import { useMutation } from '@apollo/client/react';
import { useMemo } from 'react';
import { ReactDocument, type MessageFieldsFragment, type RoomSummaryFragment } from '../generated/graphql';
import { explain } from '../ui/explain';
import { toasts } from '../ui/toasts';
import { useWorkspace } from '../workspace/context';

type Act = (message: MessageFieldsFragment) => void;

/** What can be done with the messages of a conversation. */
export interface MessageActions {
  viewerId: string;
  /** Whether the viewer keeps the room; whose messages they may delete is for the server to say. */
  keeps: boolean;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
  /** Gives the emoji, or takes it back. */
  react: (message: MessageFieldsFragment, emoji: string) => void;
  reply: Act;
  edit: Act;
  remove: Act;
  /** Not in a thread, which has none in it. */
  openThread?: ((rootId: string) => void) | undefined;
}

/** What is done by the caller is to stay the same, so that messages are not drawn again. */
export function useActions(
  room: RoomSummaryFragment,
  reply: Act,
  edit: Act,
  remove: Act,
  openThread?: (rootId: string) => void,
): MessageActions {
  const { workspace, viewer } = useWorkspace();
  const [react] = useMutation(ReactDocument);
  const keeps = room.membership?.role === 'OWNER' || room.membership?.role === 'ADMIN';
  return useMemo(
    () => ({
      viewerId: viewer.id,
      keeps,
      retry: (clientId) => workspace.outbox.retry(clientId),
      discard: (clientId) => workspace.outbox.drop(clientId),
      react: ({ id, reactions }, emoji) => {
        const remove = reactions.some((given) => given.emoji === emoji && given.viewerReacted);
        react({ variables: { input: { messageId: id, emoji, remove } } }).then(
          ({ data }) => data?.react.userErrors.forEach(({ message }) => toasts.show(message)),
          (error: unknown) => toasts.show(explain(error)),
        );
      },
      reply,
      edit,
      remove,
      openThread,
    }),
    [workspace, viewer.id, keeps, react, reply, edit, remove, openThread],
  );
}
