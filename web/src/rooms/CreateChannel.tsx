import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { CreateRoomDocument } from '../generated/graphql';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Form } from '../ui/Form';
import { useAction } from '../ui/useAction';
import { useWorkspace } from '../workspace/context';

export function CreateChannel({ onClose }: { onClose: () => void }) {
  const { workspace } = useWorkspace();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [createRoom] = useMutation(CreateRoomDocument);
  const action = useAction('name', 'topic');

  const create = async () => {
    const input = { kind: 'CHANNEL', name: name.trim(), topic: topic.trim() || null } as const;
    const { data } = await createRoom({ variables: { input } });
    if (data?.createRoom.room) {
      workspace.addRoom(data.createRoom.room);
      onClose();
      void navigate(`/rooms/${data.createRoom.room.id}`);
    }
    return data?.createRoom.userErrors ?? [];
  };

  return (
    <Dialog title="Create a channel" onClose={onClose}>
      <Form
        action={action}
        onSubmit={() => action.run(create)}
        submit="Create channel"
        ready={name.trim() !== ''}
      >
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
      </Form>
    </Dialog>
  );
}
