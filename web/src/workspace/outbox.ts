import type { QuoteFragment } from '../generated/graphql';
import { randomId } from '../session/tabs';
import { Observed } from '../ui/observed';

/** What a message answers, and in whose thread it is said. */
export interface Aim {
  threadRootId?: string;
  replyTo?: QuoteFragment;
}

/** A message on its way. Its clientId stays the same over retries, so the server keeps it once. */
export interface OutboxEntry extends Aim {
  clientId: string;
  roomId: string;
  body: string;
  /** This machine's clock, ms. */
  writtenAt: number;
  /** Why it was not sent; absent while it is on its way. */
  problem?: Problem;
}

export interface Problem {
  message: string;
  /** Whether it may go through unchanged once the connection is back. */
  transient: boolean;
}

/** Sends one entry: undefined when the server has it, else why not. Never throws. */
export type Deliver = (entry: OutboxEntry) => Promise<Problem | undefined>;

/** Messages written here that the server has not acknowledged, in the order in which they were written. */
export class Outbox extends Observed<readonly OutboxEntry[]> {
  readonly #queues = new Map<string, Promise<void>>();

  constructor(
    private readonly deliver: Deliver,
    private readonly now: () => number = Date.now,
  ) {
    super([]);
  }

  send(roomId: string, body: string, aim: Aim = {}): void {
    const entry: OutboxEntry = { ...aim, clientId: randomId(), roomId, body, writtenAt: this.now() };
    this.set([...this.state, entry]);
    this.#enqueue(entry);
  }

  retry(clientId: string): void {
    const entry = this.state.find((candidate) => candidate.clientId === clientId);
    if (!entry?.problem) return;
    const { problem: _, ...again } = entry;
    this.#replace(again);
    this.#enqueue(again);
  }

  /** Sends again whatever failed for want of a connection. */
  retryTransient(): void {
    for (const entry of this.state) if (entry.problem?.transient) this.retry(entry.clientId);
  }

  /** Forgets an entry: its message has arrived, or its writer gave it up. */
  drop(clientId: string): void {
    if (this.state.some((entry) => entry.clientId === clientId)) {
      this.set(this.state.filter((entry) => entry.clientId !== clientId));
    }
  }

  /** One at a time in a room, so that messages keep their order. */
  #enqueue(entry: OutboxEntry): void {
    const turn = (this.#queues.get(entry.roomId) ?? Promise.resolve()).then(async () => {
      const problem = await this.deliver(entry);
      if (problem) this.#replace({ ...entry, problem });
      else this.drop(entry.clientId);
    });
    this.#queues.set(entry.roomId, turn);
  }

  #replace(entry: OutboxEntry): void {
    this.set(this.state.map((known) => (known.clientId === entry.clientId ? entry : known)));
  }
}
