// The tests that want a real browser: `npm run axe`.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  test: {
    include: ['stories/*.browser.mjs'],
    // A machine that builds at the same time draws slowly.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
