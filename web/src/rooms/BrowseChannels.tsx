import { useQuery } from '@apollo/client/react';
import { useDeferredValue, useState } from 'react';
import { Link } from 'react-router';
import { ChannelsDocument, type RoomSummaryFragment } from '../generated/graphql';
import { RoomMark } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { explain } from '../ui/explain';
import { SearchIcon } from '../ui/icons';
import { Problem } from '../ui/Notice';
import { ShowMore } from '../ui/ShowMore';
import { Spinner } from '../ui/Spinner';
import { useDocumentTitle } from '../ui/useDocumentTitle';
import { PaneHeader } from './PaneHeader';
import { useJoin } from './useJoin';

/** All channels of the server, to look through and join. */
export function BrowseChannels() {
  useDocumentTitle('Channels');
  const [search, setSearch] = useState('');
  const query = useDeferredValue(search.trim()) || null;
  return (
    <>
      <PaneHeader>
        <h2 className="text-lg font-semibold">Channels</h2>
      </PaneHeader>
      <div className="min-h-0 grow overflow-y-auto">
        <div className="mx-auto max-w-2xl px-4 py-4 md:px-6">
          <search className="relative mb-4 block">
            <SearchIcon className="pointer-events-none absolute inset-y-0 start-3.5 my-auto size-[1.15rem] text-soft" />
            <input
              type="search"
              aria-label="Search channels"
              placeholder="Search channels"
              dir="auto"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              className="h-11 w-full rounded-xl border border-line bg-raised ps-11 pe-3 outline-none placeholder:text-soft focus:border-accent focus:ring-3 focus:ring-accent/20"
            />
          </search>
          <Results query={query} />
        </div>
      </div>
    </>
  );
}

function Results({ query }: { query: string | null }) {
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(ChannelsDocument, {
    variables: { query, after: null },
    fetchPolicy: 'cache-and-network',
  });
  const channels = (data ?? previousData)?.channels;
  if (error && !channels)
    return <Problem onRetry={() => void refetch().catch(() => undefined)}>{explain(error)}</Problem>;
  if (!channels) {
    return (
      <div className="flex justify-center p-10 text-soft">
        <Spinner label="Loading channels" />
      </div>
    );
  }
  if (!channels.nodes.length) {
    return (
      <p className="p-10 text-center text-sm text-soft">
        {query ? `No channel matches “${query}”.` : 'There are no channels yet. Create the first one.'}
      </p>
    );
  }
  return (
    <>
      <ul
        aria-label="Channels"
        aria-busy={loading}
        className="divide-y divide-line rounded-2xl border border-line"
      >
        {channels.nodes.map((channel) => (
          <li key={channel.id}>
            <Channel channel={channel} />
          </li>
        ))}
      </ul>
      {channels.pageInfo.hasNextPage && (
        <ShowMore onMore={() => fetchMore({ variables: { after: channels.pageInfo.endCursor } })} />
      )}
    </>
  );
}

function Channel({ channel }: { channel: RoomSummaryFragment }) {
  const { join, busy, problem } = useJoin(channel.id);
  return (
    <div className="flex items-center gap-3 px-3 py-2.5 sm:px-4">
      <RoomMark kind={channel.kind} name={channel.name} />
      <div className="min-w-0 grow">
        <Link to={`/rooms/${channel.id}`} className="block truncate font-medium hover:underline">
          <bdi>{channel.name}</bdi>
        </Link>
        {problem ? (
          <p role="alert" className="text-sm text-danger">
            {problem}
          </p>
        ) : (
          <About channel={channel} />
        )}
      </div>
      {channel.membership ? (
        <Link
          to={`/rooms/${channel.id}`}
          className="inline-flex min-h-10 items-center rounded-lg px-4 text-sm font-medium text-soft hover:bg-hover hover:text-ink"
        >
          Open
        </Link>
      ) : (
        <Button aria-label={`Join ${channel.name}`} busy={busy} onClick={() => void join()}>
          Join
        </Button>
      )}
    </div>
  );
}

function About({ channel: { memberCount, topic } }: { channel: RoomSummaryFragment }) {
  return (
    <p className="truncate text-sm text-soft">
      {memberCount.toLocaleString()} {memberCount === 1 ? 'member' : 'members'}
      {topic && (
        <>
          {' · '}
          <bdi>{topic}</bdi>
        </>
      )}
    </p>
  );
}
