import { describe, expect, test } from 'vitest';

import type { KnowledgeView, PersonView, ReasonView, RuleView } from '../shared/bindings';
import { sizeOf, step, why } from '../shared/reasons';
import { HOUR } from '../shared/time';
import { speak } from '../shared/words.svelte';
import { type Fact, type Known, factsOf } from '../station/facts';
import { NOW, PERSON, SCREENS, STATUS } from '../stories/fixtures';

const PUBLIC: RuleView = { preset: 'public_place', test_within_hours: 48, identity_check: true };
const HOME: RuleView = { preset: 'residential', test_within_hours: null, identity_check: true };
const FRESH: KnowledgeView = SCREENS.scan.knowledge;

describe('a reason', () => {
  const told: readonly [ReasonView, RuleView | null, string][] = [
    [{ reason: 'rules_hold', amount: null }, PUBLIC, 'Green code, negative within 48 h.'],
    [{ reason: 'rules_hold', amount: null }, HOME, 'Green code.'],
    [{ reason: 'status_ageing', amount: 26 }, PUBLIC, 'All rules hold; status is 26 h old.'],
    [{ reason: 'seen_recently', amount: 1 }, PUBLIC, 'Admitted here 1 minute ago.'],
    [{ reason: 'seen_recently', amount: 4 }, PUBLIC, 'Admitted here 4 minutes ago.'],
    [{ reason: 'expired', amount: 0 }, PUBLIC, 'Expired less than a day ago.'],
    [{ reason: 'expired', amount: 12 }, PUBLIC, 'Expired 12 days ago.'],
    [{ reason: 'not_yet_valid', amount: 0 }, PUBLIC, 'Valid later today.'],
    [{ reason: 'not_yet_valid', amount: 1 }, PUBLIC, 'Valid from tomorrow.'],
    [{ reason: 'not_yet_valid', amount: 3 }, PUBLIC, 'Valid in 3 days.'],
    [{ reason: 'no_test', amount: 10 }, PUBLIC, 'No sample in 10 days.'],
    [{ reason: 'no_test', amount: null }, PUBLIC, 'No sample on record.'],
    [{ reason: 'test_too_old', amount: 53 }, PUBLIC, 'Last negative 53 h ago, 48 h wanted.'],
    [{ reason: 'status_too_old', amount: 77 }, PUBLIC, 'Our status list is 3 days old.'],
    [{ reason: 'status_too_old', amount: null }, PUBLIC, 'We have no status list yet.'],
    [{ reason: 'test_unknown', amount: 31 }, PUBLIC, 'List is 31 h old; a newer test may exist.'],
    [{ reason: 'ticket_used', amount: 1 }, PUBLIC, 'Ticket used here 1 minute ago.'],
    [{ reason: 'ticket_used', amount: 4 }, PUBLIC, 'Ticket used here 4 minutes ago.'],
    [{ reason: 'rule_not_met', amount: null }, PUBLIC, 'A rule of this venue is not met.'],
    [{ reason: 'forged', amount: null }, null, 'False signature: not issued by the authority, or altered.'],
  ];
  test.each(told)('%o is told with its amount', (view, rule, sentence) => {
    speak('en');
    expect(why(view, rule)).toBe(sentence);
  });
});

test('of a foreign code no residents’ office and no health colour is spoken, and at an event no resident’s paper is asked for', () => {
  speak('en');
  expect(why({ reason: 'rules_hold', amount: null }, PUBLIC, true)).toBe('All rules of this venue hold.');
  expect(why({ reason: 'revoked', amount: null }, PUBLIC, true)).toBe('Withdrawn by its issuer.');
  for (const reason of ['expired', 'revoked', 'signer_not_valid'] as const) {
    expect(step(reason)).toContain('residents’ office');
    expect(step(reason, PUBLIC, true)).not.toContain('residents’ office');
  }
  for (const reason of ['kind_not_allowed', 'not_a_pass'] as const) {
    expect(step(reason, PUBLIC, true)).toBe('Ask for the resident’s sheet.');
    expect(step(reason, { ...HOME, preset: 'event' })).toBe('Ask for the ticket or a certificate.');
  }
});

test('the longer a rule’s sentence, the smaller it stands, and a Chinese letter counts for two', () => {
  expect([35, 36, 70, 71, 105, 106].map((n) => sizeOf('则'.repeat(n)))).toEqual(['', 'long', 'long', 'longer', 'longer', 'longest']);
  expect([70, 71, 140, 141, 200].map((n) => sizeOf('a'.repeat(n)))).toEqual(['', 'long', 'long', 'longer', 'longer']);
});

describe('the paper', () => {
  test('shows nothing that a code claims before it is proven', () => {
    const facts = factsOf(known({ person: null, deciding: { reason: 'forged', amount: null } }));
    expect(facts.map(({ row, value }) => [row, value])).toEqual([
      ['claims', '未经证实，不显示'],
      ['colour', '未查询'],
      ['as_of', '今天 14:20'],
      ['keys', '2027年1月4日'],
    ]);
  });

  test('has the same rows for everybody, and washes the one that decided', () => {
    const facts = factsOf(known({ deciding: { reason: 'test_too_old', amount: 53 } }));
    expect(facts.map(({ row }) => row)).toEqual(['colour', 'test', 'as_of', 'expires']);
    expect(washed(facts)).toEqual(['test']);
  });

  test('shows an old list’s colour without its colour, and washes both', () => {
    const old = { ...PERSON, status: { ...STATUS, as_of: NOW - 77 * HOUR } };
    const facts = factsOf(known({ person: old, deciding: { reason: 'status_too_old', amount: 77 } }));
    expect(facts[0]).toMatchObject({ row: 'colour', mark: null, washed: true });
    expect(facts[0]?.value).toContain('3 天前');
    expect(washed(facts)).toEqual(['colour', 'as_of']);
  });

  test('names the last day on which sheet and keys count, and says that they are over from the next second', () => {
    const midnight = 1_795_536_000; // 2026-11-24T16:00:00Z, the end of 24 November in Shanghai
    const sheet = (clock: number): Fact | undefined =>
      factsOf(known({ person: { ...PERSON, expires: midnight }, clock })).find(({ row }) => row === 'expires');
    expect([sheet(midnight - 1)?.value, sheet(midnight - 1)?.note]).toEqual(['2026年11月24日', undefined]);
    expect([sheet(midnight)?.value, sheet(midnight)?.note]).toEqual(['2026年11月24日', '已过 0 分钟']);
    const keys = factsOf(known({ person: null, knowledge: { ...FRESH, keys_until: midnight } })).find(({ row }) => row === 'keys');
    expect(keys?.value).toBe('2026年11月24日');
  });

  test('of a revoked sheet does not say that its holder is unknown or untested', () => {
    const status = { ...STATUS, colour: null, test: { result: 'none' } } as const;
    const facts = factsOf(known({ person: { ...PERSON, status }, deciding: { reason: 'revoked_lost', amount: null } }));
    expect(facts.slice(0, 2).map(({ row, value }) => [row, value])).toEqual([['colour', '未查询'], ['test', '未查询']]);
  });

  test('counts a sample from the start of its slot, in hours', () => {
    const status = { ...STATUS, test: { result: 'negative', from: NOW - 47 * HOUR, until: NOW - 43 * HOUR } } as const;
    expect(factsOf(known({ person: { ...PERSON, status } }))[1]?.value).toBe('阴性 · 47 小时前');
  });

  test('of somebody registered by hand knows no status', () => {
    const person: PersonView = { ...PERSON, issuer: null, expires: null, status: null };
    const facts = factsOf(known({ person, compares: true, deciding: { reason: 'by_hand', amount: null } }));
    expect(facts.map(({ row }) => row)).toEqual(['as_of', 'last_four']);
  });

  test('says why a sheet that has not expired is no longer valid', () => {
    const note = (reason: ReasonView['reason']): string | undefined =>
      factsOf(known({ deciding: { reason, amount: null } })).find(({ row }) => row === 'expires')?.note;
    expect([note('revoked_lost'), note('revoked_reissued'), note('rules_hold')]).toEqual(['已挂失', '已换新纸', undefined]);
  });
});

function known(changes: Partial<Known>): Known {
  return {
    person: PERSON, knowledge: FRESH, deciding: null, clock: NOW, offset: 480, compares: false, covered: false, foreign: false, ...changes,
  };
}

function washed(facts: readonly Fact[]): string[] {
  return facts.filter((fact) => fact.washed).map(({ row }) => row);
}
