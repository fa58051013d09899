import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { LeaveRoomDocument, type RoomSummaryFragment } from '../generated/graphql';
import { PaneHeader } from '../rooms/PaneHeader';
import { RoomMark } from '../ui/Avatar';
import { Button, IconButton } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { GroupIcon, LogoutIcon, MoreIcon } from '../ui/icons';
import { Menu, MenuItem } from '../ui/Menu';
import { FormError } from '../ui/Notice';
import { useAction } from '../ui/useAction';
import { Members } from './Members';

type Window = 'members' | 'leave';

export function RoomHeader({ room }: { room: RoomSummaryFragment }) {
  const [window, setWindow] = useState<Window>();
  const close = () => setWindow(undefined);
  const members = `${room.memberCount.toLocaleString()} ${room.memberCount === 1 ? 'member' : 'members'}`;
  const about = [room.kind === 'DIRECT' ? 'Direct conversation' : members, room.topic]
    .filter(Boolean)
    .join(' · ');
  return (
    <PaneHeader>
      <RoomMark kind={room.kind} name={room.name} className="size-9" />
      <div className="min-w-0 grow">
        <h2 className="truncate leading-tight font-semibold">
          <bdi>{room.name}</bdi>
        </h2>
        <p className="truncate text-sm text-soft" title={room.topic ?? undefined}>
          {about}
        </p>
      </div>
      {room.membership && (
        <Menu
          label="Conversation"
          renderButton={(props) => (
            <IconButton label="Conversation menu" {...props}>
              <MoreIcon />
            </IconButton>
          )}
        >
          <MenuItem icon={<GroupIcon />} onSelect={() => setWindow('members')}>
            Members
          </MenuItem>
          <MenuItem danger icon={<LogoutIcon />} onSelect={() => setWindow('leave')}>
            Leave
          </MenuItem>
        </Menu>
      )}
      {window === 'members' && <Members room={room} onClose={close} />}
      {window === 'leave' && <Leave room={room} onClose={close} />}
    </PaneHeader>
  );
}

function Leave({ room, onClose }: { room: RoomSummaryFragment; onClose: () => void }) {
  const navigate = useNavigate();
  const [leaveRoom] = useMutation(LeaveRoomDocument);
  const action = useAction();
  const leave = async () => {
    const left = await action.run(async () => {
      const { data } = await leaveRoom({ variables: { input: { roomId: room.id } } });
      return data?.leaveRoom.userErrors ?? [];
    });
    if (left) void navigate('/');
  };
  return (
    <Dialog title={`Leave ${room.name}?`} onClose={onClose}>
      <p className="mb-5 text-sm text-soft">
        {room.kind === 'CHANNEL'
          ? 'It goes from your list. You can join again whenever you like.'
          : 'It goes from your list, and its messages no longer reach you.'}
      </p>
      {action.problem && <FormError>{action.problem}</FormError>}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Stay</Button>
        <Button look="danger" busy={action.busy} onClick={() => void leave()}>
          Leave
        </Button>
      </div>
    </Dialog>
  );
}
