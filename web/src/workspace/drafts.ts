/** How long (ms) nothing is typed before a draft is saved. */
const PAUSE = 1_000;

/** Keeps a room's draft with the server. */
export type SaveDraft = (roomId: string, body: string) => Promise<unknown>;

/** What was typed but not sent: by room, and saved; or by the message whose thread it is in, for this tab only. */
export class Drafts {
  readonly #texts = new Map<string, string>();
  readonly #saved = new Map<string, string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly save: SaveDraft) {}

  /** What is being written there; `known` is what the server had when it was asked for the room. */
  of(place: string, known = ''): string {
    if (!this.#saved.has(place)) this.receive(place, known);
    return this.#texts.get(place) ?? '';
  }

  keep(place: string, text: string): void {
    this.#texts.set(place, text);
  }

  /** Keeps a room's draft, and saves it once nothing more is typed; what is saved already is not. */
  write(roomId: string, text: string): void {
    this.keep(roomId, text);
    clearTimeout(this.#timers.get(roomId));
    this.#timers.delete(roomId);
    if (text === (this.#saved.get(roomId) ?? '')) return;
    this.#timers.set(
      roomId,
      setTimeout(() => this.#store(roomId, text), PAUSE),
    );
  }

  /** What the server has of a room; it is shown unless something newer is being typed here. */
  receive(roomId: string, text: string): void {
    const before = this.#saved.get(roomId) ?? '';
    this.#saved.set(roomId, text);
    if (!this.#timers.has(roomId) && (this.#texts.get(roomId) ?? '') === before) this.keep(roomId, text);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #store(roomId: string, text: string): void {
    this.#timers.delete(roomId);
    const before = this.#saved.get(roomId) ?? '';
    this.#saved.set(roomId, text);
    // What could not be saved is tried again with what is typed next.
    this.save(roomId, text).catch(() => void this.#saved.set(roomId, before));
  }
}
