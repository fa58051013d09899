import { expect, test } from 'vitest';
import { mayWrite, writingHint } from './rules';

const now = new Date('2030-05-01T12:00:00Z');
const open = { archivedAt: null, announcementOnly: false, slowModeSeconds: 0 };
const member = { role: 'MEMBER', mutedUntil: null } as const;

test('whoever cannot write is told why', () => {
  expect(mayWrite({ ...open, membership: member }, now)).toBeUndefined();
  expect(mayWrite({ ...open, archivedAt: now.toISOString(), membership: member }, now)).toContain('archived');
  expect(mayWrite({ ...open, announcementOnly: true, membership: member }, now)).toContain(
    'owner and admins',
  );
  expect(
    mayWrite({ ...open, announcementOnly: true, membership: { ...member, role: 'ADMIN' } }, now),
  ).toBeUndefined();
  const inThread = mayWrite({ ...open, announcementOnly: true, membership: member }, now, true);
  expect(inThread).toBeUndefined();
  const muted = (at: string) => mayWrite({ ...open, membership: { ...member, mutedUntil: at } }, now);
  expect(muted('2030-05-01T12:00:01Z')).toContain('muted');
  expect(muted('2030-05-01T11:59:59Z')).toBeUndefined();
});

test('slow mode is told to those it slows', () => {
  expect(writingHint({ ...open, slowModeSeconds: 30, membership: member })).toBe(
    'Slow mode: one message every 30 seconds.',
  );
  expect(writingHint({ ...open, slowModeSeconds: 30, membership: { ...member, role: 'OWNER' } })).toBe('');
  expect(writingHint({ ...open, membership: member })).toBe('');
});
