// The rows of what foreign codes prove.
import type { PersonView, ProofView } from '../shared/bindings';
import { HOUR, ago, daysAgo, fullDate, hoursAndMinutes, written } from '../shared/time';
import { say } from '../shared/words.svelte';

export interface ProofRow {
  /** Each its own: there may be several proofs of a kind. */
  readonly row: `proof-${string}`;
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  /** A positive test: where a test decided, it was this one. */
  readonly positive?: true;
}

/** Whether a person is known by a foreign code alone: not by a resident's paper, which is in the status list. */
export function isForeign(person: PersonView): boolean {
  return person.proofs.length > 0 && person.status === null;
}

/** What was shown, each kind once, in the order of the codes. */
export function kindsOf(proofs: readonly ProofView[]): string {
  return [...new Set(proofs.map(({ proof }) => say(`proof.${proof}`)))].join(' · ');
}

/** Times are the venue's, and so are the days that are counted. */
export function proofRows(proofs: readonly ProofView[], clock: number, offset: number): readonly ProofRow[] {
  return proofs.flatMap((proof, at) => (
    rowsOf(proof, clock, offset).map((row, part): ProofRow => ({ ...row, row: `proof-${at}-${part}` }))
  ));
}

type Untold = Omit<ProofRow, 'row'>;

function rowsOf(proof: ProofView, clock: number, offset: number): readonly Untold[] {
  switch (proof.proof) {
    case 'vaccination':
      return [vaccination(proof, clock, offset)];
    case 'test':
      return [test(proof, clock, offset)];
    case 'recovery':
      return [
        { label: say('proof.positive_on'), value: written(proof.positive_on), ...ageOf(proof.positive_on, clock, offset) },
        { label: say('proof.counts'), value: written(proof.until), note: say('proof.from', { date: written(proof.from) }) },
      ];
    case 'pass':
      return [{ label: say('proof.pass'), value: say('proof.pass_given') }];
    case 'identity':
      return [{ label: say('proof.identity'), value: say('proof.identity_only') }];
    case 'ticket':
      return [ticket(proof)];
  }
}

type Of<Kind extends ProofView['proof']> = Extract<ProofView, { proof: Kind }>;

function vaccination(proof: Of<'vaccination'>, clock: number, offset: number): Untold {
  const age = daysAgo(proof.on, clock, offset);
  const day = written(proof.on);

  return {
    label: dose(proof),
    value: proof.vaccine === '' ? say('proof.vaccine_none') : proof.vaccine,
    note: age === null ? day : say('proof.on', { date: day, age }),
  };
}

function dose({ dose: n, doses: m }: Of<'vaccination'>): string {
  if (n === null) return say('proof.dose_uncounted');

  return m === null ? say('proof.dose', { n }) : say('proof.dose_of', { n, m });
}

function test({ method, result, at, on }: Of<'test'>, clock: number, offset: number): Untold {
  // Rules count a sample's age in hours; where the code has a day alone, nobody knows the hour.
  const age = at === null ? daysAgo(on, clock, offset) : sampled(at, clock);
  const outcome = say(`test_outcome.${result}`);
  const day = at === null
    ? written(on)
    : say('day.other', { date: fullDate(at, offset), time: hoursAndMinutes(at, offset) });

  return {
    label: say(`test_method.${method}`),
    value: age === null ? outcome : say('proof.tested', { outcome, age }),
    note: say('proof.sampled', { day }),
    ...(result === 'positive' ? { positive: true } : {}),
  };
}

function sampled(at: number, clock: number): string | null {
  if (at > clock) return null;

  return clock - at < HOUR ? ago(at, clock) : say('age.ago', { age: say('age.hours', { n: Math.floor((clock - at) / HOUR) }) });
}

function ticket({ product, item, variation, subevent }: Of<'ticket'>): Untold {
  const of = [
    ...(variation === 0 ? [] : [say('ticket.variation', { n: variation })]),
    ...(subevent === 0 ? [] : [say('ticket.date', { n: subevent })]),
  ];
  const row = { label: say('proof.ticket'), value: product ?? say('ticket.item', { n: item }) };

  return of.length === 0 ? row : { ...row, note: of.join(' · ') };
}

function ageOf(on: string, clock: number, offset: number): { readonly note?: string } {
  const age = daysAgo(on, clock, offset);

  return age === null ? {} : { note: age };
}
