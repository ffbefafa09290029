// axe on every screen, in both languages, both themes and a large and a small window, where colours and sizes are real.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { browserHere, LANGUAGES, ON_TOP, open } from './browser.mjs';
import { SCREENS } from './fixtures';

const THEMES = ['light', 'dark'];
const DESK = { width: 1280, height: 800 };
/** 1280 by 800 enlarged to 200 %: the paper lies under the leaf. */
const ENLARGED = { width: 640, height: 480 };
const SHOTS = { ...Object.fromEntries(Object.keys(SCREENS).map((name) => [name, `state=${name}`])), ...ON_TOP };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const program = browserHere();
if (program === undefined) {
  test('screens in a real browser', () => {
    console.log('SKIPPED: there is no Chromium to draw the screens with');
  });
} else {
  let stories;
  beforeAll(async () => {
    stories = await open(program);
  });
  afterAll(() => stories.close());

  describe.each(Object.values(LANGUAGES))('in %s', (language) => {
    let page;
    beforeAll(async () => {
      page = await stories.page(DESK);
    });
    afterAll(() => page.close());

    test.each(Object.entries(SHOTS))('%s can be read and used', async (_, query) => {
      await page.goto(stories.address(query, language), { waitUntil: 'load' });
      await page.waitForSelector('[data-door], [data-fault]');
      await page.evaluate(AXE);
      for (const viewport of [DESK, ENLARGED]) {
        await page.setViewportSize(viewport);
        for (const theme of THEMES) {
          const { wrong, checked } = await judged(page, theme);
          expect(wrong, `${theme}, ${viewport.width}`).toEqual([]);
          expect(checked).toContain('color-contrast');
        }
      }
    });
  });
}

/** What axe finds wrong on the page in this theme, and which of its rules found something to check. */
async function judged(page, theme) {
  return page.evaluate(async (worn) => {
    document.documentElement.dataset.theme = worn;
    const { violations, passes } = await globalThis.axe.run(document, { resultTypes: ['violations'] });

    return {
      wrong: violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`)),
      checked: passes.map(({ id }) => id),
    };
  }, theme);
}
