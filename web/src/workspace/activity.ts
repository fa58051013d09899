import type { MessageFieldsFragment } from '../generated/graphql';
import { Observed } from '../ui/observed';

export interface ActivityState {
  /** Rooms that got a message since they were last looked at in this tab. */
  fresh: ReadonlySet<string>;
  /** The newest message that arrived in the room on screen, for screen readers to speak. */
  spoken: string;
}

/** A hint for the eye and the ear, not an unread count: that one is the server's to tell. */
export class Activity extends Observed<ActivityState> {
  #watching: string | undefined;

  constructor() {
    super({ fresh: new Set(), spoken: '' });
  }

  /** The room on screen; undefined when none is, or the page is hidden. */
  watch(roomId: string | undefined): void {
    this.#watching = roomId;
    if (roomId && this.state.fresh.has(roomId)) {
      this.set({ ...this.state, fresh: new Set([...this.state.fresh].filter((id) => id !== roomId)) });
    }
  }

  /** Somebody else's message arrived. */
  note(roomId: string, message: MessageFieldsFragment): void {
    if (roomId === this.#watching) {
      this.set({ ...this.state, spoken: `${message.author.displayName}: ${message.body}` });
    } else if (!this.state.fresh.has(roomId)) {
      this.set({ ...this.state, fresh: new Set([...this.state.fresh, roomId]) });
    }
  }
}
