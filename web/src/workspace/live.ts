import type { Observable } from 'rxjs';
import type { LiveEventsSubscription } from '../generated/graphql';
import { Observed } from '../ui/observed';

/** What happened since the last batch, which may be nothing. */
export type LiveBatch = LiveEventsSubscription['events'];

export type LiveStatus = 'starting' | 'live' | 'reconnecting';

export interface LiveSource {
  /** Loads the viewer's rooms and answers the log position they are at least as new as. */
  load(): Promise<string>;
  /** Everything after `cursor`, then whatever comes; errors when the socket is lost. */
  follow(cursor: string): Observable<LiveBatch>;
  receive(batch: LiveBatch): void;
  /** Called with what ended an attempt: true when the cursor itself was refused and all must be loaded again. */
  lostPlace(error: unknown): boolean;
  /** Resolves after `ms`, or sooner when the connection may be back; `signal` ends the wait. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/**
 * Follows the log for as long as the workspace is open: query, then subscribe after the query's
 * cursor; after a loss, subscribe again after the last batch seen, so that nothing is missed.
 */
export class Live extends Observed<LiveStatus> {
  #cursor: string | undefined;
  #failures = 0;
  readonly #stop = new AbortController();

  constructor(private readonly source: LiveSource) {
    super('starting');
  }

  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        this.#cursor ??= await this.source.load();
        await this.#follow(this.#cursor);
      } catch (error) {
        if (this.source.lostPlace(error)) this.#cursor = undefined;
      }
      if (this.#stop.signal.aborted) return;
      this.#become('reconnecting');
      const longest = Math.min(FIRST_DELAY * 2 ** this.#failures++, LONGEST_DELAY);
      // Spread out, so that a restarted server is not asked by everyone in the same instant.
      await this.source.pause(longest * (0.5 + Math.random() / 2), this.#stop.signal);
    }
  }

  /** The socket was accepted. */
  connected(): void {
    this.#failures = 0;
    this.#become('live');
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Settles when the subscription ends, however it ends. */
  #follow(cursor: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const subscription = this.source.follow(cursor).subscribe({
        next: (batch) => {
          this.source.receive(batch);
          this.#cursor = batch.cursor;
        },
        error: reject,
        complete: resolve,
      });
      this.#stop.signal.addEventListener('abort', () => {
        subscription.unsubscribe();
        resolve();
      });
    });
  }

  #become(status: LiveStatus): void {
    if (this.state !== status) this.set(status);
  }
}
