import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Drafts } from './drafts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function drafts() {
  const save = vi.fn<(roomId: string, body: string) => Promise<unknown>>().mockResolvedValue(undefined);
  return { save, kept: new Drafts(save) };
}

test('a draft is saved once, when nothing more is typed', async () => {
  const { save, kept } = drafts();
  for (const text of ['H', 'He', 'Hey']) kept.write('room_1', text);
  expect(kept.of('room_1')).toBe('Hey');
  await vi.runAllTimersAsync();
  expect(save.mock.calls).toEqual([['room_1', 'Hey']]);
});

test('that nothing is left is saved at once', async () => {
  const { save, kept } = drafts();
  kept.receive('room_1', 'Hey');
  kept.write('room_1', '');
  await vi.advanceTimersByTimeAsync(0);
  expect(save.mock.calls).toEqual([['room_1', '']]);
});

test('what is sent before it was saved is not saved', async () => {
  const { save, kept } = drafts();
  kept.write('room_1', 'Quick');
  kept.write('room_1', '');
  kept.keep('msg_1', 'in a thread');
  await vi.runAllTimersAsync();
  expect(save).not.toHaveBeenCalled();
  expect(kept.of('msg_1')).toBe('in a thread');
});

test('what is saved waits for what was saved before it in the room', async () => {
  const { save, kept } = drafts();
  const answers: (() => void)[] = [];
  save.mockReturnValueOnce(new Promise<void>((resolve) => answers.push(resolve)));
  kept.write('room_1', 'Hey');
  await vi.runAllTimersAsync();
  kept.write('room_1', '');
  await vi.runAllTimersAsync();
  expect(save).toHaveBeenCalledTimes(1);
  answers[0]!();
  await vi.runAllTimersAsync();
  expect(save.mock.calls.at(-1)).toEqual(['room_1', '']);
});

test('what another device saved is shown, unless something newer is typed here', async () => {
  const { save, kept } = drafts();
  kept.receive('room_1', 'from the phone');
  expect(kept.of('room_1')).toBe('from the phone');
  kept.write('room_1', 'from here');
  kept.hear('room_1', 'from the phone again');
  expect(kept.of('room_1')).toBe('from here');
  await vi.runAllTimersAsync();
  expect(save.mock.calls).toEqual([['room_1', 'from here']]);
  kept.hear('room_1', 'from here');
  kept.hear('room_1', '');
  expect(kept.of('room_1')).toBe('');
});

test('whoever watches is told of what another device saved, and not of what is so already', () => {
  const { kept } = drafts();
  const heard = vi.fn<() => void>();
  kept.subscribe(heard);
  for (let times = 0; times < 2; times++) kept.hear('room_1', 'from the phone');
  expect(heard).toHaveBeenCalledTimes(1);
});

test('what was saved here comes back late, and takes nothing of what was typed since away', async () => {
  const { kept } = drafts();
  for (const text of ['He', 'Hey']) {
    kept.write('room_1', text);
    await vi.runAllTimersAsync();
  }
  kept.hear('room_1', 'He');
  expect(kept.of('room_1')).toBe('Hey');
  kept.hear('room_1', 'from the phone');
  expect(kept.of('room_1')).toBe('from the phone');
  kept.hear('room_1', 'Hey');
  expect(kept.of('room_1')).toBe('Hey');
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
  await vi.runAllTimersAsync();
  expect(save).toHaveBeenCalledTimes(2);
});

test('what could not be saved is not lost when another device saves something', async () => {
  const { save, kept } = drafts();
  save.mockRejectedValueOnce(new Error('away'));
  kept.write('room_1', 'Hello');
  await vi.runAllTimersAsync();
  kept.hear('room_1', 'from the phone');
  expect(kept.of('room_1')).toBe('Hello');
});

test('what could not be saved is saved when the connection is back, once', async () => {
  const { save, kept } = drafts();
  kept.receive('room_1', 'Sent while away');
  save.mockRejectedValueOnce(new Error('away'));
  kept.write('room_1', '');
  await vi.runAllTimersAsync();
  for (let times = 0; times < 2; times++) {
    kept.retry();
    await vi.runAllTimersAsync();
  }
  expect(save.mock.calls).toEqual([
    ['room_1', ''],
    ['room_1', ''],
  ]);
});
