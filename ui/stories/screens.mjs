// Takes pictures of the screens: `npm run screens` those that the documents show, into docs/screens;
// `npm run screens -- --all FOLDER` every state in both languages, sizes and themes, to look at.
// Wants a Chromium (see browser.mjs) and ImageMagick's convert.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { browserHere, LANGUAGES, ON_TOP, open } from './browser.mjs';

const SHOWN = [
  'scan', 'scan_first', 'scan_offline', 'scan_two', 'scan_flatten', 'scan_further', 'scan_hold_still', 'scan_more_light',
  'scan_tilt', 'scan_doubt', 'scan_undo', 'scan_too_late', 'scan_other_camera',
  'scan_demo', 'camera_opening', 'comparing', 'comparing_long', 'comparing_blank', 'comparing_press_again',
  'comparing_not_stored', 'storing', 'admit', 'admit_ageing', 'admit_worn', 'attention_seen', 'attention_yellow',
  'attention_class', 'attention_by_hand', 'attention_looked_up', 'refuse_forged', 'refuse_red', 'refuse_worn',
  'refuse_expired', 'refuse_test', 'refuse_positive', 'refuse_lost',
  'undecided_status', 'undecided_clock', 'undecided_store', 'let_in', 'undone', 'emergency', 'emergency_chosen',
  'emergency_held', 'emergency_done', 'emergency_lost', 'register', 'camera_missing', 'camera_missing_real', 'camera_busy',
  'camera_forbidden', 'camera_gone', 'camera_gone_other', 'camera_stalled', 'fault', 'passphrase',
  'comparing_hcert', 'admit_hcert', 'comparing_test', 'admit_test', 'admit_recovery', 'comparing_half_born', 'admit_shc',
  'scan_parts', 'admit_nzcp', 'comparing_vds', 'comparing_claim169', 'admit_icvp', 'admit_ticket', 'refuse_ticket_used',
  'admit_paper_and_ticket', 'attention_second', 'admit_two', 'attention_differ', 'refuse_rule', 'refuse_rule_long',
  'refuse_expired_foreign', 'undecided_withdrawn',
];
/** Shown in the dark theme as well. */
const SHOWN_DARK = ['scan', 'comparing', 'admit', 'register'];
const LAPTOP = { width: 1280, height: 800 };
const DESK = { width: 1920, height: 1080 };
/** Flat colours and one grey picture: nobody sees the difference, and the file is a third. */
const COLOURS = '160';

const program = browserHere();
if (program === undefined) throw new Error('there is no Chromium: install it, or name it in CHROMIUM');
const all = process.argv[2] === '--all' ? process.argv[3] : undefined;
const folder = all === undefined ? fileURLToPath(new URL('../../docs/screens/', import.meta.url)) : `${resolve(all)}/`;
const stories = await open(program);
const names = await stories.names();
await mkdir(folder, { recursive: true });
if (all === undefined) await clear();
let taken = 0;
for (const viewport of [LAPTOP, DESK]) {
  const page = await stories.page(viewport);
  for (const [short, language] of Object.entries(LANGUAGES)) {
    for (const [name, theme] of shots()) {
      const query = ON_TOP[name] ?? `state=${name}`;
      const file = `${theme === 'dark' ? `${name}-dark` : name}-${short}-${viewport.width}x${viewport.height}.png`;
      await picture(page, stories.address(query, language, theme), `${folder}${file}`);
      taken += 1;
    }
  }
  await page.close();
}
await stories.close();
console.log(`${taken} pictures in ${folder}`);

/** Names and themes. */
function shots() {
  const whole = [...names, ...Object.keys(ON_TOP)];
  const [light, dark] = all === undefined ? [SHOWN, SHOWN_DARK] : [whole, whole];

  return [...light.map((name) => [name, 'light']), ...dark.map((name) => [name, 'dark'])];
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
