import { expect, test } from './fixtures';
import { RoomPage } from './room';

test('what the server tells is a line of its own, and forwarded words say whose they are', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await alice.api.createChannel('told');
  await alice.api.act('updateRoom', { roomId, announcesMembers: true });
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await expect(room.messages.getByText('This is where the conversation begins.')).toBeVisible();

  await bob.api.join(roomId);
  const words = await bob.api.send(roomId, 'Words to pass on');
  await alice.api.act('pinMessage', { messageId: words });
  await alice.api.act('forwardMessage', { messageId: words, roomId });
  await alice.api.act('updateRoom', { roomId, name: 'said', topic: 'What is said' });

  for (const again of [false, true]) {
    if (again) await alice.page.reload();
    await expect(room.notices).toHaveText([
      /^Bob joined/,
      /^Alice pinned a message/,
      /^Alice renamed the room to “said”/,
      /^Alice changed the topic to “What is said”/,
    ]);
    await expect(room.bodies).toHaveText(['Words to pass on', 'Words to pass on']);
    await expect(room.messages.getByText('Forwarded from Bob')).toHaveCount(1);
    await expect(alice.page.getByRole('heading', { name: 'said' }).first()).toBeVisible();
    await expect(alice.page.getByRole('link', { name: /said/ })).toContainText('You changed the topic to');
  }
});
