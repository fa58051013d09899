import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { CreateRoomDocument } from '../generated/graphql';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { FormError } from '../ui/Notice';
import { useAction } from '../ui/useAction';
import { useWorkspace } from '../workspace/context';

export function CreateChannel({ onClose }: { onClose: () => void }) {
  const { workspace } = useWorkspace();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [createRoom] = useMutation(CreateRoomDocument);
  const action = useAction('name', 'topic');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await action.run(async () => {
      const input = { kind: 'CHANNEL', name: name.trim(), topic: topic.trim() || null } as const;
      const { data } = await createRoom({ variables: { input } });
      if (data?.createRoom.room) {
        workspace.addRoom(data.createRoom.room);
        onClose();
        void navigate(`/rooms/${data.createRoom.room.id}`);
      }
      return data?.createRoom.userErrors ?? [];
    });
  };

  return (
    <Dialog title="Create a channel" onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        <Field
          label="Name"
          name="name"
          autoFocus
          required
          maxLength={80}
          hint="Everyone on this server can find and join it."
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={action.problemOf('name')}
        />
        <Field
          label="Topic"
          name="topic"
          placeholder="What is it about? (optional)"
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
          error={action.problemOf('topic')}
        />
        {action.problem && <FormError>{action.problem}</FormError>}
        <Button type="submit" look="primary" busy={action.busy} disabled={!name.trim()} className="w-full">
          Create channel
        </Button>
      </form>
    </Dialog>
  );
}
