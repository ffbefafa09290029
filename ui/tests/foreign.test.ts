// Screens of other formats' codes: what staff compare, what matters, and who vouches for it.
import { render, screen as page, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test } from 'vitest';

import type { OperatorScreen, PersonView, ProofView } from '../shared/bindings';
import { type Language, language, speak } from '../shared/words.svelte';
import App from '../station/App.svelte';
import { Desk } from '../station/desk.svelte';
import { PERSON, SCREENS, because, screen, verdict } from '../stories/fixtures';
import { FOREIGN } from '../stories/foreign';
import { Noting } from './shell';

const HOSTILE = '<img src=x onerror=alert(1)>';

test('the comparison shows both scripts of the name and the whole birthday, and no row that such a code does not have', async () => {
  const { container } = await shown(SCREENS.comparing_claim169, 'en');
  const alert = within(page.getByRole('alert'));
  for (const words of ['Yusuf ibn Khalid al-Harbi', 'يوسف بن خالد الحربي', '18 Jan 1984']) {
    expect(alert.getByText(words)).toBeTruthy();
  }
  expect(alert.getByText('يوسف بن خالد الحربي').getAttribute('lang')).toBe('und-Arab');
  for (const words of ['ID ends in', 'Class', 'last four']) expect(container.textContent).not.toContain(words);
});

test('a birthday that the code has in part is shown as far as it goes, and none is said to be none', async () => {
  await shown(SCREENS.comparing_half_born, 'en');
  expect(within(page.getByRole('alert')).getByText('Jun 1990')).toBeTruthy();
  const stage = SCREENS.comparing_hcert.stage;
  if (stage.stage !== 'comparing' || stage.person === null) throw new Error('no comparison');
  await shown(screen({ stage: { ...stage, person: { ...stage.person, birth_date: null, birth_year: null } } }), 'en');
  expect(page.getAllByText('not on it').length).toBe(1);
});

test('a ticket names nobody: nothing stands where a name would', async () => {
  const { container } = await shown(SCREENS.admit_ticket, 'en');
  const paper = container.querySelector('aside');
  expect(paper?.querySelector('h2')).toBeNull();
  for (const words of ['周末通票 Weekend pass', 'variation 3 · date no. 12', 'One on the trust list']) {
    expect(paper?.textContent).toContain(words);
  }
  for (const words of ['Unknown', 'Name covered', 'b. ']) expect(paper?.textContent).not.toContain(words);
});

test('no label of any screen stands without its value', async () => {
  for (const name of Object.keys(SCREENS) as (keyof typeof SCREENS)[]) {
    const { container, unmount } = await shown(SCREENS[name]);
    for (const dd of container.querySelectorAll('dt, dd, bdi')) expect(dd.textContent.trim(), name).not.toBe('');
    unmount();
  }
});

test('the list that its signer stands in is told with date and age on every verdict that has one, our own paper’s too', async () => {
  for (const name of ['admit', 'admit_hcert', 'admit_ticket', 'comparing', 'comparing_vds'] as const) {
    const { container, unmount } = await shown(SCREENS[name], 'en');
    expect(container.querySelector('[data-row="trust"]')?.textContent.trim(), name).toBe('Trust list of 21 Nov 2026, 3 days old');
    unmount();
  }
  const { container } = await shown(SCREENS.attention_by_hand, 'en');
  expect(container.querySelector('[data-row="trust"]')).toBeNull();
});

test('a country is called in the window’s language, and three letters stay as they are', async () => {
  for (const [name, spoken, words] of [
    ['admit_hcert', 'en', 'Germany'],
    ['admit_hcert', 'zh-CN', '德国'],
    ['comparing_vds', 'en', 'UTO'],
    ['comparing_vds', 'zh-CN', 'UTO'],
  ] as const) {
    const { container, unmount } = await shown(SCREENS[name], spoken);
    expect(container.querySelector('[data-row="issuer"]')?.textContent, name).toContain(words);
    unmount();
  }
});

test('the sentence of the rule that failed stands in place of the reason’s own, whole, in the window’s language', async () => {
  for (const [spoken, which] of [['zh-CN', 'zh'], ['en', 'en']] as const) {
    for (const name of ['refuse_rule', 'refuse_rule_long'] as const) {
      const { unmount } = await shown(SCREENS[name], spoken);
      const stage = FOREIGN[name].stage;
      if (stage.stage !== 'verdict' || stage.rule === null) throw new Error('no rule');
      const alert = page.getByRole('alert');
      expect(alert.textContent).toContain(stage.rule[which]);
      expect(alert.textContent).not.toMatch(/不符合本场所|A rule of this venue/);
      unmount();
    }
  }
});

test('what a foreign code claims is nowhere before it is proven, and no status list is spoken of', async () => {
  const { container } = await shown(SCREENS.refuse_expired_foreign, 'en');
  const paper = container.querySelector('aside')?.textContent ?? '';
  expect(paper).toContain('Not proven, not shown');
  for (const words of ['Health code', 'Status as of']) expect(paper).not.toContain(words);
});

test('every text of a foreign code is text, and its direction stays its own', async () => {
  const proofs: ProofView[] = [
    { proof: 'vaccination', vaccine: HOSTILE, dose: 1, doses: 2, on: HOSTILE },
    { proof: 'test', method: 'other', result: 'unknown', at: null, on: HOSTILE },
    { proof: 'recovery', positive_on: HOSTILE, from: HOSTILE, until: HOSTILE },
    { proof: 'ticket', product: HOSTILE, item: 1, variation: 0, subevent: 0 },
  ];
  const person: PersonView = {
    ...PERSON,
    name: HOSTILE,
    name_other: HOSTILE,
    birth_date: HOSTILE,
    last_four: '',
    class: null,
    issuer: HOSTILE,
    country: HOSTILE,
    status: null,
    proofs,
  };
  const rule = { id: 'X', zh: HOSTILE, en: HOSTILE };
  for (const hostile of [
    screen({ stage: { stage: 'comparing', scan: 7, person } }),
    screen({ stage: verdict({ verdict: 'refuse', reasons: because('rule_not_met'), person, rule, foreign: true }) }),
  ]) {
    const { container, unmount } = await shown(hostile);
    expect(container.querySelector('img')).toBeNull();
    const holders = [...container.querySelectorAll('aside *, main *')].filter(
      (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() === HOSTILE),
    );
    expect(holders.length).toBeGreaterThan(3);
    for (const holder of holders) expect(holder.tagName, holder.outerHTML).toBe('BDI');
    unmount();
  }
});

async function shown(given: OperatorScreen, spoken: Language = 'zh-CN'): Promise<ReturnType<typeof render<typeof App>>> {
  speak(spoken);
  const desk = new Desk(new Noting(given, null, spoken), () => 0);
  const rendered = render(App, { desk, systemLanguage: spoken });
  await new Promise((resolve) => setTimeout(resolve, 0));
  await tick();
  expect(language()).toBe(spoken);

  return rendered;
}
