import type { Page } from '@playwright/test';
import { expect, PASSWORD, test } from './fixtures';
import { RoomPage } from './room';

test('what the server tells is a line of its own, and forwarded words say whose they are', async ({
  arrive,
}) => {
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

test('a reply quotes what it answers, and the quote leads there', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('answers');
  await alice.api.send(roomId, 'The **question**\nwith more');
  for (let index = 0; index < 30; index++) await alice.api.send(roomId, `In between ${index}`);
  await alice.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(alice.page);

  await room.act('In between 29', 'Reply');
  await expect(room.composer).toBeFocused();
  await expect(alice.page.getByRole('button', { name: 'Stop replying' })).toBeVisible();
  await room.composer.press('Escape');
  await expect(alice.page.getByRole('button', { name: 'Stop replying' })).toHaveCount(0);

  await room.act('The question', 'Reply');
  await room.send('The answer');
  await expect(alice.page.getByRole('button', { name: 'Stop replying' })).toHaveCount(0);
  for (const again of [false, true]) {
    if (again) await alice.page.reload();
    await expect(room.row('The answer').getByRole('button', { name: 'In reply to' })).toContainText(
      'The question with more',
    );
  }
  await expect(room.message('The question')).not.toBeInViewport();
  await room.row('The answer').getByRole('button', { name: 'In reply to' }).click();
  await expect(room.message('The question')).toBeInViewport();
});

const chip = (room: RoomPage, count: number) =>
  room.row('It works').getByRole('button', { name: `🎉 ${count}` });

test('reactions are counted, live, and a press gives or takes back', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await alice.api.createChannel('cheers');
  await bob.api.join(roomId);
  await alice.api.send(roomId, 'It works');
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${roomId}`);
  const [hers, his] = [new RoomPage(alice.page), new RoomPage(bob.page)];

  await his.act('It works', 'React with 🎉');
  await expect(chip(his, 1)).toHaveAttribute('aria-pressed', 'true');
  await expect(chip(hers, 1)).toHaveAttribute('aria-pressed', 'false');
  await chip(hers, 1).click();
  await expect(chip(hers, 2)).toHaveAttribute('aria-pressed', 'true');
  await expect(chip(his, 2)).toHaveAttribute('aria-pressed', 'true');
  await chip(his, 2).click();
  await expect(chip(his, 1)).toHaveAttribute('aria-pressed', 'false');
  await alice.page.reload();
  await expect(chip(hers, 1)).toHaveAttribute('aria-pressed', 'true');
  await chip(hers, 1).click();
  for (const room of [hers, his])
    await expect(room.messages.getByRole('list', { name: 'Reactions' })).toHaveCount(0);
});

test('one edits and deletes what one said; whoever keeps the room deletes what others said', async ({
  arrive,
}) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await alice.api.createChannel('second-thoughts');
  await bob.api.join(roomId);
  await alice.api.send(roomId, 'Of the owner');
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${roomId}`);
  const [hers, his] = [new RoomPage(alice.page), new RoomPage(bob.page)];
  await his.send('Frist');
  await his.send('Slip');
  await expect(hers.bodies).toHaveText(['Of the owner', 'Frist', 'Slip']);

  await his.composer.press('ArrowUp');
  const editor = bob.page.getByRole('textbox', { name: 'Edit your message' });
  await expect(editor).toHaveValue('Slip');
  await editor.press('Escape');
  await his.act('Frist', 'Edit');
  await editor.fill('First');
  await editor.press('Enter');
  await expect(hers.message('First')).toContainText('edited');
  await expect(his.composer).toBeFocused();

  await his.act('Slip', 'Delete');
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(hers.bodies).toHaveText(['Of the owner', /^First/, 'This message was deleted.']);

  await his.openActions('Of the owner');
  await expect(bob.page.getByRole('menuitem', { name: 'Reply', exact: true })).toBeVisible();
  await expect(bob.page.getByRole('menuitem', { name: /Edit|Delete/ })).toHaveCount(0);
  await hers.act('First', 'Delete');
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(his.message('This message was deleted.')).toHaveCount(2);
});

test('whoever may not write is told why, where they would', async ({ arrive }) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await alice.api.createChannel('ruled');
  await bob.api.join(roomId);
  await bob.page.goto(`/rooms/${roomId}`);
  const room = new RoomPage(bob.page);
  await expect(room.composer).toBeVisible();

  await alice.api.act('updateRoom', { roomId, slowModeSeconds: 3600 });
  await expect(bob.page.getByText('Slow mode: one message every 3600 seconds.')).toBeVisible();
  await room.send('In time');
  await expect(room.messages.getByText('Sending')).toHaveCount(0);
  await room.send('Too soon');
  await expect(room.messages.getByRole('alert')).toContainText(/Wait 3\d{3} seconds/);

  await alice.api.act('updateRoom', { roomId, announcementOnly: true });
  await expect(bob.page.getByRole('note')).toContainText('Only its owner and admins write here');
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await alice.api.act('muteMember', { roomId, userId: bob.api.userId, until, reason: 'Shouting' });
  await expect(bob.page.getByRole('note')).toContainText('You are muted here until');
  await alice.api.act('updateRoom', { roomId, archived: true });
  await expect(bob.page.getByRole('note')).toContainText('archived');
  await expect(room.composer).toHaveCount(0);
});

const thread = ({ page }: { page: Page }) => page.getByRole('region', { name: 'Thread', exact: true });

test('a thread is beside the room, live, and the room tells how many replies there are', async ({
  arrive,
}) => {
  const alice = await arrive('alice');
  const bob = await arrive('bob');
  const roomId = await alice.api.createChannel('threads');
  await bob.api.join(roomId);
  await alice.api.send(roomId, 'Where to plant?');
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${roomId}`);
  const [hers, his] = [new RoomPage(alice.page), new RoomPage(bob.page)];
  const write = async (person: { page: Page }, text: string) => {
    await thread(person).getByRole('textbox').fill(text);
    await thread(person).getByRole('textbox').press('Enter');
  };

  await his.act('Where to plant?', 'Reply in a thread');
  await write(bob, 'By the wall');
  await hers.row('Where to plant?').getByRole('button', { name: '1 reply' }).click();
  await write(alice, 'Too dark');
  for (const person of [alice, bob]) {
    await expect(thread(person).locator('[data-line]')).toHaveText([
      'Where to plant?',
      'By the wall',
      'Too dark',
    ]);
  }
  await expect(his.row('Where to plant?').getByRole('button', { name: '2 replies' })).toBeVisible();
  await expect(his.bodies).toHaveText(['Where to plant?']);
  await bob.page.reload();
  await expect(thread(bob).locator('[data-line]')).toHaveCount(3);
  const reply = thread(alice).getByRole('listitem').filter({ hasText: 'Too dark' });
  await reply.hover();
  await reply.getByRole('button', { name: /^Actions/ }).click();
  await alice.page.getByRole('menuitem', { name: 'Delete' }).click();
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(thread(bob).getByText('This message was deleted.')).toBeVisible();
  await expect(his.row('Where to plant?').getByRole('button', { name: '1 reply' })).toBeVisible();
  await bob.page.getByRole('button', { name: 'Close the thread' }).click();
  await expect(thread(bob)).toHaveCount(0);
  await expect(his.composer).toBeVisible();
});

const saved = (page: Page) =>
  page.waitForResponse((answer) => Boolean(answer.request().postData()?.includes('SaveDraft')));

test('what was begun is there again after a reload and where else one is, and gone once it is sent', async ({
  arrive,
  browser,
  baseURL,
}) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('begun');
  const desk = await browser.newContext({ baseURL: baseURL! });
  await alice.api.logInto(desk, PASSWORD);
  const [here, tab, there] = [alice.page, await alice.context.newPage(), await desk.newPage()].map(
    (page) => new RoomPage(page),
  ) as [RoomPage, RoomPage, RoomPage];
  for (const { page } of [here, tab, there]) await page.goto(`/rooms/${roomId}`);
  for (const { composer } of [here, tab, there]) await expect(composer).toHaveValue('');

  const first = saved(here.page);
  await here.composer.fill('On the train');
  await first;
  await here.page.reload();
  for (const { composer } of [here, tab, there]) await expect(composer).toHaveValue('On the train');

  await there.composer.press('Enter');
  for (const room of [here, tab, there]) {
    await expect(room.message('On the train')).toBeVisible();
    await expect(room.composer).toHaveValue('');
    await room.composer.press('Enter');
  }
  await here.send('Of the other tab');
  for (const room of [here, tab, there])
    await expect(room.bodies).toHaveText(['On the train', 'Of the other tab']);
  await desk.close();
});

test('a reply that was begun elsewhere is gone on with, and is one still', async ({ arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('answered');
  const replyToId = await alice.api.send(roomId, 'Where to plant?');
  await alice.page.goto(`/rooms/${roomId}`);
  const here = new RoomPage(alice.page);
  await expect(here.message('Where to plant?')).toBeVisible();
  const stop = alice.page.getByRole('button', { name: 'Stop replying' });

  await alice.api.act('saveDraft', { roomId, body: 'By', replyToId });
  await expect(here.composer).toHaveValue('By');
  await expect(alice.page.getByText('Reply to').locator('..')).toContainText('Where to plant?');

  const first = saved(alice.page);
  await here.composer.pressSequentially(' the wall');
  await first;
  const tab = new RoomPage(await alice.context.newPage());
  await tab.page.goto(`/rooms/${roomId}`);
  await expect(tab.composer).toHaveValue('By the wall');
  await tab.composer.press('Enter');
  await expect(stop).toHaveCount(0);
  await expect(here.composer).toHaveValue('');
  for (const room of [here, tab]) {
    const quote = room.row('By the wall').getByRole('button', { name: 'In reply to' });
    await expect(quote).toContainText('Where to plant?');
  }

  await alice.api.act('saveDraft', { roomId, body: 'No', replyToId });
  await stop.click();
  await expect(here.composer).toBeFocused();
  await here.composer.press('Enter');
  await expect(here.row('No').getByRole('button', { name: 'In reply to' })).toHaveCount(0);
  await expect(tab.composer).toHaveValue('');
  await expect(tab.message('No')).toBeVisible();
});
