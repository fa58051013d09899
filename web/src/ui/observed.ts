import { useSyncExternalStore } from 'react';

/** A value that components can watch: `useObserved` renders again whenever it is set. */
export class Observed<State> {
  #state: State;
  readonly #listeners = new Set<() => void>();

  constructor(initial: State) {
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  protected set(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export function useObserved<State>(observed: Observed<State>): State {
  return useSyncExternalStore(observed.subscribe, () => observed.state);
}
