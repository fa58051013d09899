import { Logo } from '../ui/icons';
import { useDocumentTitle } from '../ui/useDocumentTitle';

/** The right-hand pane while no conversation is open. */
export function Welcome() {
  useDocumentTitle();
  return (
    <div className="m-auto flex max-w-sm flex-col items-center gap-3 p-8 text-center">
      <Logo className="size-12 opacity-80" />
      <h2 className="text-lg font-semibold">Pick a conversation</h2>
      <p className="text-sm text-soft">
        Choose one from the list, or press{' '}
        <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-xs">Ctrl K</kbd> to
        find one.
      </p>
    </div>
  );
}
