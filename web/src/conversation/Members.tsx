import { useQuery } from '@apollo/client/react';
import {
  RoomMembersDocument,
  type Role,
  type RoomMembersQuery,
  type RoomSummaryFragment,
} from '../generated/graphql';
import { useOpenDirect } from '../rooms/useOpenDirect';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { explain } from '../ui/explain';
import { FormError, Problem } from '../ui/Notice';
import { ShowMore } from '../ui/ShowMore';
import { Spinner } from '../ui/Spinner';
import { useAction } from '../ui/useAction';
import { useWorkspace } from '../workspace/context';

const roles: Record<Role, string | undefined> = { OWNER: 'Owner', ADMIN: 'Admin', MEMBER: undefined };

export function Members({ room, onClose }: { room: RoomSummaryFragment; onClose: () => void }) {
  const { data, error, refetch, fetchMore } = useQuery(RoomMembersDocument, {
    variables: { id: room.id, after: null },
    fetchPolicy: 'network-only',
  });
  const members = data?.room?.members;
  return (
    <Dialog title="Members" onClose={onClose}>
      {error && !members && (
        <Problem onRetry={() => void refetch().catch(() => undefined)}>{explain(error)}</Problem>
      )}
      {!members && !error && (
        <div className="flex justify-center p-8 text-soft">
          <Spinner label="Loading members" />
        </div>
      )}
      {members && (
        <ul className="-mx-2">
          {members.nodes.map((member) => (
            <MemberRow key={member.user.id} member={member} onClose={onClose} />
          ))}
        </ul>
      )}
      {members?.pageInfo.hasNextPage && (
        <ShowMore onMore={() => fetchMore({ variables: { after: members.pageInfo.endCursor } })} />
      )}
    </Dialog>
  );
}

type Member = NonNullable<RoomMembersQuery['room']>['members']['nodes'][number];

function MemberRow({ member: { user, role }, onClose }: { member: Member; onClose: () => void }) {
  const { viewer } = useWorkspace();
  const openDirect = useOpenDirect();
  const action = useAction();
  const message = async () => {
    if (await action.run(() => openDirect(user.id))) onClose();
  };
  return (
    <li className="rounded-lg px-2 py-1.5 hover:bg-hover">
      <div className="flex items-center gap-3">
        <Avatar name={user.displayName} />
        <div className="min-w-0 grow">
          <p className="truncate text-sm font-medium">
            <bdi>{user.displayName}</bdi>
            {user.id === viewer.id && <span className="font-normal text-soft"> (you)</span>}
          </p>
          <p className="truncate text-xs text-soft">
            @{user.username}
            {roles[role] && ` · ${roles[role]}`}
          </p>
        </div>
        {user.id !== viewer.id && (
          <Button
            look="quiet"
            aria-label={`Message ${user.displayName}`}
            busy={action.busy}
            onClick={() => void message()}
            className="px-3"
          >
            Message
          </Button>
        )}
      </div>
      {action.problem && <FormError>{action.problem}</FormError>}
    </li>
  );
}
