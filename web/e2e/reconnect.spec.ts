import { expect, test } from './fixtures';
import { RoomPage } from './room';

test('no message is missed over a restart of the server', async ({ arrive, server }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await alice.api.createChannel('steady');
  await bob.api.join(roomId);
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${roomId}`);
  const hers = new RoomPage(alice.page);
  const his = new RoomPage(bob.page);
  await hers.send('before');
  await expect(his.message('before')).toBeVisible();

  await server.stop();
  await expect(bob.page.getByText('Reconnecting…').first()).toBeVisible();
  // Written into the void: kept, and sent by itself when the server is back.
  await hers.send('during');
  await expect(hers.messages.getByRole('alert')).toContainText('Not sent.');

  // Bob's socket is still away when these are committed.
  await bob.context.setOffline(true);
  await server.startAgain();
  await alice.api.send(roomId, 'unseen 1');
  await alice.api.send(roomId, 'unseen 2');
  await expect(hers.message('during')).toBeVisible();
  await expect(hers.messages.getByRole('alert')).toHaveCount(0);
  await bob.context.setOffline(false);

  await expect(bob.page.getByText('Reconnecting…')).toHaveCount(0);
  await expect(his.bodies).toHaveCount(4);
  await his.send('after');
  await expect(hers.message('after')).toBeVisible();
  const all = await alice.api.newest(roomId, 10);
  expect(all).toHaveLength(5);
  for (const room of [hers, his]) await expect(room.bodies).toHaveText(all);
});

test('a page opened while the server is away waits for it', async ({ arrive, server }) => {
  const alice = await arrive('alice');
  await alice.page.route('**/graphql', (route) => route.abort());
  await alice.page.reload();
  await expect(alice.page.getByText('The server can’t be reached at the moment.')).toBeVisible();
  await server.stop();
  await server.startAgain();
  await alice.page.unroute('**/graphql');
  await expect(alice.page.getByRole('button', { name: /^Your account/ })).toBeVisible();
});
