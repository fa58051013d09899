import type { Page } from '@playwright/test';
import { expect, PASSWORD, test } from './fixtures';

/** Replaces what an editor of the playground holds. */
async function write(page: Page, editor: string, text: string): Promise<void> {
  await page.locator(`.monaco-editor[data-uri*="${editor}"]`).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await page.keyboard.press('ControlOrMeta+v');
}

test('the playground runs the examples from sign-up to a live message, from this server alone', async ({
  page,
  context,
  baseURL,
  server,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL!) && !/^(data|blob):/.test(request.url()))
      elsewhere.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto('/playground');
  const response = page.locator('.result-window');
  const run = page.getByRole('button', { name: /execute query/i });
  const openTab = (name: string) => page.getByRole('tab', { name }).click();
  const openTool = (name: string) => page.getByRole('button', { name, exact: true }).click();

  await expect(page.getByText('mutation SignUp')).toBeVisible();
  await run.click();
  await expect(response).toContainText('accessToken');
  const login = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      query: `mutation { login(input: { username: "ada", password: "${PASSWORD}" }) { accessToken } }`,
    }),
  });
  const token: string = (await login.json()).data.login.accessToken;
  const headers = JSON.stringify({ Authorization: `Bearer ${token}` });

  await openTab('MakeRoom');
  await openTool('Headers');
  await write(page, 'headers', headers);
  await run.click();
  await expect(response).toContainText('room_');
  const roomId = (await response.innerText()).match(/room_[0-9a-z]+/)![0];

  await openTab('Watch');
  await openTool('Headers');
  await write(page, 'headers', headers);
  await run.click();
  await expect(page.getByRole('button', { name: /stop/i })).toBeVisible();

  // The button shows before the socket is open, and without a cursor one hears what is sent from
  // then on: talk until somebody listens.
  await expect(async () => {
    const sent = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({
        query: `mutation { sendMessage(input: { roomId: "${roomId}", body: "Live at last" }) { message { id } } }`,
      }),
    });
    expect((await sent.json()).errors).toBeUndefined();
    await expect(response).toContainText('Live at last', { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});
