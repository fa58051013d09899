import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { Api } from './api';
import { Server, type Backend } from './server';

export const PASSWORD = 'correct horse battery';

/** One person at one browser, signed in. */
export interface Person {
  username: string;
  context: BrowserContext;
  page: Page;
  /** The same account without a browser, to bring things about quickly. */
  api: Api;
}

interface Fixtures {
  /** A server of the test's own. */
  server: Server;
  /** Signs people up, each in a browser of their own, with the app open. */
  arrive: (username: string, options?: Parameters<Browser['newContext']>[0]) => Promise<Person>;
}

export const test = base.extend<Fixtures & { backend: Backend }>({
  backend: ['sqlite', { option: true }],

  server: async ({ backend }, use, testInfo) => {
    const server = await Server.start(backend);
    await use(server);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server.log', { body: server.log, contentType: 'text/plain' });
    }
    await server.remove();
  },

  baseURL: async ({ server }, use) => use(server.url),

  arrive: async ({ server, browser }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (username, options = {}) => {
      const context = await browser.newContext({
        baseURL: server.url,
        locale: 'en-GB',
        viewport: { width: 1280, height: 800 },
        ...options,
      });
      contexts.push(context);
      const api = await Api.register(server.url, username, PASSWORD);
      // The context's own requests share its cookies, so the page opens signed in.
      await api.logInto(context, PASSWORD);
      const page = await context.newPage();
      watchConsole(page);
      await page.goto('/');
      await expect(page.getByRole('button', { name: /^Your account/ })).toBeVisible();
      return { username, context, page, api };
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** What the page complains of fails the test, unless it is a request that was cut off. */
function watchConsole(page: Page): void {
  page.on('pageerror', (error) => {
    throw error;
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) throw new Error(message.text());
  });
}

export { expect };
