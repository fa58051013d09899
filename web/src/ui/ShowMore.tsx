import { useState } from 'react';
import { Button } from './Button';
import { explain } from './explain';
import { toasts } from './toasts';

/** Fetches the next page of a list. */
export function ShowMore({ onMore }: { onMore: () => Promise<unknown> }) {
  const [busy, setBusy] = useState(false);
  const more = () => {
    setBusy(true);
    onMore()
      .catch((error: unknown) => toasts.show(explain(error)))
      .finally(() => setBusy(false));
  };
  return (
    <div className="mt-4 flex justify-center">
      <Button busy={busy} onClick={more}>
        Show more
      </Button>
    </div>
  );
}
