import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { UpdateProfileDocument, type PersonFragment } from '../generated/graphql';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Form } from '../ui/Form';
import { useAction } from '../ui/useAction';

export function ChangeName({ user, onClose }: { user: PersonFragment; onClose: () => void }) {
  const [displayName, setDisplayName] = useState(user.displayName);
  const [updateProfile] = useMutation(UpdateProfileDocument);
  const action = useAction('displayName');
  const save = async () => {
    const { data } = await updateProfile({ variables: { input: { displayName: displayName.trim() } } });
    return data?.updateProfile.userErrors ?? [];
  };
  const submit = async () => {
    if (await action.run(save)) onClose();
  };
  return (
    <Dialog title="Change your name" onClose={onClose}>
      <Form action={action} onSubmit={submit} submit="Save" ready={displayName.trim() !== ''}>
        <Field
          label="Your name"
          name="displayName"
          autoFocus
          required
          hint="As others see it. Your username stays the same."
          value={displayName}
          onChange={(event) => setDisplayName(event.target.value)}
          error={action.problemOf('displayName')}
        />
      </Form>
    </Dialog>
  );
}
