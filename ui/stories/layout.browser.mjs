// Every screen in a real browser: nothing is clipped, nothing runs out of its box, and no Chinese word is broken.
import { expect } from 'vitest';

import { everyScreen } from './every.mjs';

const SIZES = [{ width: 1280, height: 800 }, { width: 1920, height: 1080 }];

everyScreen('%s has room for all of its words', SIZES[0], async (page) => {
  await page.evaluate(() => document.fonts.ready);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    expect(await page.evaluate(wrong), `${size.width}`).toEqual([]);
  }
});

/** What has no room; runs in the page. */
function wrong() {
  /** Half a pixel is a matter of rounding. */
  const NEAR = 1;
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const holder = text.parentElement;
    if (text.data.trim() === '' || holder === null || holder.closest('.only-spoken, script, style') !== null) continue;
    if (!holder.checkVisibility({ visibilityProperty: true })) continue;
    runsOut(text, holder);
    breaks(text, holder);
  }
  for (const head of document.querySelectorAll('h1, h2, h3, .word strong')) {
    if (head.scrollWidth > head.clientWidth + NEAR) found.push(`wider than its box: ${head.textContent}`);
  }

  return [...new Set(found)];

  /** Beyond the window, beyond whatever cuts it off, or beyond the side of its own block. */
  function runsOut(text, holder) {
    const range = document.createRange();
    range.selectNodeContents(text);
    const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
    const beyond = (box, sides) => rects.some((rect) => sides.some((side) => (
      side === 'left' || side === 'top' ? rect[side] < box[side] - NEAR : rect[side] > box[side] + NEAR
    )));
    const all = ['left', 'top', 'right', 'bottom'];
    const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    if (beyond(screen, all)) found.push(`out of the window: ${text.data}`);
    let block;
    for (let around = holder; around !== null && around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (block === undefined && !style.display.startsWith('inline')) block = around;
      if (style.overflowX !== 'visible' && beyond(around.getBoundingClientRect(), all)) found.push(`cut off: ${text.data}`);
    }
    if (block !== undefined && beyond(block.getBoundingClientRect(), ['left', 'right'])) found.push(`out of its box: ${text.data}`);
  }

  /** A Chinese piece between two marks stands on one line. */
  function breaks(text, holder) {
    if (holder.closest('[lang]')?.lang !== 'zh-CN' || holder.closest('bdi, input') !== null) return;
    for (const piece of text.data.matchAll(/[^\s，；：。！？、·（）“”／/]+/g)) {
      if (!/\p{Script=Han}/u.test(piece[0])) continue;
      const range = document.createRange();
      range.setStart(text, piece.index);
      range.setEnd(text, piece.index + piece[0].length);
      const lines = [...range.getClientRects()].filter(({ width }) => width > 0).map(({ bottom }) => bottom);
      if (Math.max(...lines) - Math.min(...lines) > 4) found.push(`broken inside a word: ${piece[0]}`);
    }
  }
}
