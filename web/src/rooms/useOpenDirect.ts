import { useMutation } from '@apollo/client/react';
import { useNavigate } from 'react-router';
import { OpenDirectRoomDocument } from '../generated/graphql';
import { useWorkspace } from '../workspace/context';

/** Opens the conversation with a person, new or old, and goes there; answers the server's user errors. */
export function useOpenDirect() {
  const { workspace } = useWorkspace();
  const navigate = useNavigate();
  const [openDirectRoom] = useMutation(OpenDirectRoomDocument);
  return async (userId: string) => {
    const { data } = await openDirectRoom({ variables: { input: { userId } } });
    const payload = data?.openDirectRoom;
    if (payload?.room) {
      workspace.addRoom(payload.room);
      void navigate(`/rooms/${payload.room.id}`);
    }
    return payload?.userErrors ?? [];
  };
}
