import { explain } from '../ui/explain';
import { Problem } from '../ui/Notice';
import { MessagesSkeleton } from './MessagesSkeleton';
import type { History } from './useHistory';

export function Waiting({ history }: { history: Pick<History, 'error' | 'retry'> }) {
  return (
    <div className="flex min-h-0 grow flex-col justify-end overflow-hidden">
      {history.error ? (
        <Problem onRetry={history.retry}>{explain(history.error)}</Problem>
      ) : (
        <MessagesSkeleton />
      )}
    </div>
  );
}
