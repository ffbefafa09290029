// axe on every screen, in both languages, both themes and a large and a small window, where colours and sizes are real.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { expect } from 'vitest';

import { everyScreen } from './every.mjs';
import { FOREIGN } from './foreign';

const THEMES = ['light', 'dark'];
const DESK = { width: 1280, height: 800 };
/** 1280 by 800 enlarged to 200 %: the paper lies under the leaf. */
const ENLARGED = { width: 640, height: 480 };
/** Of the screens of foreign codes those that have something on them that no other has; tests/screens.test.ts reads them all. */
const OF_THEIR_OWN = [
  'comparing_claim169', 'comparing_half_born', 'admit_two', 'admit_ticket', 'attention_second', 'refuse_ticket_used', 'refuse_rule_long',
];
const ALIKE = Object.keys(FOREIGN).filter((name) => !OF_THEIR_OWN.includes(name));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

everyScreen('%s can be read and used', DESK, async (page) => {
  await page.evaluate(AXE);
  for (const viewport of [DESK, ENLARGED]) {
    await page.setViewportSize(viewport);
    for (const theme of THEMES) {
      const { wrong, checked } = await judged(page, theme);
      expect(wrong, `${theme}, ${viewport.width}`).toEqual([]);
      expect(checked).toContain('color-contrast');
    }
  }
}, ALIKE);

/** What axe finds wrong on the page in this theme, and which of its rules found something to check. */
async function judged(page, theme) {
  return page.evaluate(async (worn) => {
    document.documentElement.dataset.theme = worn;
    // What still fades in has the colours of neither before nor after. What is paused, like a key held half-way, stays so.
    const ending = document
      .getAnimations()
      .filter(({ effect, playState }) => playState === 'running' && effect.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map(({ finished }) => finished));
    const { violations, passes } = await globalThis.axe.run(document, { resultTypes: ['violations'] });

    return {
      wrong: violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`)),
      checked: passes.map(({ id }) => id),
    };
  }, theme);
}
