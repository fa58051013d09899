import { useMemo } from 'react';
import { useObserved } from '../ui/observed';
import { useWorkspace } from '../workspace/context';
import { linesOf, type MessageLine } from './lines';
import type { History } from './useHistory';

/** What the history and the outbox have of a room's main line, or of a thread in it, as lines. */
export function useLines(roomId: string, { messages }: History, threadRootId?: string): MessageLine[] {
  const { workspace, viewer } = useWorkspace();
  const entries = useObserved(workspace.outbox);
  return useMemo(() => {
    const unsent = entries.filter((entry) => entry.roomId === roomId && entry.threadRootId === threadRootId);
    return linesOf(messages ?? [], unsent, viewer);
  }, [messages, entries, roomId, threadRootId, viewer]);
}
