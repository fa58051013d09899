import { expect, test, type Person } from './fixtures';
import { RoomPage } from './room';

const COUNT = 160;
const BATCH = 20;

/** A channel with many messages; `bodies` in the order that the server gave them. */
async function seed({ api }: Person): Promise<{ roomId: string; bodies: string[] }> {
  const roomId = await api.createChannel('archive');
  for (let first = 1; first <= COUNT; first += BATCH) {
    await Promise.all(
      Array.from({ length: BATCH }, (_, index) => api.send(roomId, `Message ${first + index}`)),
    );
  }
  const bodies = await api.history(roomId);
  expect(bodies).toHaveLength(COUNT);
  return { roomId, bodies };
}

test('history comes in while scrolling up, whole, in order and without jumping', async ({ arrive }) => {
  const alice = await arrive('alice');
  const { roomId, bodies } = await seed(alice);
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await expect(room.bodies.last()).toHaveText(bodies.at(-1)!);
  await expect(room.bodies.last()).toBeInViewport();
  await expect(room.bodies).toHaveCount(50);

  // Whatever is in view stays where it is while older messages are put above it.
  const jump = await room.messages.evaluate(async (box) => {
    const line = box.querySelectorAll('[data-line]')[12]!;
    box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top;
    await new Promise((resolve) => box.addEventListener('scroll', resolve, { once: true }));
    const before = line.getBoundingClientRect().top;
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (box.querySelectorAll('[data-line]').length <= 50) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      });
      observer.observe(box, { childList: true, subtree: true });
    });
    return Math.abs(line.getBoundingClientRect().top - before);
  });
  expect(jump).toBeLessThanOrEqual(1);

  await expect(async () => {
    await room.messages.evaluate((box) => box.scrollTo(0, 0));
    await expect(room.messages.getByText('This is where the conversation begins.')).toBeVisible({
      timeout: 500,
    });
  }).toPass();
  await expect(room.bodies).toHaveText(bodies);
});

test('new messages wait below while one reads older ones', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const { roomId, bodies } = await seed(alice);
  await bob.api.join(roomId);
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await expect(room.bodies.last()).toHaveText(bodies.at(-1)!);
  await expect(room.bodies.last()).toBeInViewport();

  await room.messages.hover();
  await alice.page.mouse.wheel(0, -1200);
  const jump = alice.page.getByRole('button', { name: 'Jump to the newest' });
  await expect(jump).toBeVisible();
  await bob.api.send(roomId, 'Anybody here?');
  await bob.api.send(roomId, 'Hello?');
  await expect(room.message('Hello?')).not.toBeInViewport();
  await alice.page.getByRole('button', { name: '2 new messages' }).click();
  await expect(room.message('Hello?')).toBeInViewport();
  await expect(alice.page.getByRole('button', { name: /new messages|Jump/ })).toHaveCount(0);
});
