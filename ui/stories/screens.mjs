// Takes pictures of the screens: `npm run screens` those that the documents show, into docs/screens;
// `npm run screens -- --all FOLDER` every state in both languages, sizes and themes, to look at.
// Wants a Chromium (CHROMIUM names it, else /usr/bin/chromium) and ImageMagick's convert.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const SHOWN = [
  'scan', 'comparing', 'admit', 'attention_seen', 'attention_yellow', 'refuse_forged', 'refuse_red', 'undecided_status',
  'let_in', 'emergency', 'emergency_done', 'register', 'camera_missing', 'fault',
];
const LANGUAGES = { zh: 'zh-CN', en: 'en' };
const LAPTOP = { width: 1280, height: 800 };
const DESK = { width: 1920, height: 1080 };
const ON_TOP = { emergency: 'state=scan&form=emergency', register: 'state=scan&form=register', fault: 'state=fault', passphrase: 'state=passphrase' };
/** Flat colours and one grey picture: nobody sees the difference, and the file is a third. */
const COLOURS = '160';

const all = process.argv[2] === '--all' ? process.argv[3] : undefined;
const folder = all === undefined ? fileURLToPath(new URL('../../docs/screens/', import.meta.url)) : `${resolve(all)}/`;
const server = await createServer({
  configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
  server: { port: 0, strictPort: false },
});
await server.listen();
const base = `${server.resolvedUrls?.local[0] ?? ''}stories/index.html`;
const { SCREENS } = await server.ssrLoadModule('/stories/fixtures.ts');
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb', '--font-render-hinting=none'],
});
await mkdir(folder, { recursive: true });
if (all === undefined) await clear();
let taken = 0;
for (const viewport of all === undefined ? [LAPTOP] : [LAPTOP, DESK]) {
  const page = await browser.newPage({ viewport, reducedMotion: 'reduce' });
  for (const [short, language] of Object.entries(LANGUAGES)) {
    for (const [name, query] of shots()) {
      const file = `${folder}${name}-${short}-${viewport.width}x${viewport.height}.png`;
      await picture(page, `${base}?${query}&language=${language}`, file);
      taken += 1;
    }
  }
  await page.close();
}
await browser.close();
await server.close();
console.log(`${taken} pictures in ${folder}`);

function shots() {
  if (all === undefined) return SHOWN.map((name) => [name, ON_TOP[name] ?? `state=${name}`]);
  const light = [...Object.keys(SCREENS).map((name) => [name, `state=${name}`]), ...Object.entries(ON_TOP)];

  return [...light, ...light.map(([name, query]) => [`${name}-dark`, `${query}&theme=dark`])];
}

/** Takes away what this script wrote before, and nothing else. */
async function clear() {
  const files = await readdir(folder);
  const ours = files.filter((file) => /-(zh|en)-\d+x\d+\.png$/.test(file));
  await Promise.all(ours.map((file) => rm(`${folder}${file}`)));
}

/** Waits for fonts and for the preview; with reduced motion nothing else moves. */
async function picture(page, url, path) {
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path });
  execFileSync('convert', [path, '-strip', '-dither', 'None', '-colors', COLOURS, '-define', 'png:compression-level=9', `png8:${path}`]);
}
