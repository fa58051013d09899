import { useObserved } from '../ui/observed';
import { useWorkspace } from './context';

/** A calm word while the connection is away. */
export function ConnectionLine({ className = '' }: { className?: string }) {
  const { workspace } = useWorkspace();
  const status = useObserved(workspace.live);
  return (
    <div role="status" className={className}>
      {status === 'reconnecting' && (
        <p className="flex items-center gap-2.5 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          <span className="size-2 animate-pulse rounded-full bg-current" />
          Reconnecting…
        </p>
      )}
    </div>
  );
}
