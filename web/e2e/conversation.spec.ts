import { expect, test } from './fixtures';
import { RoomPage } from './room';

test('two people meet in a channel and write to each other', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');

  await alice.page.getByRole('button', { name: 'New conversation' }).click();
  await alice.page.getByRole('menuitem', { name: 'Create a channel' }).click();
  await alice.page.getByLabel('Name').fill('Garden');
  await alice.page.getByLabel('Topic').fill('What grows here');
  await alice.page.getByRole('button', { name: 'Create channel' }).click();
  const hers = new RoomPage(alice.page);
  await expect(hers.messages.getByText('This is where the conversation begins.')).toBeVisible();

  await bob.page.getByRole('button', { name: 'Browse channels' }).click();
  await bob.page.getByRole('searchbox', { name: 'Search channels' }).fill('gard');
  await bob.page.getByRole('button', { name: 'Join Garden' }).click();
  const his = new RoomPage(bob.page);

  await hers.send('Hello **Bob**');
  await expect(his.message('Hello Bob')).toBeVisible();
  await expect(his.messages.locator('strong')).toHaveText('Bob');
  await his.send('Hello Alice');
  await expect(hers.message('Hello Alice')).toBeVisible();

  // Each message once, in the same order, on both sides.
  for (const room of [hers, his]) await expect(room.bodies).toHaveText(['Hello Bob', 'Hello Alice']);
  await expect(alice.page.getByRole('link', { name: /Garden/ })).toContainText('Bob: Hello Alice');
});

test('a direct conversation appears with its first message and moves to the top', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  await bob.api.createChannel('quiet');
  await bob.page.reload();
  await expect(bob.page.getByRole('link', { name: /quiet/ })).toBeVisible();

  await alice.page.getByRole('button', { name: 'Message someone' }).click();
  const username = alice.page.getByLabel('Username');
  await username.fill('nobody');
  await username.press('Enter');
  await expect(username).toHaveAccessibleDescription('Nobody here is called “nobody”.');
  await username.fill('bob');
  await username.press('Enter');
  const hers = new RoomPage(alice.page);
  await hers.send('Psst');

  const rooms = bob.page.getByRole('navigation', { name: 'Conversations' }).getByRole('link');
  await expect(rooms).toHaveCount(2);
  await expect(rooms.first()).toContainText('Psst');
  await expect(rooms.first()).toContainText('New messages');
  const his = await RoomPage.open(bob.page, 'Alice');
  await expect(his.message('Psst')).toBeVisible();
  await expect(rooms.first()).not.toContainText('New messages');
});

test('people are found by the beginnings of their names', async ({ arrive }) => {
  const alice = await arrive('alice');
  await arrive('robert');
  await alice.page.getByRole('button', { name: 'Message someone' }).click();
  await alice.page.getByLabel('Username').fill('rob');
  await alice.page.getByRole('list', { name: 'People' }).getByRole('button', { name: 'Robert' }).click();
  await expect(alice.page.getByRole('heading', { name: 'Robert' }).first()).toBeVisible();
  await expect(new RoomPage(alice.page).composer).toBeVisible();
});

test('what is edited or deleted elsewhere changes on the screen, and after a reload', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await alice.api.createChannel('changes');
  await bob.api.join(roomId);
  const typo = await alice.api.send(roomId, 'Milk frist?');
  const slip = await alice.api.send(roomId, 'Not meant for here');
  await bob.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(bob.page);
  await expect(room.bodies).toHaveText(['Milk frist?', 'Not meant for here']);

  await alice.api.edit(typo, 'Milk first?');
  await alice.api.delete(slip);
  const link = bob.page.getByRole('link', { name: /changes/ });
  for (const again of [false, true]) {
    if (again) await bob.page.reload();
    await expect(room.message('Milk first?')).toContainText('edited');
    await expect(room.message('This message was deleted.')).toBeVisible();
    await expect(room.messages.getByText(/frist|Not meant/)).toHaveCount(0);
    await expect(link).toContainText('Message deleted');
  }
});

test('Markdown is shown, raw HTML and foreign pictures are not, and links stay apart', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('safe');
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  const source = [
    '<img src=x onerror="document.title=1"> <b>no</b>',
    '![pixel](https://example.org/pixel.png) [out](https://example.org/) [bad](javascript:alert(1))',
    '`code` and ~~old~~',
    'שלום',
  ].join('\n\n');
  await room.send(source);
  await expect(room.messages.locator('code')).toHaveText('code');
  await expect(room.messages.locator('del')).toHaveText('old');
  await expect(room.messages.locator('img, b')).toHaveCount(0);
  await expect(room.messages.getByText('<b>no</b>')).toBeVisible();
  const link = room.messages.getByRole('link', { name: 'out' });
  await expect(link).toHaveAttribute('rel', /noopener/);
  await expect(room.messages.locator('a[href^="javascript"]')).toHaveCount(0);
  await expect(room.messages.getByText('שלום')).toHaveCSS('direction', 'rtl');
  // The server keeps exactly what was written.
  await expect.poll(() => alice.api.newest(roomId, 1)).toEqual([source]);
});

test('a message that cannot be sent is kept, and a retry sends it once', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('flaky');
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await expect(room.messages.getByText('This is where the conversation begins.')).toBeVisible();

  await alice.page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('SendMessage')) await route.abort();
    else await route.continue();
  });
  await room.send('Not yet');
  await expect(room.messages.getByRole('alert')).toContainText('Not sent.');
  await room.send('Never');
  await expect(room.messages.getByRole('alert')).toHaveCount(2);
  await room.messages.getByRole('button', { name: 'Discard' }).last().click();
  await expect(room.message('Never')).toHaveCount(0);

  await alice.page.unroute('**/graphql');
  await room.messages.getByRole('button', { name: 'Retry' }).click();
  await expect(room.messages.getByRole('alert')).toHaveCount(0);
  await expect(room.bodies).toHaveText(['Not yet']);
  await expect.poll(() => alice.api.newest(roomId, 10)).toEqual(['Not yet']);
});

test('an answer that is lost does not double the message', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('once');
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await expect(room.messages.getByText('This is where the conversation begins.')).toBeVisible();
  await alice.page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('SendMessage')) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await room.send('Just once');
  // Its own live message says that it arrived after all.
  await expect(room.bodies).toHaveText(['Just once']);
  await expect(room.messages.getByRole('alert')).toHaveCount(0);
  await expect(room.messages.getByText('Sending')).toHaveCount(0);
  await expect.poll(() => alice.api.newest(roomId, 10)).toEqual(['Just once']);
});

test('Shift+Enter starts a line, and a message that is too long is not sent', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('long');
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);
  await room.composer.fill('one');
  await room.composer.press('Shift+Enter');
  await room.composer.pressSequentially('two');
  await room.composer.press('Enter');
  await expect(room.message('one')).toContainText('two');
  await expect.poll(() => alice.api.newest(roomId, 1)).toEqual(['one\ntwo']);

  await room.composer.fill('é'.repeat(8 * 1024 + 1));
  await expect(alice.page.getByText('Too long by 2 bytes.')).toBeVisible();
  await expect(alice.page.getByRole('button', { name: 'Send' })).toBeDisabled();
  await room.composer.press('Enter');
  await room.composer.fill('é'.repeat(8 * 1024));
  await room.composer.press('Enter');
  await expect(room.composer).toHaveValue('');
  await expect(room.bodies).toHaveCount(2);
});

test('leaving takes a channel off the list; its address then offers to join again', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('brief');
  await alice.page.goto(`/rooms/${roomId}`);
  await alice.page.getByRole('button', { name: 'Conversation menu' }).click();
  await alice.page.getByRole('menuitem', { name: 'Leave' }).click();
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await expect(alice.page.getByRole('link', { name: /brief/ })).toHaveCount(0);
  await alice.page.goto(`/rooms/${roomId}`);
  await alice.page.getByRole('button', { name: 'Join channel' }).click();
  await expect(new RoomPage(alice.page).composer).toBeVisible();
});
