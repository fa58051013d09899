import { defineConfig } from '@playwright/test';
import type { Backend } from './e2e/server';

const backends: Backend[] = process.env.CAUSERIE_TEST_POSTGRES_URL ? ['sqlite', 'postgres'] : ['sqlite'];

export default defineConfig<{ backend: Backend }>({
  testDir: 'e2e',
  outputDir: 'test-results',
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  // Long enough for a busy machine; no test passes by waiting.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
      ],
    },
  },
  projects: backends.map((backend) => ({
    name: backend,
    use: { backend },
    // How it looks and feels does not depend on the database.
    testIgnore: backend === 'sqlite' ? [] : ['accessibility.spec.ts', 'screens.spec.ts'],
  })),
});
