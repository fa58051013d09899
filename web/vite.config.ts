import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.CAUSERIE_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { proxy: { '/graphql': { target: server, ws: true } } },
  preview: { proxy: { '/graphql': { target: server, ws: true } } },
  build: {
    target: 'es2022',
    // The server's Content-Security-Policy allows files of its own origin only: nothing becomes a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The playground's editor is far bigger than the app and is loaded on its own page only.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: ['index.html', 'playground/index.html'],
      // GraphiQL ships hints for the React compiler, which has already run over it.
      checks: { moduleLevelDirective: false },
    },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
});
