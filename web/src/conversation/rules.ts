import type { RoomSummaryFragment } from '../generated/graphql';
import { fullTime } from '../timeline/dates';

type Room = Pick<RoomSummaryFragment, 'archivedAt' | 'announcementOnly' | 'slowModeSeconds'>;
type Rules = Room & {
  membership: Pick<NonNullable<RoomSummaryFragment['membership']>, 'role' | 'mutedUntil'> | null;
};

/** Why nothing can be written in a room, or `inThread` of it; undefined when it can, as far as is known here. */
export function mayWrite(
  { archivedAt, announcementOnly, membership }: Rules,
  now: Date,
  inThread = false,
): string | undefined {
  if (archivedAt) return 'This conversation is archived: it can be read, and nothing more is said in it.';
  const until = membership?.mutedUntil && new Date(membership.mutedUntil);
  if (until && until > now) return `You are muted here until ${fullTime(until)}.`;
  if (announcementOnly && !inThread && membership?.role === 'MEMBER') {
    return 'Only its owner and admins write here; everyone replies in threads.';
  }
  return undefined;
}

/** What a member is told before they write. */
export function writingHint({ slowModeSeconds, membership }: Rules): string {
  if (!slowModeSeconds || membership?.role !== 'MEMBER') return '';
  return `Slow mode: one message every ${slowModeSeconds === 1 ? 'second' : `${slowModeSeconds} seconds`}.`;
}
