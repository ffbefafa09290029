// Every word in every language, and no word that nobody says.
import { describe, expect, test } from 'vitest';

import sheet from '../../crates/cli/src/sheet/words.rs?raw';
import bindings from '../shared/bindings.d.ts?raw';
import shell from '../shared/shell.ts?raw';
import english from '../locales/en.json';
import chinese from '../locales/zh-CN.json';
import { fill } from '../shared/words.svelte';

const LANGUAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = { 'zh-CN': chinese, en: english };

const sources = Object.values(
  import.meta.glob<string>(['../station/**/*.{ts,svelte}', '../shared/**/*.{ts,svelte}', '!../**/*.d.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);

describe.each(Object.entries(LANGUAGES))('%s', (name, words) => {
  test('has the same sentences as English, in the same order', () => {
    expect(Object.keys(words)).toEqual(Object.keys(english));
  });

  test('leaves no sentence empty', () => {
    expect(Object.entries(words).filter(([, sentence]) => sentence.trim() === '')).toEqual([]);
  });

  test('takes the same values as English', () => {
    const differs = Object.entries(LANGUAGES['en'] ?? {}).filter(
      ([key, sentence]) => values(sentence).join() !== values(words[key] ?? '').join(),
    );
    expect(differs).toEqual([]);
  });

  test.each(union(bindings, 'Reason'))('gives the reason %s a sentence, a next step and a short form', (reason) => {
    for (const part of ['why', 'step', 'short']) expect(words[`reason.${reason}.${part}`], part).toBeTypeOf('string');
  });

  test.each([
    ['Verdict', 'verdict', ['']],
    ['Outcome', 'outcome', ['']],
    ['EmergencyReason', 'emergency', ['']],
    ['HolderClass', 'class', ['']],
    ['Notice', 'notice', ['', '.more']],
    ['CameraFault', 'camera', ['', '.step']],
    ['Preset', 'preset', ['']],
    ['Dispute', 'dispute', ['']],
    ['Colour', 'colour', ['']],
    ['TestMethod', 'test_method', ['']],
    ['TestOutcome', 'test_outcome', ['']],
  ] as const)('has words for every %s', (type, prefix, endings) => {
    for (const value of union(bindings, type)) {
      for (const ending of endings) expect(words[`${prefix}.${value}${ending}`], `${value}${ending}`).toBeTypeOf('string');
    }
  });

  test('tells every fault and its next step, and no fault that there is not', () => {
    const told = Object.keys(words).flatMap((key) => /^fault\.(\w+)\.why$/.exec(key)?.[1] ?? []);
    expect(told.sort()).toEqual(union(shell, 'FaultKind').sort());
    for (const kind of told) expect(words[`fault.${kind}.step`], kind).toBeTypeOf('string');
  });

  test('explains no reason that there is not', () => {
    const told = Object.keys(words).flatMap((key) => /^reason\.(\w+)\.step$/.exec(key)?.[1] ?? []);
    expect(told.sort()).toEqual(union(bindings, 'Reason').sort());
  });

  test('keeps a reason to one glance', () => {
    const longest = name === 'en' ? 60 : 22;
    const long = Object.entries(words).filter(
      ([key, sentence]) => /^reason\..*\.why/.test(key) && fill(sentence, { n: 12, h: 48, age: '53 h' }).length > longest,
    );
    expect(long).toEqual([]);
  });

  test('speaks plainly', () => {
    expect(Object.values(words).filter((sentence) => /\berror\b|success|\bfailed to\b|错误|失败|请稍后再试|please try again later/i.test(sentence))).toEqual([]);
  });
});

test('no sentence is unused', () => {
  const said = sources.flatMap(keysIn);
  expect(Object.keys(english).filter((key) => !said.some((pattern) => pattern.test(key)))).toEqual([]);
});

test('no source has words of its own', () => {
  const components = Object.entries(
    import.meta.glob<string>('../{station,shared}/*.svelte', { query: '?raw', import: 'default', eager: true }),
  );
  const spoken = components.filter(([, source]) => /\p{Script=Han}/u.test(source.replace(/<!--[\s\S]*?-->/g, '')));
  expect(spoken.map(([file]) => file)).toEqual([]);
});

test('a class is called as the sheet in the visitor’s hand calls it', () => {
  const printed = [...sheet.matchAll(/HolderClass::(\w+) => \("([^"]+)", "([^"]+)"\)/g)].map(([, name = '', han = '', latin = '']) => ({
    name: name.toLowerCase(), han, latin: latin.toLowerCase(),
  }));
  expect(printed.map(({ name }) => name).sort()).toEqual(union(bindings, 'HolderClass').sort());
  for (const { name, han, latin } of printed) {
    expect(LANGUAGES['zh-CN']?.[`class.${name}`]).toBe(han);
    // The sheet says more in Latin script: `Senior, 60 or over`.
    expect(latin).toContain(LANGUAGES['en']?.[`class.${name}`]);
  }
});

/** The names of a union of string literals, as it is declared. */
function union(source: string, type: string): string[] {
  const declared = new RegExp(`export type ${type} =\\s*([^;]*);`).exec(source)?.[1] ?? '';
  const names = [...declared.matchAll(/["'](\w+)["']/g)].map((match) => match[1] ?? '');
  expect(names.length, type).toBeGreaterThan(1);

  return names;
}

function values(sentence: string): string[] {
  return [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ''))].sort();
}

/** Each key that a source names whole, and each that it puts together from a value. */
function keysIn(source: string): RegExp[] {
  const whole = [...source.matchAll(/'([a-z_]+(?:\.[a-z_0-9]+)+)'/g)].map((match) => match[1] ?? '');
  const built = [...source.matchAll(/`([a-z_]+\.[^`]*)`/g)].map((match) => match[1] ?? '');

  return [...whole, ...built].map((key) => new RegExp(`^${key.replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '\\w+')}$`));
}
