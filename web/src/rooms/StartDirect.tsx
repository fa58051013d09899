import { useApolloClient } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { FindUserDocument } from '../generated/graphql';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { FormError } from '../ui/Notice';
import { useAction } from '../ui/useAction';
import { useWorkspace } from '../workspace/context';
import { useOpenDirect } from './useOpenDirect';

export function StartDirect({ onClose }: { onClose: () => void }) {
  const { viewer } = useWorkspace();
  const client = useApolloClient();
  const openDirect = useOpenDirect();
  const [username, setUsername] = useState('');
  const action = useAction('username');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = username.trim().replace(/^@/, '').toLowerCase();
    const opened = await action.run(async () => {
      if (wanted === viewer.username) return [{ field: ['username'], message: 'That is you.' }];
      const { data } = await client.query({
        query: FindUserDocument,
        variables: { username: wanted },
        fetchPolicy: 'network-only',
      });
      if (!data?.user) return [{ field: ['username'], message: `Nobody here is called “${wanted}”.` }];
      return openDirect(data.user.id);
    });
    if (opened) onClose();
  };

  return (
    <Dialog title="Message someone" onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        <Field
          label="Username"
          name="username"
          autoFocus
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          required
          hint="Just the two of you will see this conversation."
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          error={action.problemOf('username')}
        />
        {action.problem && <FormError>{action.problem}</FormError>}
        <Button
          type="submit"
          look="primary"
          busy={action.busy}
          disabled={!username.trim()}
          className="w-full"
        >
          Open conversation
        </Button>
      </form>
    </Dialog>
  );
}
