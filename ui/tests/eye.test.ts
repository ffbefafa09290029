// A picture that stands still must not look live.
import { render } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Shell } from '../shared/shell';
import { say } from '../shared/words.svelte';
import Eye from '../station/Eye.svelte';
import { Noting } from './shell';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 2, height: 2, close: () => undefined }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('two seconds without a picture are told, the old one is covered, and the next one is shown', async () => {
  const noting = new Noting();
  const shell: Shell = noting;
  let draw: (frame: ArrayBuffer) => void = () => undefined;
  shell.preview = (drawn) => {
    draw = drawn;

    return Promise.resolve();
  };
  const { container } = render(Eye, { shell, demo: false });
  const frozen = (): boolean => container.querySelector('canvas.frozen') !== null;
  draw(new Uint8Array([0, 0xff, 0xd8]).buffer);
  await vi.advanceTimersByTimeAsync(1_900);
  expect([frozen(), container.textContent.trim(), noting.drawn]).toEqual([false, say('scan.preview'), 1]);
  await vi.advanceTimersByTimeAsync(200);
  expect([frozen(), container.textContent.trim()]).toEqual([true, say('scan.frozen')]);
  draw(new Uint8Array([0, 0xff, 0xd8]).buffer);
  await vi.advanceTimersByTimeAsync(10);
  expect([frozen(), container.textContent.trim()]).toEqual([false, say('scan.preview')]);
});
