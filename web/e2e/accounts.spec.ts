import { expect, PASSWORD, test } from './fixtures';

test('people sign up, stay logged in over a reload, log out and log in again', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign up' }).click();
  await page.getByLabel('Username').fill('Alice');
  await page.getByLabel('Your name').fill('Alice Liddell');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign up' }).click();

  const account = page.getByRole('button', { name: 'Your account: Alice Liddell' });
  await expect(account).toBeVisible();
  await page.reload();
  await expect(account).toBeVisible();

  // Nothing that a script of another origin could carry away.
  const kept = await page.evaluate(() => JSON.stringify(localStorage) + document.cookie);
  expect(kept).not.toMatch(/eyJ|causerie_refresh/);

  await account.click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();

  await page.getByLabel('Username').fill('alice');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(account).toBeVisible();
});

test('a wrong password and a taken username are said kindly', async ({ page, arrive }) => {
  await arrive('alice');
  await page.goto('/login');
  await page.getByLabel('Username').fill('alice');
  await page.getByLabel('Password', { exact: true }).fill('not the right one');
  await page.getByRole('button', { name: 'Log in' }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible();
  await expect(alert).not.toContainText(/UNAUTHENTICATED|Error|undefined/);

  await page.getByRole('link', { name: 'Sign up' }).click();
  const username = page.getByLabel('Username');
  await username.fill('alice');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/8 characters/);

  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(username).toHaveAttribute('aria-invalid', 'true');
  await expect(username).toHaveAccessibleDescription(/taken/i);
});

test('two tabs share one login, and logging out in one ends both', async ({ arrive }) => {
  const alice = await arrive('alice');
  const second = await alice.context.newPage();
  await second.goto('/');
  const account = /^Your account/;
  await expect(second.getByRole('button', { name: account })).toBeVisible();
  await Promise.all([alice.page.reload(), second.reload()]);
  await expect(alice.page.getByRole('button', { name: account })).toBeVisible();
  await expect(second.getByRole('button', { name: account })).toBeVisible();

  await second.getByRole('button', { name: account }).click();
  await second.getByRole('menuitem', { name: 'Log out' }).click();
  await expect(alice.page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
});

test('an access token is renewed before it runs out', async ({ arrive }) => {
  const { page } = await arrive('alice');
  await page.clock.install();
  await page.reload();
  await expect(page.getByRole('button', { name: /^Your account/ })).toBeVisible();

  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') asked.push(request.postDataJSON().operationName ?? 'RefreshSession');
  });
  // A token lasts ten minutes.
  await page.clock.fastForward('09:45');
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByRole('menuitem', { name: 'Browse channels' }).click();
  await expect(page.getByText('There are no channels yet.')).toBeVisible();
  expect(asked).toEqual(['RefreshSession', 'Channels']);
});

test('a name can be changed', async ({ arrive }) => {
  const { page } = await arrive('alice');
  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Change your name' }).click();
  await page.getByRole('textbox', { name: 'Your name' }).fill('Alice of Wonderland');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Your account: Alice of Wonderland' })).toBeVisible();
});

test('after logging in one is where one wanted to go', async ({ page, arrive }) => {
  const alice = await arrive('alice');
  const roomId = await alice.api.createChannel('wanted');
  await page.goto(`/rooms/${roomId}`);
  await page.getByLabel('Username').fill('alice');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'wanted' }).first()).toBeVisible();

  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByLabel('Username').fill('alice');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'Pick a conversation' })).toBeVisible();
});

test('a login that is ended elsewhere ends here, with a word of explanation', async ({ arrive, server }) => {
  const alice = await arrive('alice');
  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const response = await alice.context.request.post(`${server.url}/graphql`, { data: { query }, headers });
    return (await response.json()).data;
  };
  // With the browser's own cookie, so it is this very login that is ended.
  const { refreshSession } = await ask('mutation { refreshSession(input: {}) { accessToken } }');
  await ask('mutation { logout { userErrors { code } } }', {
    Authorization: `Bearer ${refreshSession.accessToken}`,
  });
  await expect(alice.page.getByText('Your session has ended. Log in to go on.')).toBeVisible();
});
