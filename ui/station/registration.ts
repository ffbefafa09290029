// What a registration by hand must hold before it is sent. The station checks it again.
import type { Command, HolderClass } from '../shared/bindings';

export const EARLIEST_BIRTH_YEAR = 1900;

export interface Typed {
  readonly name: string;
  readonly year: string;
  readonly lastFour: string;
  readonly holder: HolderClass | null;
}

export interface Checked {
  readonly wrong: readonly ('name' | 'year' | 'lastFour')[];
  /** What to send; none while something is wrong. */
  readonly command: Extract<Command, { command: 'register' }> | null;
}

export function checked(typed: Typed, thisYear: number): Checked {
  const name = typed.name.trim();
  const year = birthYear(typed.year.trim(), thisYear);
  const lastFour = typed.lastFour.trim().toUpperCase();
  const wrong: Checked['wrong'] = [
    ...(name === '' ? ['name' as const] : []),
    ...(year === 'wrong' ? ['year' as const] : []),
    ...(/^[0-9A-Z]{4}$/.test(lastFour) ? [] : ['lastFour' as const]),
  ];
  if (wrong.length > 0 || year === 'wrong') return { wrong, command: null };

  return { wrong, command: { command: 'register', name, birth_year: year, last_four: lastFour, class: typed.holder } };
}

function birthYear(typed: string, thisYear: number): number | null | 'wrong' {
  if (typed === '') return null;
  const year = /^\d{4}$/.test(typed) ? Number(typed) : 0;

  return year >= EARLIEST_BIRTH_YEAR && year <= thisYear ? year : 'wrong';
}
