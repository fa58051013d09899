import { useQuery } from '@apollo/client/react';
import { MyRoomsDocument, type RoomSummaryFragment } from '../generated/graphql';

/** The viewer's rooms, most recently active first, as the live messages keep them; undefined until loaded. */
export function useRooms(): RoomSummaryFragment[] | undefined {
  // The workspace loads and follows them; here they are only read.
  const { data } = useQuery(MyRoomsDocument, { variables: { after: null }, fetchPolicy: 'cache-only' });
  const rooms = data?.viewer.rooms.nodes.filter((room) => room.membership);
  return rooms?.toSorted((a, b) => activeAt(b).localeCompare(activeAt(a)));
}

function activeAt(room: RoomSummaryFragment): string {
  return room.lastMessage?.sentAt ?? room.createdAt;
}
