import { Observed, useObserved } from './observed';

interface Toast {
  id: number;
  text: string;
}

const SHOWN_FOR = 6_000;

class Toasts extends Observed<readonly Toast[]> {
  #next = 0;

  show(text: string): void {
    const toast = { id: this.#next++, text };
    this.set([...this.state, toast]);
    setTimeout(() => this.set(this.state.filter((shown) => shown !== toast)), SHOWN_FOR);
  }
}

/** Short notes about things that have no place of their own on screen. */
export const toasts = new Toasts([]);

export function ToastList() {
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-24 z-50 flex flex-col items-center gap-2 px-4"
    >
      {useObserved(toasts).map((toast) => (
        <p key={toast.id} className="max-w-sm rounded-xl bg-ink px-4 py-2.5 text-sm text-page shadow-lg">
          {toast.text}
        </p>
      ))}
    </div>
  );
}
