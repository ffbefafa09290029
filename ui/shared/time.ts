// Points in time as the venue's wall clock shows them. Nothing here asks a clock.
import type { Timestamp } from './bindings';
import { language, say } from './words.svelte';

export const MINUTE = 60;
export const HOUR = 3_600;
export const DAY = 86_400;

/** A wall clock that is `offsetMinutes` ahead of UTC; shown by a formatter that is told UTC. */
function shifted(at: Timestamp, offsetMinutes: number): Date {
  return new Date((at + offsetMinutes * MINUTE) * 1_000);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `14:32` */
export function hoursAndMinutes(at: Timestamp, offsetMinutes: number): string {
  const date = shifted(at, offsetMinutes);

  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** `07` */
export function seconds(at: Timestamp, offsetMinutes: number): string {
  return two(shifted(at, offsetMinutes).getUTCSeconds());
}

/** `14:32:07` */
export function timeOfDay(at: Timestamp, offsetMinutes: number): string {
  return `${hoursAndMinutes(at, offsetMinutes)}:${seconds(at, offsetMinutes)}`;
}

/** `2026` */
export function year(at: Timestamp, offsetMinutes: number): number {
  return shifted(at, offsetMinutes).getUTCFullYear();
}

/** `11月23日 星期一`, `Monday 23 November` */
export function dayAndWeekday(at: Timestamp, offsetMinutes: number): string {
  const date = shifted(at, offsetMinutes);
  if (language() === 'en') {
    return parts(date, { weekday: 'long', day: 'numeric', month: 'long' }, ['weekday', 'day', 'month']);
  }

  return `${monthAndDay(at, offsetMinutes)} ${format(date, { weekday: 'long' })}`;
}

/** `11月23日`, `23 Nov` */
export function monthAndDay(at: Timestamp, offsetMinutes: number): string {
  const date = shifted(at, offsetMinutes);
  if (language() === 'en') return parts(date, { day: 'numeric', month: 'short' }, ['day', 'month']);

  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日`;
}

/** `2027年3月12日`, `12 Mar 2027` */
export function fullDate(at: Timestamp, offsetMinutes: number): string {
  const date = shifted(at, offsetMinutes);
  if (language() === 'en') {
    return parts(date, { day: 'numeric', month: 'short', year: 'numeric' }, ['day', 'month', 'year']);
  }

  return `${date.getUTCFullYear()}年${monthAndDay(at, offsetMinutes)}`;
}

/** A calendar day, month or year as a code writes it (ISO 8601), wherever the reader is; what is none stays as it is. */
export function written(date: string): string {
  const [, years = '', months, days] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(date) ?? [];
  const [month, day] = [Number(months ?? 1), Number(days ?? 1)];
  const found = calendarDay(Number(years), month, day);
  if (found === null) return date;
  if (language() === 'en') {
    const order = (['day', 'month', 'year'] as const).slice(days !== undefined ? 0 : months !== undefined ? 1 : 2);

    return parts(found, { day: 'numeric', month: 'short', year: 'numeric' }, order);
  }

  return `${years}年${months === undefined ? '' : `${month}月`}${days === undefined ? '' : `${day}日`}`;
}

/** Days from a calendar day to today at the venue; none for what is no day. */
export function daysSince(date: string, now: Timestamp, offsetMinutes: number): number | null {
  const [, years, months, days] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
  const found = calendarDay(Number(years), Number(months), Number(days));

  return found === null ? null : dayNumber(now, offsetMinutes) - found.getTime() / (DAY * 1_000);
}

/** From so many days on, years are counted. */
const MANY_DAYS = 731;
const DAYS_A_YEAR = 365.25;

/** `今天`, `1 天前`, `7 年前`; none for what is to come, or is no day. */
export function daysAgo(date: string, now: Timestamp, offsetMinutes: number): string | null {
  const days = daysSince(date, now, offsetMinutes);
  if (days === null || days < 0) return null;

  if (days === 0) return say('age.today');
  const age = days < MANY_DAYS ? say('age.days', { n: days }) : say('age.years', { n: Math.floor(days / DAYS_A_YEAR) });

  return say('age.ago', { age });
}

/** The last day that counts before `end`, as the sheet prints it: what ends at midnight is valid to the day before. */
export function lastDay(end: Timestamp, offsetMinutes: number): string {
  return fullDate(end - 1, offsetMinutes);
}

/** `今天 14:20`, `Yesterday 09:05`, `20 Nov 14:05` */
export function dayAndTime(at: Timestamp, now: Timestamp, offsetMinutes: number): string {
  const time = hoursAndMinutes(at, offsetMinutes);
  const daysBack = dayNumber(now, offsetMinutes) - dayNumber(at, offsetMinutes);
  if (daysBack === 0) return say('day.today', { time });
  if (daysBack === 1) return say('day.yesterday', { time });

  return say('day.other', { date: monthAndDay(at, offsetMinutes), time });
}

/** How long something lasted, in the one unit that fits: minutes to 90, hours to 48, then days. */
export function duration(inSeconds: number): string {
  const length = Math.max(0, inSeconds);
  if (length < 90 * MINUTE) return say('age.minutes', { n: Math.floor(length / MINUTE) });
  if (length < 48 * HOUR) return say('age.hours', { n: Math.floor(length / HOUR) });

  return say('age.days', { n: Math.floor(length / DAY) });
}

/** An age by itself: `12 分钟`; `刚刚` within the first minute. */
export function howOld(inSeconds: number): string {
  return inSeconds < MINUTE ? say('age.now') : duration(inSeconds);
}

/** `12 分钟前`; `刚刚` within the first minute, and for what a corrected clock puts ahead of now. */
export function ago(at: Timestamp, now: Timestamp): string {
  if (now - at < MINUTE) return say('age.now');

  return say('age.ago', { age: duration(now - at) });
}

/** None for the 31st of February. */
function calendarDay(year: number, month: number, day: number): Date | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;

  return same ? date : null;
}

function dayNumber(at: Timestamp, offsetMinutes: number): number {
  return Math.floor((at + offsetMinutes * MINUTE) / DAY);
}

function format(date: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language(), { ...options, timeZone: 'UTC' }).format(date);
}

/** In our order: what stands between the parts differs from one webview to the next. */
function parts(
  date: Date,
  options: Intl.DateTimeFormatOptions,
  order: readonly Intl.DateTimeFormatPartTypes[],
): string {
  const found = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).formatToParts(date);
  const named = (type: string): string => found.find((part) => part.type === type)?.value ?? '';

  return order.map(named).join(' ');
}
