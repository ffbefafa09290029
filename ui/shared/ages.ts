// Where an age stands on its scale: 0 is fresh, 60 the limit of the warning, 91 where it stops, 100 the end.
import { DAY, HOUR } from './time';

const WARN = 60;
const STOP = 91;

/** Keys are shown by the days that are left of this many. */
export const KEYS_FULL_DAYS = 90;
export const KEYS_WARN_DAYS = 14;

/** The first hours get most of the room up to the warning; after it every hour has the same. */
export function statusPlace(ageSeconds: number, warnHours: number, stopHours: number): number {
  const hours = Math.max(0, ageSeconds / HOUR);
  if (hours <= warnHours) return (WARN * Math.log1p(hours)) / Math.log1p(warnHours);
  if (hours >= stopHours) return Math.min(100, STOP + (hours - stopHours) / stopHours * 9);

  return WARN + ((STOP - WARN) * (hours - warnHours)) / (stopHours - warnHours);
}

/** Keys run down: full at the left, the last fortnight in the warning, expired at the right. */
export function keysPlace(leftSeconds: number): number {
  const days = Math.min(KEYS_FULL_DAYS, leftSeconds / DAY);
  if (days <= 0) return 95;
  if (days <= KEYS_WARN_DAYS) return WARN + (STOP - WARN) * (1 - days / KEYS_WARN_DAYS);

  return (WARN * (KEYS_FULL_DAYS - days)) / (KEYS_FULL_DAYS - KEYS_WARN_DAYS);
}
