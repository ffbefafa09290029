// The colours that must never drift: contrast by WCAG 2.2, from the tokens themselves.
import { describe, expect, test } from 'vitest';

import tokens from '../shared/tokens.css?raw';

const [light, dark] = [block(':root {'), { ...block(':root {'), ...block('[data-theme="dark"] {') }];

test('verdicts have their colours, in both themes', () => {
  for (const theme of [light, dark]) {
    expect(['--admit', '--attention', '--refuse', '--undecided'].map((name) => theme[name])).toEqual([
      '#00695C', '#FFC800', '#B00020', '#2B3036',
    ]);
  }
});

describe.each([['light', light], ['dark', dark]])('%s', (_, theme) => {
  test.each([
    ['--on-admit', '--admit'],
    ['--on-attention', '--attention'],
    ['--on-refuse', '--refuse'],
    ['--on-undecided', '--undecided'],
    ['--on-undecided', '--undecided-deep'],
    ['--ink', '--paper'],
    ['--ink-2', '--paper'],
    ['--ink-2', '--paper-2'],
    ['--ink', '--door'],
    ['--ink-2', '--door'],
    ['--warn-ink', '--warn-wash'],
    ['--on-cobalt', '--cobalt'],
    ['--on-well', '--well'],
    ['--on-well-2', '--well'],
  ])('%s can be read on %s', (text, ground) => {
    expect(contrast(theme[text], theme[ground])).toBeGreaterThanOrEqual(6.1);
  });

  test.each([
    ['--edge', '--paper'],
    ['--cobalt', '--paper'],
    ['--cobalt', '--door'],
  ])('the outline %s is seen on %s', (line, ground) => {
    expect(contrast(theme[line], theme[ground])).toBeGreaterThanOrEqual(3);
  });
});

function block(opening: string): Record<string, string> {
  const body = tokens.slice(tokens.indexOf(opening)).split('\n}')[0] ?? '';

  return Object.fromEntries([...body.matchAll(/(--[\w-]+):\s*(#[0-9A-F]{6})/g)].map((match) => [match[1], match[2]]));
}

function contrast(one: string | undefined, other: string | undefined): number {
  const [dimmer, brighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);

  return ((brighter ?? 0) + 0.05) / ((dimmer ?? 0) + 0.05);
}

function luminance(colour: string | undefined): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour?.slice(at, at + 2) ?? '', 16) / 255;

    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };

  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
