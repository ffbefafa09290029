// The stories in a real Chromium: the server of the pages, the browser, and the address of every screen.
// CHROMIUM names the browser; without it the usual places are looked at.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';
import { build, createServer, preview } from 'vite';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const LANGUAGES = { zh: 'zh-CN', en: 'en' };

/** What is no state of the station, but covers it or stands in its place. */
export const ON_TOP = {
  emergency: 'state=scan&form=emergency',
  emergency_chosen: 'state=scan&form=emergency&press=4',
  emergency_held: 'state=scan&form=emergency&press=4&held',
  register: 'state=scan&form=register',
  fault: 'state=fault',
  passphrase: 'state=passphrase',
};

/** The browser's program; none where there is none. */
export function browserHere() {
  return [process.env['CHROMIUM'], ...PLACES].find((path) => path !== undefined && existsSync(path));
}

/** Builds the pages, serves them and starts the browser. Unbuilt, every screen would be over a hundred requests. */
export async function open(executablePath) {
  const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
  const outDir = await mkdtemp(join(tmpdir(), 'menshen-stories-'));
  await build({
    configFile,
    logLevel: 'warn',
    build: { outDir, rollupOptions: { input: [fileURLToPath(new URL('index.html', import.meta.url))] } },
  });
  const server = await preview({ configFile, build: { outDir }, preview: { port: 0, strictPort: false } });
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--force-color-profile=srgb', '--font-render-hinting=none'],
  });
  const base = `${server.resolvedUrls?.local[0] ?? ''}stories/index.html`;

  return {
    /** Every state that has a screen. */
    async names() {
      const server = await createServer({ configFile, server: { middlewareMode: true, ws: false }, optimizeDeps: { noDiscovery: true } });
      const { SCREENS } = await server.ssrLoadModule('/stories/fixtures.ts');
      await server.close();

      return Object.keys(SCREENS);
    },
    /** Nothing on it moves. */
    page: (viewport) => browser.newPage({ viewport, reducedMotion: 'reduce' }),
    address: (query, language, theme = 'light') => `${base}?${query}&language=${language}&theme=${theme}`,
    async close() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true });
    },
  };
}
