import { useMutation } from '@apollo/client/react';
import { useNavigate } from 'react-router';
import { JoinRoomDocument } from '../generated/graphql';
import { useAction } from '../ui/useAction';
import { useWorkspace } from '../workspace/context';

/** Joins a channel and goes there. */
export function useJoin(roomId: string) {
  const { workspace } = useWorkspace();
  const navigate = useNavigate();
  const [joinRoom] = useMutation(JoinRoomDocument);
  const action = useAction();
  const join = () =>
    action.run(async () => {
      const { data } = await joinRoom({ variables: { input: { roomId } } });
      if (data?.joinRoom.room) {
        workspace.addRoom(data.joinRoom.room);
        void navigate(`/rooms/${roomId}`);
      }
      return data?.joinRoom.userErrors ?? [];
    });
  return { join, busy: action.busy, problem: action.problem };
}
