import { useQuery } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { ThreadHistoryDocument, type MessageFieldsFragment } from '../generated/graphql';
import type { History } from './useHistory';

const PAGE = 50;
/** How long (ms) a reply may be missing before it is fetched. */
const GAP_PATIENCE = 1_000;

interface Thread extends History {
  /** Undefined while it is on its way, null when there is no such message. */
  root: MessageFieldsFragment | null | undefined;
}

/** The loaded stretch of the replies to a message. */
export function useThread(rootId: string): Thread {
  const [olderState, setOlderState] = useState<History['olderState']>('idle');
  const { data, error, refetch, fetchMore } = useQuery(ThreadHistoryDocument, {
    variables: { rootId, last: PAGE, before: null },
    fetchPolicy: 'cache-and-network',
    nextFetchPolicy: 'cache-first',
  });
  const root = data && (data.node && 'author' in data.node ? data.node : null);
  const replies = root?.thread?.messages;
  const start = replies?.pageInfo.startCursor;
  const hasOlder = replies?.pageInfo.hasPreviousPage ?? false;

  const loadOlder = useCallback(() => {
    if (!start) return;
    setOlderState('loading');
    fetchMore({ variables: { before: start } }).then(
      () => setOlderState('idle'),
      () => setOlderState('failed'),
    );
  }, [fetchMore, start]);

  // A reply that arrived live while the page was on its way is in neither.
  const alive = replies?.nodes.filter((reply) => !reply.deletedAt).length ?? 0;
  const gap = replies !== undefined && !hasOlder && alive < (root?.thread?.replyCount ?? 0);
  useEffect(() => {
    if (!gap) return;
    const timeout = setTimeout(() => void refetch().catch(() => undefined), GAP_PATIENCE);
    return () => clearTimeout(timeout);
  }, [gap, refetch]);

  return {
    root,
    messages: root ? (replies?.nodes ?? NONE) : undefined,
    error,
    retry: () => void refetch().catch(() => undefined),
    hasOlder,
    olderState,
    loadOlder,
  };
}

const NONE: readonly MessageFieldsFragment[] = [];
