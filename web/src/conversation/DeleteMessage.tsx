import { useMutation } from '@apollo/client/react';
import { DeleteMessageDocument, type MessageFieldsFragment } from '../generated/graphql';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { FormError } from '../ui/Notice';
import { useAction } from '../ui/useAction';
import { plainText } from './plainText';

interface DeleteMessageProps {
  message: MessageFieldsFragment;
  onClose: () => void;
}

/** Asks whether it is to be so, since it is for everyone and for good. */
export function DeleteMessage({ message, onClose }: DeleteMessageProps) {
  const [deleteMessage] = useMutation(DeleteMessageDocument);
  const action = useAction();
  const remove = async () => {
    const gone = await action.run(async () => {
      const { data } = await deleteMessage({ variables: { input: { messageId: message.id } } });
      return data?.deleteMessage.userErrors ?? [];
    });
    if (gone) onClose();
  };
  return (
    <Dialog title="Delete this message?" onClose={onClose}>
      <blockquote className="mb-3 truncate border-s-2 border-line ps-3 text-sm">
        <bdi>{plainText(message.body)}</bdi>
      </blockquote>
      <p className="mb-5 text-sm text-soft">It goes for everyone, and for good.</p>
      {action.problem && <FormError>{action.problem}</FormError>}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Keep</Button>
        <Button look="danger" busy={action.busy} onClick={() => void remove()}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}
