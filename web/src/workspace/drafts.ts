import { Observed } from '../ui/observed';

/** How long (ms) nothing is typed before a draft is saved. */
const PAUSE = 1_000;

/** Keeps a room's draft with the server. */
export type SaveDraft = (roomId: string, body: string) => Promise<unknown>;

/**
 * What was typed but not sent, by the place where it was: a room, and then it is saved; or a message in whose thread
 * it is, and then it is this tab's only. Of a place that is not in here nothing was typed in this tab.
 */
export class Drafts extends Observed<ReadonlyMap<string, string>> {
  /** What the server has, as far as it is known here. */
  readonly #saved = new Map<string, string>();
  /** What was saved here and not heard of from the server yet, in that order. */
  readonly #told = new Map<string, string[]>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #failed = new Set<string>();

  constructor(private readonly save: SaveDraft) {
    super(new Map());
  }

  /** What is being written there; `known` is what the server had when it was asked for the room. */
  of(place: string, known = ''): string {
    if (!this.#saved.has(place)) this.#saved.set(place, known);
    return this.#shown(place);
  }

  keep(place: string, text: string): void {
    if (this.state.get(place) !== text) this.set(new Map(this.state).set(place, text));
  }

  /**
   * Keeps a room's draft, and saves it once nothing more is typed; at once when nothing is left, so that what was sent
   * is not sent again from elsewhere. What is saved already is not.
   */
  write(roomId: string, text: string): void {
    this.keep(roomId, text);
    this.#stopTimer(roomId);
    if (text === this.#savedOf(roomId) && !this.#failed.has(roomId)) return;
    if (text === '') return this.#store(roomId);
    this.#timers.set(
      roomId,
      setTimeout(() => this.#store(roomId), PAUSE),
    );
  }

  /** What the server has of a room; it is shown unless something newer is being typed here. */
  receive(roomId: string, text: string): void {
    const isSaved = this.#shown(roomId) === this.#savedOf(roomId) && !this.#failed.has(roomId);
    this.#saved.set(roomId, text);
    if (isSaved) this.keep(roomId, text);
  }

  /** What the server tells of a room, to all tabs and devices, also to the one that saved it. */
  hear(roomId: string, text: string): void {
    const told = this.#told.get(roomId) ?? [];
    const echo = told.indexOf(text);
    told.splice(0, echo + 1);
    // What was saved here after it is still to come back.
    if (echo >= 0 && told.length > 0) return;
    this.receive(roomId, text);
  }

  /** Saves what could not be saved, now that the connection is back. */
  retry(): void {
    for (const roomId of this.#failed) this.#store(roomId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #savedOf(place: string): string {
    return this.#saved.get(place) ?? '';
  }

  #shown(place: string): string {
    return this.state.get(place) ?? this.#savedOf(place);
  }

  #stopTimer(roomId: string): void {
    clearTimeout(this.#timers.get(roomId));
    this.#timers.delete(roomId);
  }

  /** One at a time in a room, so that what was typed last is what the server has in the end. */
  #store(roomId: string): void {
    this.#stopTimer(roomId);
    const text = this.#shown(roomId);
    this.#saved.set(roomId, text);
    this.#told.set(roomId, [...(this.#told.get(roomId) ?? []), text]);
    const turn = (this.#turns.get(roomId) ?? Promise.resolve())
      .then(() => this.save(roomId, text))
      .then(
        () => void this.#failed.delete(roomId),
        () => this.#fail(roomId, text),
      );
    this.#turns.set(roomId, turn);
  }

  #fail(roomId: string, text: string): void {
    this.#failed.add(roomId);
    const told = this.#told.get(roomId) ?? [];
    this.#told.set(
      roomId,
      told.filter((other) => other !== text),
    );
  }
}
