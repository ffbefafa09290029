// Every screen in both languages: what it tells, and that readers and keyboards get all of it.
import { render, screen as page, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { tick } from 'svelte';
import { describe, expect, test } from 'vitest';

import type { OperatorScreen } from '../shared/bindings';
import type { Fault } from '../shared/shell';
import { step, why } from '../shared/reasons';
import { type Language, say, speak } from '../shared/words.svelte';
import App from '../station/App.svelte';
import { Desk } from '../station/desk.svelte';
import { PERSON, SCREENS, type ScreenName } from '../stories/fixtures';
import { Noting } from './shell';

const NAMES = Object.keys(SCREENS) as ScreenName[];
const LANGUAGES: readonly Language[] = ['zh-CN', 'en'];
const VERDICTS = NAMES.filter((name) => SCREENS[name].stage.stage === 'verdict');
/** Contrast wants a real page; tokens.test.ts measures it instead. */
const OFF = { 'color-contrast': { enabled: false } };

describe.each(LANGUAGES)('in %s', (language) => {
  test.each(NAMES)('%s is whole for readers', async (name) => {
    const { container } = await shown(SCREENS[name], language);
    expect(await violations(container)).toEqual([]);
    expect(container.textContent).not.toMatch(/undefined|NaN|null|\{\w+\}/);
  });

  test.each(['emergency', 'register'] as const)('the form %s is whole for readers', async (form) => {
    const { container, desk } = await shown(SCREENS.scan, language);
    desk.openForm(form);
    await tick();
    expect(page.getByRole('dialog')).toBeTruthy();
    expect(await violations(container)).toEqual([]);
  });

  test.each(['not_enrolled', 'in_use', 'passphrase', 'stopped'] as const)('the fault %s is told in both languages', async (kind) => {
    const { container } = await shown(null, language, { kind, detail: 'detail' });
    for (const spoken of LANGUAGES) {
      speak(spoken);
      expect(plain(container)).toContain(plainly(say(`fault.${kind}.why`)));
    }
    speak(language);
    await tick();
    expect(await violations(container)).toEqual([]);
  });

  test.each(VERDICTS)('%s tells shape, word, reason and next step at once', async (name) => {
    const { container } = await shown(SCREENS[name], language);
    const stage = SCREENS[name].stage;
    if (stage.stage !== 'verdict') throw new Error('no verdict');
    const alert = page.getByRole('alert');
    expect(alert.textContent).toContain(say(`verdict.${stage.verdict}`));
    const deciding = stage.reasons[0] ?? { reason: 'red', amount: null };
    const sentence = stage.rule === null ? why(deciding, SCREENS[name].rule, stage.foreign) : stage.rule[language === 'en' ? 'en' : 'zh'];
    expect(plain(alert)).toContain(plainly(sentence));
    expect(plain(alert)).toContain(plainly(step(deciding.reason, SCREENS[name].rule, stage.foreign)));
    expect(alert.querySelector(`[data-shape="${stage.verdict}"]`)).not.toBeNull();
    expect(container.querySelector('[data-door]')?.getAttribute('data-door')).toBe(stage.verdict);
  });
});

test.each([
  ['scan_offline', '再近一点', 'Closer'],
  ['scan_flatten', '展平，别挡住', 'Flatten it, do not cover it'],
  ['scan_further', '再远一点', 'Further away'],
  ['scan_hold_still', '拿稳', 'Hold still'],
  ['scan_more_light', '太暗了，加点光', 'More light'],
  ['scan_two', '一次一张', 'One sheet at a time'],
  ['scan_parts', '请出示下一张码', 'Show the next code'],
  ['scan_tilt', '斜一点，避开反光', 'Tilt it, it glares'],
] as const)('%s says what would help in one line, to readers too', async (name, chinese, english) => {
  for (const [language, words] of [['zh-CN', chinese], ['en', english]] as const) {
    const { unmount } = await shown(SCREENS[name], language);
    expect(page.getByRole('status').querySelector('strong')?.textContent).toBe(words);
    unmount();
  }
});

test('a worn print is told on the paper beside the verdict, never on the leaf, and only where it is worn', async () => {
  for (const name of VERDICTS) {
    const { container, unmount } = await shown(SCREENS[name], 'en');
    const stage = SCREENS[name].stage;
    const told = container.querySelector('[data-print="worn"]');
    expect(told !== null, name).toBe(stage.stage === 'verdict' && stage.worn);
    expect(page.getByRole('alert').querySelector('[data-print]'), name).toBeNull();
    unmount();
  }
});

test('no screen but a verdict wears a verdict’s colour', async () => {
  for (const name of NAMES.filter((candidate) => !VERDICTS.includes(candidate))) {
    const { container, unmount } = await shown(SCREENS[name]);
    expect(container.querySelector('[data-door]')?.getAttribute('data-door'), name).toBe('neutral');
    expect(container.querySelector('[data-shape]'), name).toBeNull();
    unmount();
  }
});

test('every verdict says how old its knowledge is, and whether it is in the log', async () => {
  for (const name of VERDICTS) {
    const { container, unmount } = await shown(SCREENS[name]);
    const stage = SCREENS[name].stage;
    // The status list is of residents. What else is judged by is the trust list.
    const knowledge = stage.stage === 'verdict' && stage.foreign ? '[data-row="trust"], [data-row="keys"]' : '[data-row="as_of"]';
    expect(container.querySelector(knowledge), name).not.toBeNull();
    const seal = stage.stage === 'verdict' && stage.seq !== null ? '已记入日志' : '没有记入日志';
    expect(container.textContent, name).toContain(seal);
    unmount();
  }
});

test('DEMO stands on every screen of a demonstration', async () => {
  for (const name of NAMES) {
    const { container, unmount } = await shown(SCREENS[name], 'en');
    expect(container.querySelector('header')?.textContent.includes('DEMO'), name).toBe(SCREENS[name].demo);
    unmount();
  }
});

test('venue, address, gate and rule stand above everything', async () => {
  await shown(SCREENS.refuse_forged, 'en');
  const lintel = page.getByRole('banner');
  for (const words of ['华山医院门诊药房 Huashan Pharmacy', '上海市静安区乌鲁木齐中路 12 号', 'Gate 2', 'Public place', 'Green + test 48 h']) {
    expect(lintel.textContent).toContain(words);
  }
});

test('while we wait, today, ages, the last two and the queue are there, without a name', async () => {
  const { container } = await shown(SCREENS.scan_offline, 'en');
  const text = plain(container);
  for (const words of ['412', '31 h', '9 days', 'offline for 31 h', '1,318 waiting to send', 'Admit', 'Refuse · sheet expired']) {
    expect(text).toContain(plainly(words));
  }
  expect(text).not.toContain(PERSON.name);
});

test('a link that was lost this minute is not counted in minutes', async () => {
  const sync = { waiting: 1, last_receipt: null, link: { state: 'offline', since: SCREENS.scan.now - 59 }, dispute: null } as const;
  const { container } = await shown({ ...SCREENS.scan, sync }, 'en');
  expect(container.textContent).toContain('offline just now');
});

test('what stands between our log and the centre is told by its reason, also while the line is cut', async () => {
  const sync = { waiting: 1, last_receipt: null, link: { state: 'offline', since: SCREENS.scan.now - 59 }, dispute: 'rolled_back' } as const;
  const { container } = await shown({ ...SCREENS.scan, sync }, 'en');
  expect(container.textContent).toContain('offline just now');
  expect(container.textContent).toContain("Our log is older than the centre's: call the lead");
  const fork = await shown({ ...SCREENS.scan, sync: { ...sync, dispute: 'fork' } }, 'en');
  expect(fork.container.textContent).toContain('Two copies of this station are at work');
});

test('a clock that is wrong for certain is told with the bound of the measurement, and one that may be right is not', async () => {
  const told = async (ahead_ms: number) => {
    const knowledge = { ...SCREENS.scan.knowledge, clock_offset: { ahead_ms, within_ms: 1_040 } };
    const { container } = await shown({ ...SCREENS.scan, knowledge }, 'en');

    return container.textContent;
  };
  expect(await told(754_000)).toContain('754 s slow, ±2 s');
  expect(await told(-6_040)).toContain('6 s fast, ±2 s');
  expect(await told(-6_039)).not.toContain('fast');
});

test('entries that lost their personal part unsent are an alarm while we wait', async () => {
  const { container } = await shown({ ...SCREENS.scan, shredded: 1_318 }, 'en');
  expect(container.textContent).toContain('1,318 entries lost their personal part unsent');
  const without = await shown(SCREENS.scan, 'en');
  expect(without.container.textContent).not.toContain('lost their personal part');
});

test('a key in a plain file is told as level 0', async () => {
  const { container } = await shown(SCREENS.scan, 'en');
  expect(container.textContent).toContain('Key in a plain file (level 0)');
});

test('the comparison shows name, year, last four and class, and no verdict', async () => {
  await shown(SCREENS.comparing, 'en');
  const alert = within(page.getByRole('alert'));
  for (const words of ['王*', '1941', '3827', 'senior']) expect(alert.getByText(words)).toBeTruthy();
  expect(alert.queryByText('Admit')).toBeNull();
});

test('a blanked comparison shows nothing to compare', async () => {
  const { container } = await shown(SCREENS.comparing_blank);
  for (const words of ['王*', '1941', '3827']) expect(container.textContent).not.toContain(words);
});

test('a forged sheet’s claims are nowhere on the screen', async () => {
  const { container } = await shown(SCREENS.refuse_forged, 'en');
  expect(container.textContent).toContain('Not proven, not shown');
  for (const words of ['王*', '1941', '3827', '上海市 Shanghai']) expect(container.textContent).not.toContain(words);
});

test('whoever was registered by hand still is once the name is covered, and no paper code is spoken of', async () => {
  const { container, desk } = await shown(SCREENS.attention_by_hand, 'en');
  const stage = SCREENS.attention_by_hand.stage;
  if (stage.stage !== 'verdict') throw new Error('no verdict');
  desk.show({ ...SCREENS.attention_by_hand, stage: { ...stage, person: null } });
  await tick();
  const paper = container.querySelector('aside')?.textContent ?? '';
  for (const words of ['Registered by hand', 'Name covered', 'Show the name again']) expect(paper).toContain(words);
  for (const words of ['Paper code', 'On the sheet', '赵小兰', '3827']) expect(paper).not.toContain(words);
});

test('of whom was looked up the document’s end and the birth year stand in the name’s place, and that nobody signed it is said', async () => {
  const { container, desk } = await shown(SCREENS.attention_looked_up, 'en');
  const paper = (): string => container.querySelector('aside')?.textContent ?? '';
  for (const words of ['Looked up, not signed · 港城 Harbour City', 'ID ends in 061X', 'b. 1958']) expect(paper()).toContain(words);
  expect(container.textContent).toContain('Compare the ID document (last four, birth year) before you let this person in.');
  expect(paper()).not.toContain('Paper code');

  const stage = SCREENS.attention_looked_up.stage;
  if (stage.stage !== 'verdict') throw new Error('no verdict');
  desk.show({ ...SCREENS.attention_looked_up, stage: { ...stage, person: null } });
  await tick();
  expect(paper()).toContain('looked up, not signed');
  for (const words of ['Paper code', '061X', '1958']) expect(paper()).not.toContain(words);
});

test('text from a code is text, and its direction stays its own', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const stage = SCREENS.comparing.stage;
  if (stage.stage !== 'comparing') throw new Error('no comparison');
  const { container } = await shown({ ...SCREENS.comparing, stage: { ...stage, person: { ...PERSON, name: hostile } } });
  expect(container.querySelector('img')).toBeNull();
  expect(page.getByText(hostile).tagName).toBe('BDI');
});

test('an emergency that could not be stored asks for paper', async () => {
  const { container } = await shown(SCREENS.emergency_lost, 'en');
  expect(container.textContent).toContain('Write it on paper');
  expect(container.textContent).toContain('Not in the log');
});

test('two alike within one second are both in the list', async () => {
  const twice = { outcome: 'attention', reason: 'by_hand', at: SCREENS.scan.now, undone: false } as const;
  const { container, desk } = await shown(SCREENS.attention_yellow);
  desk.show({ ...SCREENS.scan, last: [twice, twice] });
  await tick();
  expect(container.querySelectorAll('.last li').length).toBe(2);
  expect(container.querySelector('[data-door]')?.getAttribute('data-door')).toBe('neutral');
});

test('a screen that cannot be drawn leaves no verdict standing', async () => {
  const { container, desk } = await shown(SCREENS.admit);
  desk.show({ ...SCREENS.scan, last: null as never });
  await tick();
  expect([container.querySelector('[data-door]'), container.querySelector('[data-fault]')?.getAttribute('data-fault')]).toEqual([null, 'stopped']);
});

test('no source writes HTML from a string', () => {
  const sources = Object.entries(
    import.meta.glob<string>('../{station,shared}/**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true }),
  );
  expect(sources.length).toBeGreaterThan(40);
  for (const [file, source] of sources) expect(source, file).not.toMatch(/\{@html|innerHTML|insertAdjacentHTML|document\.write|eval\(/);
});

async function shown(
  screen: OperatorScreen | null,
  language: Language = 'zh-CN',
  fault: Fault | null = null,
): Promise<ReturnType<typeof render<typeof App>> & { desk: Desk }> {
  const desk = new Desk(new Noting(screen, fault, language), () => 0);
  const rendered = render(App, { desk, systemLanguage: language });
  await new Promise((resolve) => setTimeout(resolve, 0));
  await tick();

  return { ...rendered, desk };
}

async function violations(container: Element): Promise<string[]> {
  const results = await axe.run(container, { rules: OFF });

  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

function plain(element: Element): string {
  return plainly(element.textContent);
}

/** Without the spaces and backquotes that only lay out. */
function plainly(words: string): string {
  return words.replace(/[\s`]+/g, '');
}
