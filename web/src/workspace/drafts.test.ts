import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Drafts } from './drafts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function drafts() {
  const save = vi.fn<(roomId: string, body: string) => Promise<unknown>>().mockResolvedValue(undefined);
  return { save, kept: new Drafts(save) };
}

test('a draft is saved once, when nothing more is typed', () => {
  const { save, kept } = drafts();
  for (const text of ['H', 'He', 'Hey']) kept.write('room_1', text);
  expect(kept.of('room_1')).toBe('Hey');
  vi.runAllTimers();
  expect(save.mock.calls).toEqual([['room_1', 'Hey']]);
  kept.write('room_1', '');
  vi.runAllTimers();
  expect(save.mock.calls.at(-1)).toEqual(['room_1', '']);
});

test('what is sent before it was saved is not saved', () => {
  const { save, kept } = drafts();
  kept.write('room_1', 'Quick');
  kept.write('room_1', '');
  kept.keep('msg_1', 'in a thread');
  vi.runAllTimers();
  expect(save).not.toHaveBeenCalled();
  expect(kept.of('msg_1')).toBe('in a thread');
});

test('what another device saved is shown, unless something newer is typed here', () => {
  const { save, kept } = drafts();
  kept.receive('room_1', 'from the phone');
  expect(kept.of('room_1')).toBe('from the phone');
  kept.write('room_1', 'from here');
  kept.receive('room_1', 'from the phone again');
  expect(kept.of('room_1')).toBe('from here');
  vi.runAllTimers();
  expect(save.mock.calls).toEqual([['room_1', 'from here']]);
  kept.receive('room_1', '');
  expect(kept.of('room_1')).toBe('');
});

test('what a room came with is shown until this tab knows better', () => {
  const { kept } = drafts();
  expect(kept.of('room_1', 'begun elsewhere')).toBe('begun elsewhere');
  kept.write('room_1', '');
  expect(kept.of('room_1', 'begun elsewhere')).toBe('');
});

test('what could not be saved is saved with what is typed next', async () => {
  const { save, kept } = drafts();
  save.mockRejectedValueOnce(new Error('away'));
  kept.write('room_1', 'Hello');
  await vi.runAllTimersAsync();
  kept.write('room_1', 'Hello');
  vi.runAllTimers();
  expect(save).toHaveBeenCalledTimes(2);
});
