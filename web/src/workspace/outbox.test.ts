import { expect, test, vi } from 'vitest';
import { Outbox, type OutboxEntry, type Problem } from './outbox';

/** An outbox whose deliveries are answered by hand. */
function outbox() {
  const attempts: { entry: OutboxEntry; answer: (problem?: Problem) => void }[] = [];
  const box = new Outbox(
    (entry) => new Promise((resolve) => attempts.push({ entry, answer: resolve })),
    () => 0,
  );
  const attempt = (index: number) => vi.waitFor(() => attempts[index] ?? expect.fail('not tried yet'));
  return { box, attempts, attempt };
}

const lost: Problem = { message: 'No connection.', transient: true };
const refused: Problem = { message: 'Not allowed.', transient: false };

test('a retry is the same message to the server', async () => {
  const { box, attempt } = outbox();
  box.send('room_1', 'Hello');
  (await attempt(0)).answer(lost);
  await vi.waitFor(() => expect(box.state[0]?.problem).toEqual(lost));
  box.retry(box.state[0]!.clientId);
  expect(box.state[0]?.problem).toBeUndefined();
  const [first, second] = [await attempt(0), await attempt(1)];
  expect(second.entry.clientId).toBe(first.entry.clientId);
  second.answer();
  await vi.waitFor(() => expect(box.state).toEqual([]));
});

test('a room’s messages go one after another, other rooms do not wait', async () => {
  const { box, attempts, attempt } = outbox();
  box.send('room_1', 'one');
  box.send('room_1', 'two');
  box.send('room_2', 'elsewhere');
  await attempt(1);
  expect(attempts.map(({ entry }) => entry.body)).toEqual(['one', 'elsewhere']);
  (await attempt(0)).answer();
  expect((await attempt(2)).entry.body).toBe('two');
});

test('only what failed for want of a connection is sent again by itself', async () => {
  const { box, attempts, attempt } = outbox();
  box.send('room_1', 'lost');
  box.send('room_2', 'refused');
  (await attempt(0)).answer(lost);
  (await attempt(1)).answer(refused);
  await vi.waitFor(() => expect(box.state.every((entry) => entry.problem)).toBe(true));
  box.retryTransient();
  expect((await attempt(2)).entry.body).toBe('lost');
  expect(attempts).toHaveLength(3);
});

test('a message that arrived although its answer was lost is done with', async () => {
  const { box, attempt } = outbox();
  box.send('room_1', 'Hello');
  const { entry, answer } = await attempt(0);
  box.drop(entry.clientId);
  answer(lost);
  await Promise.resolve();
  expect(box.state).toEqual([]);
});
