import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { BackIcon } from '../ui/icons';

/** The bar at the top of the right-hand pane; on a phone it leads back to the list. */
export function PaneHeader({ children }: { children: ReactNode }) {
  return (
    <header className="flex min-h-15 shrink-0 items-center gap-2 border-b border-line px-2 py-2 md:gap-3 md:px-5">
      <Link
        to="/"
        aria-label="Back to all conversations"
        className="flex size-10 shrink-0 items-center justify-center rounded-lg text-soft hover:bg-hover md:hidden"
      >
        <BackIcon className="size-5 rtl:rotate-180" />
      </Link>
      {children}
    </header>
  );
}
