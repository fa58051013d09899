import { expect, test } from './fixtures';
import { RoomPage } from './room';

const phone = { viewport: { width: 360, height: 720 }, hasTouch: true };

test('everything fits a phone', async ({ arrive }) => {
  const { page, api } = await arrive('alice', phone);
  const roomId = await api.createChannel('a-channel-with-quite-a-long-name-that-has-to-be-cut-somewhere');
  await api.send(roomId, `https://example.org/${'long/'.repeat(60)}`);
  await api.send(roomId, `\`\`\`\n${'wide '.repeat(80)}\n\`\`\``);
  const fits = () =>
    expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);

  await page.reload();
  const room = await RoomPage.open(page, 'a-channel-with');
  await expect(room.bodies).toHaveCount(2);
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeHidden();
  await fits();
  await page.getByRole('link', { name: 'Back to all conversations' }).click();
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
  await fits();
  await page.goto('/channels');
  await expect(page.getByRole('link', { name: 'Open' })).toBeVisible();
  await fits();
});

test('the keyboard is enough', async ({ arrive }) => {
  const { page, api } = await arrive('alice');
  await api.createChannel('keys');
  await api.createChannel('other');
  await page.reload();
  await expect(page.getByRole('link', { name: /keys/ })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('key');
  await expect(page.getByRole('link', { name: /other/ })).toHaveCount(0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const room = new RoomPage(page);
  await expect(room.composer).toBeFocused();
  await page.keyboard.type('typed');
  await page.keyboard.press('Enter');
  await expect(room.message('typed')).toBeVisible();

  const menu = page.getByRole('button', { name: 'Conversation menu' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Members' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Leave' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toBeFocused();
});

test('dark mode follows the system until one chooses', async ({ arrive }) => {
  const { page } = await arrive('alice', { colorScheme: 'dark' });
  const brightness = () =>
    page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d')!;
      canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data[0];
    });
  expect(await brightness()).toBeLessThan(64);
  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Light' }).click();
  await expect.poll(brightness).toBeGreaterThan(192);
  await page.reload();
  await expect(page.getByRole('button', { name: /^Your account/ })).toBeVisible();
  expect(await brightness()).toBeGreaterThan(192);
});
