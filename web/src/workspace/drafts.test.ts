import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DraftFragment, QuoteFragment } from '../generated/graphql';
import { Drafts, NOTHING, type SaveDraft } from './drafts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const question = { id: 'msg_1', body: 'Where to plant?' } as QuoteFragment;
const answer = (body: string): DraftFragment => ({ body, replyTo: question });
const plain = (body: string): DraftFragment => ({ body, replyTo: null });

/** The drafts of a tab, what it saves, and a hand that writes in one room. */
function drafts() {
  const save = vi.fn<SaveDraft>().mockResolvedValue(undefined);
  const kept = new Drafts(save);
  return {
    save,
    kept,
    type: (body: string) => kept.write('room_1', undefined, { body }),
    reply: (replyTo: QuoteFragment | null) => kept.write('room_1', undefined, { replyTo }),
    pause: () => vi.runAllTimersAsync(),
    shown: () => kept.of('room_1'),
    saved: () => save.mock.calls.map(([, draft]) => draft),
  };
}

test('a draft is saved once, when nothing more is typed', async () => {
  const { type, pause, shown, save } = drafts();
  for (const text of ['H', 'He', 'Hey']) type(text);
  expect(shown()).toEqual(plain('Hey'));
  await pause();
  expect(save.mock.calls).toEqual([['room_1', plain('Hey')]]);
});

test('that nothing is left is saved at once', async () => {
  const { kept, type, saved } = drafts();
  kept.receive('room_1', plain('Hey'));
  type('');
  await vi.advanceTimersByTimeAsync(0);
  expect(saved()).toEqual([NOTHING]);
});

test('what is sent before it was saved is not saved', async () => {
  const { kept, type, pause, save } = drafts();
  type('Quick');
  type('');
  kept.write('room_1', 'msg_1', { body: 'in a thread' });
  await pause();
  expect(save).not.toHaveBeenCalled();
  expect(kept.of('msg_1').body).toBe('in a thread');
});

test('what is saved waits for what was saved before it in the room', async () => {
  const { type, pause, save, saved } = drafts();
  const answers: (() => void)[] = [];
  save.mockReturnValueOnce(new Promise<void>((resolve) => answers.push(resolve)));
  type('Hey');
  await pause();
  type('');
  await pause();
  expect(save).toHaveBeenCalledTimes(1);
  answers[0]!();
  await pause();
  expect(saved()).toEqual([plain('Hey'), NOTHING]);
});

test('what another device saved is shown, unless something newer is typed here', async () => {
  const { kept, type, pause, shown, saved } = drafts();
  kept.receive('room_1', plain('from the phone'));
  expect(shown()).toEqual(plain('from the phone'));
  type('from here');
  kept.hear('room_1', plain('from the phone again'));
  expect(shown()).toEqual(plain('from here'));
  await pause();
  expect(saved()).toEqual([plain('from here')]);
  kept.hear('room_1', plain('from here'));
  kept.hear('room_1', null);
  expect(shown()).toEqual(NOTHING);
});

test('a reply that another device began is still one when it is written on here', async () => {
  const { kept, type, pause, shown, saved } = drafts();
  kept.hear('room_1', answer('By the'));
  expect(shown()).toEqual(answer('By the'));
  type('By the wall');
  await pause();
  expect(saved()).toEqual([answer('By the wall')]);
  kept.hear('room_1', answer('By the wall'));
  kept.hear('room_1', plain('By the wall'));
  expect(shown()).toEqual(plain('By the wall'));
});

test('what a text answers is saved with it, and alone it is no draft', async () => {
  const { type, reply, pause, shown, saved } = drafts();
  reply(question);
  await pause();
  expect(saved()).toEqual([]);
  expect(shown()).toEqual(answer(''));
  type('By the wall');
  await pause();
  reply(null);
  await pause();
  expect(saved()).toEqual([answer('By the wall'), plain('By the wall')]);
});

test('a reply that is only begun stays when what was sent before it is heard of', async () => {
  const { kept, type, reply, pause, shown } = drafts();
  kept.receive('room_1', plain('Sent'));
  type('');
  reply(question);
  await pause();
  kept.hear('room_1', null);
  expect(shown()).toEqual(answer(''));
  kept.hear('room_1', plain('from the phone'));
  expect(shown()).toEqual(plain('from the phone'));
});

test('whoever watches is told of what another device saved, and not of what is so already', () => {
  const { kept } = drafts();
  const heard = vi.fn<() => void>();
  kept.subscribe(heard);
  for (let times = 0; times < 2; times++) kept.hear('room_1', answer('from the phone'));
  expect(heard).toHaveBeenCalledTimes(1);
});

test('what was saved here comes back late, and takes nothing of what was typed since away', async () => {
  const { kept, type, pause, shown } = drafts();
  for (const text of ['He', 'Hey']) {
    type(text);
    await pause();
  }
  kept.hear('room_1', plain('He'));
  expect(shown()).toEqual(plain('Hey'));
  kept.hear('room_1', plain('from the phone'));
  expect(shown()).toEqual(plain('from the phone'));
  kept.hear('room_1', plain('Hey'));
  expect(shown()).toEqual(plain('Hey'));
});

test('what a room came with is shown until this tab knows better', () => {
  const { kept, type } = drafts();
  expect(kept.of('room_1', answer('begun elsewhere'))).toEqual(answer('begun elsewhere'));
  type('');
  expect(kept.of('room_1', answer('begun elsewhere'))).toEqual(answer(''));
});

test('what could not be saved is saved with what is typed next', async () => {
  const { type, pause, save } = drafts();
  save.mockRejectedValueOnce(new Error('away'));
  type('Hello');
  await pause();
  type('Hello');
  await pause();
  expect(save).toHaveBeenCalledTimes(2);
});

test('what could not be saved is not lost when another device saves something', async () => {
  const { kept, type, pause, save, shown } = drafts();
  save.mockRejectedValueOnce(new Error('away'));
  type('Hello');
  await pause();
  kept.hear('room_1', plain('from the phone'));
  expect(shown()).toEqual(plain('Hello'));
});

test('what could not be saved is saved when the connection is back, once', async () => {
  const { kept, type, pause, save, saved } = drafts();
  kept.receive('room_1', plain('Sent while away'));
  save.mockRejectedValueOnce(new Error('away'));
  type('');
  await pause();
  for (let times = 0; times < 2; times++) {
    kept.retry();
    await pause();
  }
  expect(saved()).toEqual([NOTHING, NOTHING]);
});
