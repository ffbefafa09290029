// Draws the program's icons from icons/icon.svg: `npm run icons`. Wants a Chromium, like `npm run screens`.
// An .ico and an .icns both are a table of PNG files, so nothing but Node packs them.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const FOLDER = fileURLToPath(new URL('../../icons/', import.meta.url));
const PNG = [32, 128, 256];
const ICO = [16, 24, 32, 48, 64, 256];
/** What Apple calls each size. */
const ICNS = { icp4: 16, icp5: 32, ic07: 128, ic08: 256, ic09: 512, ic10: 1024 };

const drawing = await readFile(`${FOLDER}icon.svg`, 'utf8');
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage();
const sizes = new Map();
for (const size of new Set([...PNG, ...ICO, ...Object.values(ICNS)])) sizes.set(size, await drawn(size));
await browser.close();

for (const size of PNG) await writeFile(`${FOLDER}${size}.png`, sizes.get(size));
await writeFile(`${FOLDER}icon.ico`, ico(ICO));
await writeFile(`${FOLDER}icon.icns`, icns(Object.entries(ICNS)));
console.log(`${PNG.length + 2} icons in icons`);

async function drawn(size) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`);

  return page.screenshot({ omitBackground: true });
}

/** ICONDIR, an ICONDIRENTRY of 16 bytes for each picture, the pictures. A side of 256 is written as 0. */
function ico(list) {
  const head = Buffer.alloc(6 + 16 * list.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(list.length, 4);
  let offset = head.length;
  list.forEach((size, at) => {
    const entry = 6 + 16 * at;
    const bytes = sizes.get(size).length;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(bytes, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += bytes;
  });

  return Buffer.concat([head, ...list.map((size) => sizes.get(size))]);
}

/** `icns`, the length of the whole, then type, length and picture for each. */
function icns(list) {
  const parts = list.map(([type, size]) => block(type, sizes.get(size)));

  return block('icns', Buffer.concat(parts));
}

function block(type, bytes) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(8 + bytes.length, 4);

  return Buffer.concat([head, bytes]);
}
