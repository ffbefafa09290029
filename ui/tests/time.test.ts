import { expect, test } from 'vitest';

import { keysPlace, statusPlace } from '../shared/ages';
import {
  DAY, HOUR, MINUTE, ago, dayAndTime, dayAndWeekday, daysAgo, duration, fullDate, howOld, lastDay, monthAndDay, timeOfDay, written, year,
} from '../shared/time';
import { speak } from '../shared/words.svelte';

/** 2026-11-24 15:59:59 UTC: a second before midnight in Shanghai. */
const LATE = 1_795_535_999;
const SHANGHAI = 480;

test('the clock is the venue’s, wherever the laptop thinks it is', () => {
  expect(timeOfDay(LATE, SHANGHAI)).toBe('23:59:59');
  expect(timeOfDay(LATE + 1, SHANGHAI)).toBe('00:00:00');
  expect(timeOfDay(LATE, -210)).toBe('12:29:59');
  expect(monthAndDay(LATE + 1, SHANGHAI)).toBe('11月25日');
});

test('a day is written as each language writes it', () => {
  expect([dayAndWeekday(LATE, SHANGHAI), fullDate(LATE, SHANGHAI)]).toEqual(['11月24日 星期二', '2026年11月24日']);
  speak('en');
  expect([dayAndWeekday(LATE, SHANGHAI), fullDate(LATE, SHANGHAI)]).toEqual(['Tuesday 24 November', '24 Nov 2026']);
});

test('a year begins at the venue’s midnight', () => {
  const newYear = 1_798_732_800; // 2026-12-31T16:00:00Z
  expect([year(newYear - 1, SHANGHAI), year(newYear, SHANGHAI), year(newYear, 0)]).toEqual([2026, 2027, 2026]);
});

test('what ends at the venue’s midnight is valid to the day before, as on the sheet', () => {
  const midnight = LATE + 1;
  expect([lastDay(midnight, SHANGHAI), lastDay(midnight + 1, SHANGHAI)]).toEqual(['2026年11月24日', '2026年11月25日']);
  speak('en');
  expect(lastDay(midnight, SHANGHAI)).toBe('24 Nov 2026');
});

test('yesterday begins at the venue’s midnight', () => {
  expect(dayAndTime(LATE, LATE, SHANGHAI)).toBe('今天 23:59');
  expect(dayAndTime(LATE, LATE + 1, SHANGHAI)).toBe('昨天 23:59');
  expect(dayAndTime(LATE - DAY, LATE + 1, SHANGHAI)).toBe('11月23日 23:59');
});

test('a length is told in the one unit that fits', () => {
  speak('en');
  const told = [0, 89 * MINUTE + 59, 90 * MINUTE, 47 * HOUR + 3_599, 48 * HOUR, 3 * DAY].map(duration);
  expect(told).toEqual(['0 min', '89 min', '1 h', '47 h', '2 days', '3 days']);
});

test('within the first minute it is now, and what lies ahead is now too', () => {
  speak('en');
  expect([ago(LATE, LATE + 59), ago(LATE, LATE + 60), ago(LATE + 600, LATE)]).toEqual(['just now', '1 min ago', 'just now']);
  expect([howOld(59), howOld(60)]).toEqual(['just now', '1 min']);
});

test('a date that a code writes is told as far as it goes, and one that is none stays as it is', () => {
  const dates = ['1964-03-14', '1964-03', '1964', '2026-02-31', '0000-00-00', '1964-13', '14.03.1964', ''];
  expect(dates.map(written)).toEqual(['1964年3月14日', '1964年3月', '1964年', ...dates.slice(3)]);
  speak('en');
  expect(dates.map(written)).toEqual(['14 Mar 1964', 'Mar 1964', '1964', ...dates.slice(3)]);
});

test('days are counted from the venue’s midnight, and many of them as years', () => {
  speak('en');
  const ago = ['2026-11-25', '2026-11-24', '2026-11-23', '2024-11-24', '2024-11-23', '2019-02-11', '2026-11', 'x'];
  expect(ago.map((day) => daysAgo(day, LATE, SHANGHAI))).toEqual([null, 'today', '1 day ago', '730 days ago', '2 years ago', '7 years ago', null, null]);
  expect(daysAgo('2026-11-24', LATE + 1, SHANGHAI)).toBe('1 day ago');
});

test('12 minutes and 31 hours stand far apart, and each limit at its mark', () => {
  const place = (hours: number): number => Math.round(statusPlace(hours * HOUR, 24, 72));
  expect([0, 0.2, 24, 48, 72, 144, 9_999].map(place)).toEqual([0, 3, 60, 76, 91, 100, 100]);
});

test('keys run down towards the right', () => {
  const place = (days: number): number => Math.round(keysPlace(days * DAY));
  expect([200, 90, 44, 14, 7, 0, -3].map(place)).toEqual([0, 0, 36, 60, 76, 95, 95]);
});
