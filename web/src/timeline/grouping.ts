import { sameDay } from './dates';

/** What grouping needs to know of a message, sent or on its way. */
export interface Line {
  authorId: string;
  at: Date;
}

export interface Placement {
  /** First of its calendar day: a divider goes above it. */
  startsDay: boolean;
  /** Shows its author; the messages after it that do not start a group belong to it. */
  startsGroup: boolean;
}

/** A pause (ms) after which the same author is named again. */
const GROUP_PAUSE = 5 * 60_000;

/** Where day dividers and authors' names go, line by line. */
export function placeLines(lines: readonly Line[]): Placement[] {
  return lines.map((line, index) => {
    const before = lines[index - 1];
    const startsDay = !before || !sameDay(before.at, line.at);
    const startsGroup =
      startsDay || before.authorId !== line.authorId || line.at.getTime() - before.at.getTime() > GROUP_PAUSE;
    return { startsDay, startsGroup };
  });
}
