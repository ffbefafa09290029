import { expect, test } from 'vitest';

import { parse } from '../station/preview';
import { type Typed, checked } from '../station/registration';

const TYPED: Typed = { name: ' 赵小兰 ', year: '1990', lastFour: '38x7', holder: null };

test('what staff type is trimmed, and the last four are written large', () => {
  expect(checked(TYPED, 2026)).toEqual({
    wrong: [],
    command: { command: 'register', name: '赵小兰', birth_year: 1990, last_four: '38X7', class: null },
  });
});

test('birth year and class may be left out', () => {
  expect(checked({ ...TYPED, year: ' ', holder: 'minor' }, 2026).command).toMatchObject({ birth_year: null, class: 'minor' });
});

test('what is missing or cannot be is named, all at once', () => {
  expect(checked({ name: ' ', year: '2027', lastFour: '38-7', holder: null }, 2026)).toEqual({
    wrong: ['name', 'year', 'lastFour'],
    command: null,
  });
  expect(checked({ ...TYPED, year: '1899' }, 2026).wrong).toEqual(['year']);
  expect(checked({ ...TYPED, lastFour: '38277' }, 2026).wrong).toEqual(['lastFour']);
});

test('a preview frame is its corners and its picture', () => {
  const frame = parse(bytes([1, 1, 0, 2, 0, 0, 1, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 0xff, 0xd8]));
  expect(frame?.codes).toEqual([[[1, 2], [256, 4], [5, 6], [7, 8]]]);
  expect([...(frame?.jpeg ?? [])]).toEqual([0xff, 0xd8]);
});

test('a frame without a picture is none', () => {
  expect([bytes([]), bytes([0]), bytes([1, 0, 0]), bytes([255, 1])].map(parse)).toEqual([null, null, null, null]);
});

function bytes(values: number[]): ArrayBuffer {
  return new Uint8Array(values).buffer;
}
