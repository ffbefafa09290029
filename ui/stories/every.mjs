// A test of every screen in both languages, in a real browser.
import { afterAll, beforeAll, describe, test } from 'vitest';

import { browserHere, LANGUAGES, ON_TOP, open } from './browser.mjs';
import { SCREENS } from './fixtures';

const SHOTS = { ...Object.fromEntries(Object.keys(SCREENS).map((name) => [name, `state=${name}`])), ...ON_TOP };

/** Opens each screen on a page of this size and looks at it; `name` has a `%s` for the screen's. `left` are left out. */
export function everyScreen(name, size, look, left = []) {
  const program = browserHere();
  if (program === undefined) {
    test(name.replace('%s', 'every screen'), () => {
      console.log('SKIPPED: there is no Chromium to draw the screens with');
    });
    return;
  }

  let stories;
  beforeAll(async () => {
    stories = await open(program);
  });
  afterAll(() => stories.close());

  describe.each(Object.values(LANGUAGES))('in %s', (language) => {
    let page;
    beforeAll(async () => {
      page = await stories.page(size);
    });
    afterAll(() => page.close());

    test.each(Object.entries(SHOTS).filter(([shot]) => !left.includes(shot)))(name, async (_, query) => {
      await page.goto(stories.address(query, language), { waitUntil: 'load' });
      await page.waitForSelector('[data-door], [data-fault]');
      await look(page);
    });
  });
}
