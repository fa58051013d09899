import { expect, test } from 'vitest';
import { dayLabel, shortTime } from './dates';
import { placeLines } from './grouping';

const line = (authorId: string, at: string) => ({ authorId, at: new Date(at) });
const marks = (...lines: ReturnType<typeof line>[]) =>
  placeLines(lines).map(({ startsDay, startsGroup }) => (startsDay ? 'day' : startsGroup ? 'group' : ''));

test('an author is named once for messages that follow each other', () => {
  expect(
    marks(
      line('a', '2030-05-01T12:00:00'),
      line('a', '2030-05-01T12:04:59'),
      line('b', '2030-05-01T12:05:00'),
      line('a', '2030-05-01T12:05:01'),
    ),
  ).toEqual(['day', '', 'group', 'group']);
});

test('an author is named again after a pause', () => {
  expect(marks(line('a', '2030-05-01T12:00:00'), line('a', '2030-05-01T12:05:01'))).toEqual(['day', 'group']);
});

test('each local day has its divider, even within a group', () => {
  expect(marks(line('a', '2030-05-01T23:59:00'), line('a', '2030-05-02T00:00:00'))).toEqual(['day', 'day']);
});

test('dates are said relative to now', () => {
  const now = new Date('2030-05-15T09:00:00');
  expect(dayLabel(new Date('2030-05-15T00:00:00'), now)).toBe('Today');
  expect(dayLabel(new Date('2030-05-14T23:59:59'), now)).toBe('Yesterday');
  expect(dayLabel(new Date('2030-05-13T12:00:00'), now)).toBe('Monday');
  expect(dayLabel(new Date('2029-05-15T12:00:00'), now)).toContain('2029');
  // The clocks of different machines disagree; a message of the near future is still today's.
  expect(dayLabel(new Date('2030-05-16T00:01:00'), new Date('2030-05-15T23:59:00'))).toBe('Today');
  expect(shortTime(new Date('2030-05-14T23:00:00'), now)).toBe('Yesterday');
});
