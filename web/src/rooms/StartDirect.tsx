import { useApolloClient, useQuery } from '@apollo/client/react';
import { useDeferredValue, useState } from 'react';
import { FindUserDocument, FindUsersDocument } from '../generated/graphql';
import { usernameField } from '../session/usernameField';
import { Avatar } from '../ui/Avatar';
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
  const choose = async (userId: string) => {
    if (await action.run(() => openDirect(userId))) onClose();
  };

  return (
    <Dialog title="Message someone" onClose={onClose}>
      <Form action={action} onSubmit={submit} submit="Open conversation" ready={username.trim() !== ''}>
        <Field
          {...usernameField}
          autoComplete="off"
          hint="Or a name. Just the two of you will see this conversation."
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          error={action.problemOf('username')}
        />
        <People query={username} onChoose={(userId) => void choose(userId)} />
      </Form>
    </Dialog>
  );
}

interface PeopleProps {
  query: string;
  onChoose: (userId: string) => void;
}

/** Those whose names begin as what was written. */
function People({ query, onChoose }: PeopleProps) {
  const { viewer } = useWorkspace();
  const wanted = useDeferredValue(query.trim().replace(/^@/, '').slice(0, LONGEST_QUERY));
  const { data, previousData } = useQuery(FindUsersDocument, {
    variables: { query: wanted },
    skip: wanted === '',
  });
  const people = (data ?? previousData)?.users.nodes.filter((user) => user.id !== viewer.id) ?? [];
  if (wanted === '' || people.length === 0) return null;
  return (
    <ul aria-label="People" className="-mx-2 max-h-72 overflow-y-auto">
      {people.map((user) => (
        <li key={user.id}>
          <button
            type="button"
            onClick={() => onChoose(user.id)}
            className="flex min-h-12 w-full items-center gap-3 rounded-lg px-2 py-1 text-start hover:bg-hover"
          >
            <Avatar name={user.displayName} />
            <span className="min-w-0 grow">
              <bdi className="block truncate text-sm font-medium">{user.displayName}</bdi>
              <span className="block truncate text-xs text-soft">@{user.username}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The server's limit, in characters. */
const LONGEST_QUERY = 100;
