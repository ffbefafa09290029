import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  root: here('.'),
  // The window loads its pages from its own address: no path is absolute on a server.
  base: './',
  plugins: [svelte()],
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    // WebKitGTK 2.40 (Debian 12), WebView2 and macOS 13 all know this much.
    target: ['safari16', 'chrome111'],
    outDir: here('dist'),
    emptyOutDir: true,
    // The content security policy allows files of our own and no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: [here('station/index.html')] },
  },
  // A test compares our words with those on the sheet.
  server: { port: 5173, strictPort: true, fs: { allow: [here('.'), here('../crates/cli/src/sheet')] } },
  test: {
    environment: 'jsdom',
    include: ['**/*.test.ts'],
    setupFiles: [here('tests/setup.ts')],
    restoreMocks: true,
    css: { include: /tokens\.css/ },
  },
}));
