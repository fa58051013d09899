import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { HistoryDocument, type MessageFieldsFragment } from '../generated/graphql';
import { hasGap, type Reading } from '../timeline/timeline';

const PAGE = 50;
const LARGEST_PAGE = 100;
/** How long (ms) a message may be outrun by its successors before it is fetched. */
const GAP_PATIENCE = 1_000;

const reading: Reading<MessageFieldsFragment> = {
  id: (message) => message.id,
  seq: (message) => message.seq,
};

export interface History {
  /** Undefined while the first page is on its way. */
  messages: readonly MessageFieldsFragment[] | undefined;
  error: unknown;
  retry: () => void;
  hasOlder: boolean;
  olderState: 'idle' | 'loading' | 'failed';
  loadOlder: () => void;
}

/** The loaded stretch of a room's messages. `latestSeq` is the newest one known to exist. */
export function useHistory(roomId: string, latestSeq: number): History {
  const client = useApolloClient();
  const [olderState, setOlderState] = useState<History['olderState']>('idle');
  const { data, error, refetch, fetchMore } = useQuery(HistoryDocument, {
    variables: { roomId, last: PAGE, before: null },
  });
  const timeline = data?.room?.messages;
  const start = timeline?.pageInfo.startCursor;

  const loadOlder = useCallback(() => {
    if (!start) return;
    setOlderState('loading');
    fetchMore({ variables: { before: start } }).then(
      () => setOlderState('idle'),
      () => setOlderState('failed'),
    );
  }, [fetchMore, start]);

  // A message that arrived live while the first page was on its way is in neither.
  const gap = timeline !== undefined && hasGap(timeline, latestSeq, reading);
  useEffect(() => {
    if (!gap) return;
    const variables = { roomId, last: LARGEST_PAGE, before: null };
    const interval = setInterval(() => {
      client.query({ query: HistoryDocument, variables, fetchPolicy: 'network-only' }).catch(() => undefined);
    }, GAP_PATIENCE);
    return () => clearInterval(interval);
  }, [client, roomId, gap]);

  return {
    messages: timeline?.nodes,
    error,
    retry: () => void refetch().catch(() => undefined),
    hasOlder: timeline?.pageInfo.hasPreviousPage ?? false,
    olderState,
    loadOlder,
  };
}
