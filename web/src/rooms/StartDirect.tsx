import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { FindUserDocument } from '../generated/graphql';
import { usernameField } from '../session/usernameField';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Form } from '../ui/Form';
import { useAction } from '../ui/useAction';
import { useWorkspace } from '../workspace/context';
import { useOpenDirect } from './useOpenDirect';

export function StartDirect({ onClose }: { onClose: () => void }) {
  const { viewer } = useWorkspace();
  const client = useApolloClient();
  const openDirect = useOpenDirect();
  const [username, setUsername] = useState('');
  const action = useAction('username');

  const open = async () => {
    const wanted = username.trim().replace(/^@/, '').toLowerCase();
    if (wanted === viewer.username) return [{ field: ['username'], message: 'That is you.' }];
    const variables = { username: wanted };
    const { data } = await client.query({ query: FindUserDocument, variables, fetchPolicy: 'network-only' });
    if (!data?.user) return [{ field: ['username'], message: `Nobody here is called “${wanted}”.` }];
    return openDirect(data.user.id);
  };
  const submit = async () => {
    if (await action.run(open)) onClose();
  };

  return (
    <Dialog title="Message someone" onClose={onClose}>
      <Form action={action} onSubmit={submit} submit="Open conversation" ready={username.trim() !== ''}>
        <Field
          {...usernameField}
          autoComplete="off"
          hint="Just the two of you will see this conversation."
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          error={action.problemOf('username')}
        />
      </Form>
    </Dialog>
  );
}
