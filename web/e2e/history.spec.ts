import { expect, test, type Person } from './fixtures';
import { RoomPage } from './room';

const COUNT = 160;

async function seed(person: Person): Promise<string> {
  const roomId = await person.api.createChannel('archive');
  for (let number = 1; number <= COUNT; number++) await person.api.send(roomId, `Message ${number}`);
  return roomId;
}

test('history comes in while scrolling up, whole, in order and without jumping', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await seed(alice);
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await expect(room.message(`Message ${COUNT}`)).toBeInViewport();
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
  await expect(room.bodies).toHaveText(Array.from({ length: COUNT }, (_, index) => `Message ${index + 1}`));
});

test('new messages wait below while one reads older ones', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await seed(alice);
  await bob.api.join(roomId);
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await expect(room.message(`Message ${COUNT}`)).toBeInViewport();

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
