import { describe, expect, test } from 'vitest';

import type { PersonView, ProofView } from '../shared/bindings';
import bindings from '../shared/bindings.d.ts?raw';
import { country, tongue } from '../shared/origin';
import { DAY, HOUR } from '../shared/time';
import { speak } from '../shared/words.svelte';
import { type Known, factsOf } from '../station/facts';
import { kindsOf, proofRows } from '../station/proofs';
import { NOW, PERSON, SCREENS } from '../stories/fixtures';

const SHANGHAI = 480;
/** One of each kind. */
const PROOFS: readonly ProofView[] = [
  { proof: 'vaccination', vaccine: 'Comirnaty', dose: 2, doses: 3, on: '2026-07-03' },
  { proof: 'test', method: 'naat', result: 'negative', at: NOW - 22 * HOUR, on: '2026-11-23' },
  { proof: 'recovery', positive_on: '2026-07-01', from: '2026-07-12', until: '2026-12-28' },
  { proof: 'pass' },
  { proof: 'identity' },
  { proof: 'ticket', product: null, item: 4_711, variation: 3, subevent: 0 },
];

describe('what a code proves', () => {
  test('every kind that there is has rows in both languages, and each row its own key', () => {
    const kinds = [...bindings.matchAll(/"proof": "(\w+)"/g)].map(([, kind]) => kind);
    expect(kinds).toEqual(PROOFS.map(({ proof }) => proof));
    for (const spoken of ['zh-CN', 'en'] as const) {
      speak(spoken);
      const rows = proofRows([...PROOFS, ...PROOFS], NOW, SHANGHAI);
      expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length);
      for (const row of rows) expect(Object.values(row).join(), row.row).not.toMatch(/undefined|null|NaN|\{/);
    }
  });

  test('is told with what matters in it', () => {
    speak('en');
    expect(told(PROOFS)).toEqual([
      ['Dose 2 of 3', 'Comirnaty', '3 Jul 2026, 144 days ago'],
      ['PCR test', 'Negative · 22 h ago', 'sampled 23 Nov 2026 16:32'],
      ['First positive', '1 Jul 2026', '146 days ago'],
      ['Counts to', '28 Dec 2026', 'from 12 Jul 2026'],
      ['Pass', 'Given by its issuer', undefined],
      ['Identity', 'Proves identity alone', undefined],
      ['Ticket', 'Product no. 4711', 'variation 3'],
    ]);
    speak('zh-CN');
    expect(told(PROOFS.slice(0, 2))).toEqual([
      ['第 2/3 剂', 'Comirnaty', '2026年7月3日，144 天前'],
      ['核酸检测', '阴性 · 22 小时前', '2026年11月23日 16:32 采样'],
    ]);
  });

  test('has no number that the code does not have', () => {
    speak('en');
    const dose = (changes: object): ProofView => (
      { proof: 'vaccination', vaccine: '', dose: null, doses: null, on: '2026-11-24', ...changes }
    );
    const labels = told([dose({}), dose({ dose: 1 }), dose({ doses: 2 })]).map(([label]) => label);
    expect(labels).toEqual(['Vaccination', 'Dose 1', 'Vaccination']);
    expect(told([dose({})])[0]?.slice(1)).toEqual(['Vaccine not named', '24 Nov 2026, today']);
    expect(told([{ proof: 'ticket', product: 'Day', item: 1, variation: 0, subevent: 0 }])).toEqual([['Ticket', 'Day', undefined]]);
  });

  test('counts a sample with a time in hours, and one with a day alone in days', () => {
    speak('en');
    const test = (at: number | null, on: string): string | undefined =>
      told([{ proof: 'test', method: 'antigen', result: 'negative', at, on }])[0]?.[1];
    const timed = [test(NOW - 71 * HOUR, '2026-11-21'), test(NOW - 240, '2026-11-24')];
    expect(timed).toEqual(['Negative · 71 h ago', 'Negative · 4 min ago']);
    expect([test(null, '2026-11-23'), test(null, '2026-11-24')]).toEqual(['Negative · 1 day ago', 'Negative · today']);
    expect([test(NOW + HOUR, '2026-11-25'), test(null, '2026-11-25')]).toEqual(['Negative', 'Negative']);
  });

  test('is named once for each kind, in the order of the codes', () => {
    speak('en');
    const [first, ...others] = PROOFS;
    if (first === undefined) throw new Error('no proof');
    expect(kindsOf([...others.slice(3), first, first])).toBe('Identity · Ticket · Vaccination');
  });
});

describe('the paper of a foreign code', () => {
  const person: PersonView = {
    ...PERSON,
    last_four: '',
    class: null,
    issuer: 'RKI',
    country: 'DE',
    expires: NOW + DAY,
    status: null,
    proofs: PROOFS.slice(0, 2),
  };

  test('has what it proves, who vouches for it and how long, and nothing of a list that it is not in', () => {
    expect(rows({ person, compares: true })).toEqual(['proof-0-0', 'proof-1-0', 'issuer', 'expires']);
  });

  test('names who vouches for the other proof, and the name on it where that is another one', () => {
    const other = { name: null, birth_date: null, issuer: 'https://spec.example/issuer', country: 'AT' };
    const two = { ...person, beside: [other] };
    expect(rows({ person: two })).toEqual(['proof-0-0', 'proof-1-0', 'issuer', 'issuer-0', 'expires']);
    const named = factsOf(known({ person: { ...two, beside: [{ ...other, name: 'Berta Muster', birth_date: '1964-03-15' }] } }));
    expect(named.find(({ row }) => row === 'name-0')).toMatchObject({ value: 'Berta Muster', note: '1964年3月15日生' });
    expect(named.find(({ row }) => row === 'issuer-0')).toMatchObject({ value: 'spec.example/issuer', note: '奥地利' });
  });

  test('beside a resident’s paper comes after what the list says', () => {
    const both: PersonView = { ...PERSON, proofs: PROOFS.slice(5) };
    expect(rows({ person: both })).toEqual(['colour', 'test', 'as_of', 'expires', 'proof-0-0']);
  });

  test('washes the test that was positive, and when a ticket was used', () => {
    const test: ProofView = { proof: 'test', method: 'naat', result: 'positive', at: null, on: '2026-11-23' };
    const positive: PersonView = { ...person, proofs: [...PROOFS.slice(0, 1), test] };
    expect(washed({ person: positive, deciding: { reason: 'test_positive', amount: null } })).toEqual(['proof-1-0']);
    expect(washed({ person, deciding: { reason: 'test_positive', amount: null } })).toEqual([]);
    expect(washed({ person, deciding: { reason: 'ticket_used', amount: 4 } })).toEqual(['seen']);
  });

  test('names its issuer, or the country where there is none, or says that there is neither', () => {
    const issuer = (changes: Partial<PersonView>): unknown => (
      factsOf(known({ person: { ...person, ...changes } })).find(({ row }) => row === 'issuer')
    );
    expect(issuer({})).toMatchObject({ value: 'RKI', note: '德国' });
    expect(issuer({ issuer: 'https://i.example/shc', country: 'US' })).toMatchObject({ value: 'i.example/shc', note: '美国' });
    expect(issuer({ issuer: 'did:web:i.example', country: null })).toMatchObject({ value: 'i.example' });
    expect(issuer({ issuer: 'DE' })).toEqual(issuer({ issuer: null }));
    expect(issuer({ issuer: null })).toMatchObject({ value: '德国' });
    expect(issuer({ issuer: null, country: null })).toMatchObject({ value: '信任名单中的机构' });
  });

  test('before it is proven says nothing of a status list', () => {
    expect(rows({ person: null, foreign: true, deciding: { reason: 'forged', amount: null } })).toEqual(['claims', 'keys']);
    expect(rows({ person: null, foreign: true, covered: true })).toEqual(['claims', 'keys']);
  });
});

describe('an origin', () => {
  test('is a country by its two letters and otherwise what it says', () => {
    const others = ['UTO', 'D', '', '<b>', '德国'];
    expect(['DE', 'nz', ...others].map(country)).toEqual(['德国', '新西兰', ...others]);
    speak('en');
    expect(['DE', 'nz'].map(country)).toEqual(['Germany', 'New Zealand']);
  });

  test('of a name is its script, where the window’s languages are not written in it', () => {
    expect(['王*', 'Müller', 'Παπαδόπουλος', 'يوسف', 'Анна', '김민수', 'たなか'].map(tongue)).toEqual(
      [undefined, undefined, 'und-Grek', 'und-Arab', 'und-Cyrl', 'ko', 'ja'],
    );
  });
});

function told(proofs: readonly ProofView[]): (string | undefined)[][] {
  return proofRows(proofs, NOW, SHANGHAI).map(({ label, value, note }) => [label, value, note]);
}

function known(changes: Partial<Known>): Known {
  return {
    person: null,
    knowledge: SCREENS.scan.knowledge,
    deciding: null,
    clock: NOW,
    offset: SHANGHAI,
    compares: false,
    covered: false,
    foreign: false,
    ...changes,
  };
}

function rows(changes: Partial<Known>): string[] {
  return factsOf(known(changes)).map(({ row }) => row);
}

function washed(changes: Partial<Known>): string[] {
  return factsOf(known(changes)).filter((fact) => fact.washed).map(({ row }) => row);
}
