import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { RoomPage } from './room';

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(found, `on ${page.url()}`).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`an accessibility check finds nothing on any screen, ${colorScheme}`, async ({
    arrive,
    browser,
    baseURL,
  }) => {
    const outside = await browser.newContext({ baseURL: baseURL!, colorScheme });
    const visitor = await outside.newPage();
    for (const path of ['/login', '/signup']) {
      await visitor.goto(path);
      await expect(visitor.getByLabel('Username')).toBeVisible();
      await expectAccessible(visitor);
    }
    await visitor.getByLabel('Username').fill('x');
    await visitor.getByLabel('Password', { exact: true }).fill('x');
    await visitor.getByRole('button', { name: 'Sign up' }).click();
    await expect(visitor.getByLabel('Username')).toHaveAttribute('aria-invalid', 'true');
    await expectAccessible(visitor);
    await outside.close();

    const { page, api } = await arrive('alice', { colorScheme });
    await expectAccessible(page);
    const roomId = await api.createChannel('everything');
    await api.send(
      roomId,
      '# Title\n\n- [x] done\n\n```\ncode\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n> quote https://example.org',
    );
    await page.goto('/channels');
    await expect(page.getByRole('link', { name: 'Open' })).toBeVisible();
    await expectAccessible(page);
    const room = await RoomPage.open(page, 'everything');
    await expect(room.bodies).toHaveCount(1);
    await expectAccessible(page);
    await page.getByRole('button', { name: /^Your account/ }).click();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Conversation menu' }).click();
    await page.getByRole('menuitem', { name: 'Members' }).click();
    await expect(page.getByText('(you)')).toBeVisible();
    await expectAccessible(page);
  });
}
