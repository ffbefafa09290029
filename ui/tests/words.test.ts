import { describe, expect, test } from 'vitest';

import { closest, count, fill, language, nextLanguage, pieces, say, sayIn, speak } from '../shared/words.svelte';

test('a value goes where its name stands, and an unknown one stays visible', () => {
  expect(fill('{n} of {m}, {x}', { n: 3, m: 'four' })).toBe('3 of four, {x}');
});

test('a number chooses its form', () => {
  const sentence = '{n} {n|day|days}';
  expect([0, 1, 2].map((n) => fill(sentence, { n }))).toEqual(['0 days', '1 day', '2 days']);
});

test('the window speaks one language and knows the other', () => {
  expect(say('verdict.admit')).toBe('放行');
  expect(sayIn('en', 'verdict.admit')).toBe('Admit');
  speak(nextLanguage());
  expect([language(), say('verdict.admit'), document.documentElement.lang]).toEqual(['en', 'Admit', 'en']);
});

test('a language that we do not speak is answered in Chinese', () => {
  expect(['en-GB', 'EN', 'zh-Hans', 'de', '', null].map(closest)).toEqual(['en', 'en', 'zh-CN', 'zh-CN', 'zh-CN', 'zh-CN']);
});

test('thousands are set apart', () => {
  expect([7, 18_204, 1_000_000].map(count)).toEqual(['7', '18,204', '1,000,000']);
});

describe('a sentence', () => {
  test('is cut after Chinese punctuation only', () => {
    expect(pieces('签名不对：不是签发机构印的，或被人改过。')).toEqual(['签名不对：', '不是签发机构印的，', '或被人改过。']);
    expect(pieces('All rules hold; ID matches.')).toEqual(['All rules hold; ID matches.']);
    expect(pieces('原因“其他”，姓名。')).toEqual(['原因“其他”，', '姓名。']);
  });

  test('keeps what is to be typed in one piece', () => {
    expect(pieces('请入网：`menshen station enrol`')).toEqual(['请入网：', '`menshen station enrol`']);
  });

  test('loses nothing by it', () => {
    for (const sentence of ['', '，，', 'a，b', '半句', '完。（见下）']) expect(pieces(sentence).join('')).toBe(sentence);
  });
});
