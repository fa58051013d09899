import { Subject } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { Live, type LiveBatch, type LiveSource } from './live';

/** A server whose subscription is driven by hand. */
function source(overrides: Partial<LiveSource> = {}) {
  const follows: { cursor: string; events: Subject<LiveBatch> }[] = [];
  const received: string[] = [];
  const live = new Live({
    load: async () => 'c0',
    follow: (cursor) => {
      const events = new Subject<LiveBatch>();
      follows.push({ cursor, events });
      return events;
    },
    receive: (batch) => received.push(batch.cursor),
    lostPlace: () => false,
    pause: async () => undefined,
    ...overrides,
  });
  const follow = (index: number) => vi.waitFor(() => follows[index] ?? expect.fail('not followed yet'));
  return { live, follow, follows, received };
}

const batch = (cursor: string) => ({ cursor }) as LiveBatch;

test('it starts where the query ended and goes on after the last event', async () => {
  const { live, follow, received } = source();
  void live.run();
  const first = await follow(0);
  expect(first.cursor).toBe('c0');
  live.connected();
  expect(live.state).toBe('live');
  first.events.next(batch('c1'));
  first.events.next(batch('c2'));
  first.events.error(new Error('socket lost'));
  const second = await follow(1);
  expect(live.state).toBe('reconnecting');
  expect(second.cursor).toBe('c2');
  second.events.complete();
  expect((await follow(2)).cursor).toBe('c2');
  expect(received).toEqual(['c1', 'c2']);
  live.stop();
});

test('a query that fails is asked again', async () => {
  const load = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new Error('away'))
    .mockResolvedValue('c5');
  const { live, follow } = source({ load });
  void live.run();
  expect((await follow(0)).cursor).toBe('c5');
  live.stop();
});

test('a cursor that the server no longer takes means starting over', async () => {
  const load = vi.fn<() => Promise<string>>().mockResolvedValueOnce('old').mockResolvedValue('new');
  const { live, follow } = source({ load, lostPlace: (error) => (error as Error).message === 'expired' });
  void live.run();
  (await follow(0)).events.error(new Error('expired'));
  expect((await follow(1)).cursor).toBe('new');
  live.stop();
});

test('the pauses grow while nothing connects, and start over once something did', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const pauses: number[] = [];
  const { live, follow } = source({ pause: async (ms) => void pauses.push(ms) });
  void live.run();
  for (let index = 0; index < 7; index++) (await follow(index)).events.error(new Error('lost'));
  const eighth = await follow(7);
  live.connected();
  eighth.events.error(new Error('lost'));
  await follow(8);
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 500]);
  live.stop();
});

test('once stopped it lets go of the subscription and stays silent', async () => {
  const { live, follow, follows } = source();
  const ended = live.run();
  const { events } = await follow(0);
  live.stop();
  await ended;
  expect(events.observed).toBe(false);
  expect(follows).toHaveLength(1);
});
