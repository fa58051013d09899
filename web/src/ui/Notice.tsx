import type { ReactNode } from 'react';
import { Button } from './Button';
import { AlertIcon } from './icons';

/** Something did not load: what to tell the person, and a way to try again. */
export function Problem({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-sm flex-col items-center gap-3 p-6 text-center">
      <span className="flex size-11 items-center justify-center rounded-full bg-warn-soft text-warn">
        <AlertIcon />
      </span>
      <p className="text-sm text-soft">{children}</p>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** What is wrong with a whole form, above its button. */
export function FormError({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2.5 text-sm text-danger">
      {children}
    </p>
  );
}
