import { useMutation, useFragment } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { theme, type ThemeChoice } from '../app/theme';
import { PersonFragmentDoc, UpdateProfileDocument, type PersonFragment } from '../generated/graphql';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { explain } from '../ui/explain';
import { Field } from '../ui/Field';
import { LogoutIcon, PersonIcon } from '../ui/icons';
import { Menu, MenuItem } from '../ui/Menu';
import { FormError } from '../ui/Notice';
import { useObserved } from '../ui/observed';
import { toasts } from '../ui/toasts';
import { useAction } from '../ui/useAction';
import { useWorkspace } from '../workspace/context';

export function AccountMenu() {
  const { session } = useWorkspace();
  const navigate = useNavigate();
  const user = useViewer();
  const [editing, setEditing] = useState(false);
  const logout = () => {
    session.logout().then(
      // Whoever logs in next begins at the beginning.
      () => navigate('/login', { replace: true }),
      (error) => toasts.show(`You are still logged in. ${explain(error)}`),
    );
  };
  return (
    <>
      <Menu
        label="Your account"
        renderButton={(props) => (
          <button
            type="button"
            aria-label={`Your account: ${user.displayName}`}
            title={user.displayName}
            {...props}
            className="flex size-10 items-center justify-center rounded-full hover:bg-hover"
          >
            <Avatar name={user.displayName} className="size-8 text-xs" />
          </button>
        )}
      >
        <div className="px-2.5 pt-1.5 pb-2">
          <p className="truncate text-sm font-semibold">
            <bdi>{user.displayName}</bdi>
          </p>
          <p className="truncate text-sm text-soft">@{user.username}</p>
        </div>
        <ThemeChoices />
        <MenuItem icon={<PersonIcon />} onSelect={() => setEditing(true)}>
          Change your name
        </MenuItem>
        <MenuItem icon={<LogoutIcon />} onSelect={logout}>
          Log out
        </MenuItem>
      </Menu>
      {editing && <EditName user={user} onClose={() => setEditing(false)} />}
    </>
  );
}

/** The viewer with the current name. */
function useViewer(): PersonFragment {
  const { viewer } = useWorkspace();
  const { data, complete } = useFragment({
    fragment: PersonFragmentDoc,
    fragmentName: 'Person',
    from: { __typename: 'User', id: viewer.id },
  });
  return complete ? data : viewer;
}

const choices: [ThemeChoice, string][] = [
  ['system', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function ThemeChoices() {
  const chosen = useObserved(theme);
  return (
    <div
      role="group"
      aria-label="Appearance"
      className="mx-1 mb-1 grid grid-cols-3 gap-1 rounded-lg bg-sunken p-1"
    >
      {choices.map(([choice, label]) => (
        <button
          key={choice}
          type="button"
          role="menuitemradio"
          tabIndex={-1}
          aria-checked={chosen === choice}
          onClick={(event) => {
            event.stopPropagation();
            theme.choose(choice);
          }}
          className="min-h-8 rounded-md text-sm text-soft hover:text-ink aria-checked:bg-raised aria-checked:font-medium aria-checked:text-ink aria-checked:shadow-xs"
        >
          {label}
        </button>
      ))}
    </div>
  );
}

function EditName({ user, onClose }: { user: PersonFragment; onClose: () => void }) {
  const [displayName, setDisplayName] = useState(user.displayName);
  const [updateProfile] = useMutation(UpdateProfileDocument);
  const action = useAction('displayName');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const saved = await action.run(async () => {
      const { data } = await updateProfile({ variables: { input: { displayName: displayName.trim() } } });
      return data?.updateProfile.userErrors ?? [];
    });
    if (saved) onClose();
  };
  return (
    <Dialog title="Change your name" onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
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
        {action.problem && <FormError>{action.problem}</FormError>}
        <Button
          type="submit"
          look="primary"
          busy={action.busy}
          disabled={!displayName.trim()}
          className="w-full"
        >
          Save
        </Button>
      </form>
    </Dialog>
  );
}
