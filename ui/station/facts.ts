// The rows of facts on the paper.
import type { BesideView, Colour, KnowledgeView, PersonView, ReasonView, StatusView, TestView } from '../shared/bindings';
import { type Row, decidingRow } from '../shared/reasons';
import { country, issuerOf } from '../shared/origin';
import { HOUR, ago, dayAndTime, duration, hoursAndMinutes, lastDay, monthAndDay, written } from '../shared/time';
import { say } from '../shared/words.svelte';
import { type ProofRow, isForeign, proofRows } from './proofs';

export interface Fact {
  readonly row: Row | 'claims' | 'issuer' | 'keys' | 'last_four' | ProofRow['row'] | `${'issuer' | 'name'}-${number}`;
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly washed: boolean;
  /** A code mark before the value; `null` is the grey one. */
  readonly mark?: Colour | null;
}

export interface Known {
  readonly person: PersonView | null;
  readonly knowledge: KnowledgeView;
  readonly deciding: ReasonView | null;
  readonly clock: number;
  readonly offset: number;
  readonly compares: boolean;
  readonly covered: boolean;
  /** What was shown is no resident's paper. */
  readonly foreign: boolean;
}

export function factsOf(known: Known): readonly Fact[] {
  const { person } = known;
  const washed = known.deciding === null ? null : decidingRow(known.deciding.reason);
  const rows = person === null ? unproven(known) : proven(known, person);

  return rows.map(({ positive = false, ...row }) => (
    { ...row, washed: row.row === washed || (positive && washed === 'test') || stale(known, row) }
  ));
}

type Unwashed = Omit<Fact, 'washed'> & Pick<ProofRow, 'positive'>;

function proven(known: Known, person: PersonView): readonly Unwashed[] {
  const { status } = person;
  const proofs = proofRows(person.proofs, known.clock, known.offset);
  if (isForeign(person)) {
    const until = person.expires === null ? [] : [expires(known, person.expires, say('facts.valid_to'))];

    return [...proofs, ...seen(known), issuer(person), ...beside(person), ...until];
  }

  return [
    ...(status === null
      ? []
      : revoked(known) ? [unasked('colour'), unasked('test')] : [colour(known, status), test(known, status.test)]),
    asOf(known, status?.as_of ?? known.knowledge.status_as_of),
    ...(person.expires === null ? [] : [expires(known, person.expires)]),
    ...proofs,
    ...beside(person),
    ...seen(known),
    ...holder(known, person),
    ...(person.looked_up ? [issuer(person)] : []),
    ...(known.compares && !person.looked_up ? [{ row: 'last_four' as const, label: say('facts.last_four'), value: person.last_four }] : []),
  ];
}

/** Nothing of what a code claims is shown before it is proven. */
function unproven(known: Known): readonly Unwashed[] {
  const claims: Unwashed = {
    row: 'claims',
    label: known.covered ? say('facts.person') : say('facts.claims'),
    value: known.covered ? say('facts.covered') : say('facts.claims_hidden'),
  };
  // The list is of residents: of nobody else it says anything.
  if (known.foreign) return [claims, ...keys(known)];
  const listed = asOf(known, known.knowledge.status_as_of);

  return known.covered ? [claims, listed] : [claims, unasked('colour'), listed, ...keys(known)];
}

/** The list keeps neither colour nor sample of a revoked sheet; that says nothing of the person. */
function revoked(known: Known): boolean {
  const reason = known.deciding?.reason;

  return reason === 'revoked' || reason === 'revoked_lost' || reason === 'revoked_reissued';
}

function unasked(row: 'colour' | 'test'): Unwashed {
  const value = say('colour.unasked');

  return row === 'test' ? { row, label: say('facts.test'), value } : { row, label: say('facts.colour'), value, mark: null };
}

function colour(known: Known, status: StatusView): Unwashed {
  const label = say('facts.colour');
  if (status.colour === null) return { row: 'colour', label, value: say('colour.none'), mark: null };
  const word = say(`colour.${status.colour}`);
  if (!tooOld(known, status.as_of)) return { row: 'colour', label, value: word, mark: status.colour };

  return { row: 'colour', label, value: say('colour.was', { colour: word, age: ago(status.as_of, known.clock) }), mark: null };
}

function test(known: Known, view: TestView): Unwashed {
  const label = say('facts.test');
  switch (view.result) {
    case 'none':
      return { row: 'test', label, value: say('test.none') };
    case 'positive':
      return { row: 'test', label, value: say('test.positive') };
    case 'negative': {
      const age = known.clock - view.from;

      return {
        row: 'test',
        label,
        // Rules count from the slot's start, and in hours: so does this age.
        value: say('test.negative', { age: say('age.ago', { age: say('age.hours', { n: Math.max(0, Math.floor(age / HOUR)) }) }) }),
        note: say('test.sampled', {
          date: monthAndDay(view.from, known.offset),
          from: hoursAndMinutes(view.from, known.offset),
          until: hoursAndMinutes(view.until, known.offset),
        }),
      };
    }
  }
}

function asOf(known: Known, at: number | null): Unwashed {
  const label = say('facts.as_of');
  if (at === null) return { row: 'as_of', label, value: say('facts.none') };
  const age = ago(at, known.clock);
  const note = tooOld(known, at) ? say('facts.limit', { age, h: known.knowledge.status_stop_hours }) : age;

  return { row: 'as_of', label, value: dayAndTime(at, known.clock, known.offset), note };
}

/** Who vouches for it; some formats name nobody, and then the trust list is what stands for it. */
function issuer(person: PersonView): Unwashed {
  return { row: 'issuer', label: say('facts.issuer'), ...voucher(person) };
}

/** Who vouches for a proof that was laid beside it, and whose name is on it if that is another one. */
function beside(person: PersonView): readonly Unwashed[] {
  return person.beside.flatMap((other, at): readonly Unwashed[] => [
    ...(other.name === null ? [] : [{ row: `name-${at}` as const, label: say('facts.name_beside'), value: other.name, ...born(other) }]),
    { row: `issuer-${at}`, label: say('facts.issuer_beside'), ...voucher(other) },
  ]);
}

function born({ birth_date: on }: BesideView): Pick<Fact, 'note'> {
  return on === null ? {} : { note: say('person.born_on', { on: written(on) }) };
}

function voucher(of: Pick<PersonView, 'issuer' | 'country'>): Pick<Fact, 'value' | 'note'> {
  const name = of.issuer === null ? null : issuerOf(of.issuer);
  const from = of.country === null ? null : country(of.country);
  const value = name ?? from ?? say('facts.issuer_none');

  return from === null || from === value ? { value } : { value, note: from };
}

function expires(known: Known, at: number, label = say('facts.expires')): Unwashed {
  const fact: Unwashed = { row: 'expires', label, value: lastDay(at, known.offset) };
  switch (known.deciding?.reason) {
    case 'revoked':
    case 'revoked_lost':
    case 'revoked_reissued':
    case 'lifetime_too_long':
      return { ...fact, note: say(`reason.${known.deciding.reason}.short`) };
    case 'not_yet_valid':
      return { ...fact, note: say('facts.not_begun') };
    default:
      return known.clock >= at ? { ...fact, note: say('facts.over', { age: duration(known.clock - at) }) } : fact;
  }
}

function seen(known: Known): readonly Unwashed[] {
  const { deciding } = known;
  if (deciding === null || decidingRow(deciding.reason) !== 'seen' || deciding.amount === null) return [];

  return [{ row: 'seen', label: say('facts.seen'), value: say('age.ago', { age: say('age.minutes', { n: deciding.amount }) }) }];
}

function holder(known: Known, person: PersonView): readonly Unwashed[] {
  if (known.deciding?.reason !== 'class_differs') return [];
  const value = say(person.class === null ? 'class.none' : `class.${person.class}`);
  const fact: Unwashed = { row: 'class', label: say('facts.class'), value };

  return [person.birth_year === null ? fact : { ...fact, note: say('person.born', { on: person.birth_year }) }];
}

function keys(known: Known): readonly Unwashed[] {
  const at = known.knowledge.keys_until;

  return at === null ? [] : [{ row: 'keys', label: say('facts.keys'), value: lastDay(at, known.offset) }];
}

function tooOld(known: Known, at: number): boolean {
  return known.clock - at >= known.knowledge.status_stop_hours * HOUR;
}

/** An old list is washed wherever it is shown, and so is the colour that it gave. */
function stale(known: Known, fact: Unwashed): boolean {
  if (fact.row !== 'as_of' && fact.row !== 'colour') return false;
  const at = known.person?.status?.as_of ?? known.knowledge.status_as_of;
  const limit = fact.row === 'as_of' ? known.knowledge.status_warn_hours : known.knowledge.status_stop_hours;

  return at !== null && known.person !== null && known.clock - at >= limit * HOUR;
}
