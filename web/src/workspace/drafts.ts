import type { DraftFragment } from '../generated/graphql';
import { Observed } from '../ui/observed';

/** How long (ms) nothing is typed before a draft is saved. */
const PAUSE = 1_000;

/** Nothing typed, and nothing answered. */
export const NOTHING: DraftFragment = { body: '', replyTo: null };

/** Keeps a room's draft with the server. */
export type SaveDraft = (roomId: string, draft: DraftFragment) => Promise<unknown>;

/**
 * What was typed but not sent, by the place where it was: a room, and then it is saved; or a message in whose thread
 * it is, and then it is this tab's only. Of a place that is not in here nothing was typed in this tab.
 */
export class Drafts extends Observed<ReadonlyMap<string, DraftFragment>> {
  /** What the server has, as far as it is known here. */
  readonly #saved = new Map<string, DraftFragment>();
  /** What was saved here and not heard of from the server yet, in that order. */
  readonly #told = new Map<string, DraftFragment[]>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #failed = new Set<string>();

  constructor(private readonly save: SaveDraft) {
    super(new Map());
  }

  /** What is being written there; `known` is what the server had when it was asked for the room. */
  of(place: string, known?: DraftFragment | null): DraftFragment {
    if (!this.#saved.has(place)) this.#saved.set(place, known ?? NOTHING);
    return this.#shown(place);
  }

  /**
   * Writes on in a room, or in a thread of it. The draft of a room is saved once nothing more is typed; at once when
   * nothing is left, so that what was sent is not sent again from elsewhere. What is saved already is not.
   */
  write(roomId: string, threadRootId: string | undefined, change: Partial<DraftFragment>): void {
    const place = threadRootId ?? roomId;
    this.#keep(place, { ...this.#shown(place), ...change });
    if (threadRootId) return;
    this.#stopTimer(roomId);
    const draft = this.#worthSaving(roomId);
    if (isSame(draft, this.#savedOf(roomId)) && !this.#failed.has(roomId)) return;
    if (draft === NOTHING) return this.#store(roomId);
    this.#timers.set(
      roomId,
      setTimeout(() => this.#store(roomId), PAUSE),
    );
  }

  /** What the server has of a room; it is shown unless something newer is being typed here. */
  receive(roomId: string, draft: DraftFragment | null | undefined): void {
    const before = this.#savedOf(roomId);
    const isSaved = isSame(this.#worthSaving(roomId), before) && !this.#failed.has(roomId);
    const now = draft ?? NOTHING;
    this.#saved.set(roomId, now);
    if (isSaved && !isSame(now, before)) this.#keep(roomId, now);
  }

  /** What the server tells of a room, to all tabs and devices, also to the one that saved it. */
  hear(roomId: string, draft: DraftFragment | null): void {
    const told = this.#told.get(roomId) ?? [];
    const echo = told.findIndex((saved) => isSame(saved, draft ?? NOTHING));
    told.splice(0, echo + 1);
    // What was saved here after it is still to come back.
    if (echo >= 0 && told.length > 0) return;
    this.receive(roomId, draft);
  }

  /** Saves what could not be saved, now that the connection is back. */
  retry(): void {
    for (const roomId of this.#failed) this.#store(roomId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #keep(place: string, draft: DraftFragment): void {
    const known = this.state.get(place);
    if (!known || !isSame(known, draft)) this.set(new Map(this.state).set(place, draft));
  }

  #savedOf(place: string): DraftFragment {
    return this.#saved.get(place) ?? NOTHING;
  }

  #shown(place: string): DraftFragment {
    return this.state.get(place) ?? this.#savedOf(place);
  }

  /** To the server, what answers a message and says nothing is no draft. */
  #worthSaving(roomId: string): DraftFragment {
    const draft = this.#shown(roomId);
    return draft.body.trim() === '' ? NOTHING : draft;
  }

  #stopTimer(roomId: string): void {
    clearTimeout(this.#timers.get(roomId));
    this.#timers.delete(roomId);
  }

  /** One at a time in a room, so that what was typed last is what the server has in the end. */
  #store(roomId: string): void {
    this.#stopTimer(roomId);
    const draft = this.#worthSaving(roomId);
    this.#saved.set(roomId, draft);
    this.#told.set(roomId, [...(this.#told.get(roomId) ?? []), draft]);
    const turn = (this.#turns.get(roomId) ?? Promise.resolve())
      .then(() => this.save(roomId, draft))
      .then(
        () => void this.#failed.delete(roomId),
        () => this.#fail(roomId, draft),
      );
    this.#turns.set(roomId, turn);
  }

  #fail(roomId: string, draft: DraftFragment): void {
    this.#failed.add(roomId);
    const told = this.#told.get(roomId) ?? [];
    this.#told.set(
      roomId,
      told.filter((saved) => saved !== draft),
    );
  }
}

function isSame(one: DraftFragment, other: DraftFragment): boolean {
  return one.body === other.body && one.replyTo?.id === other.replyTo?.id;
}
