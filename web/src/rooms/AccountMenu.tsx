import { useFragment } from '@apollo/client/react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { PersonFragmentDoc, type PersonFragment } from '../generated/graphql';
import { Avatar } from '../ui/Avatar';
import { explain } from '../ui/explain';
import { LogoutIcon, PersonIcon } from '../ui/icons';
import { Menu, MenuItem } from '../ui/Menu';
import { toasts } from '../ui/toasts';
import { useWorkspace } from '../workspace/context';
import { ChangeName } from './ChangeName';
import { ThemeChoices } from './ThemeChoices';

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
      {editing && <ChangeName user={user} onClose={() => setEditing(false)} />}
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
