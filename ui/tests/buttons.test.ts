// What is ringed is what happens: Enter on a button does what a click on it does, and nothing else.
import { cleanup, render } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Command, OperatorScreen } from '../shared/bindings';
import type { Fault } from '../shared/shell';
import { type Language, language, speak } from '../shared/words.svelte';
import { ALONE_MS } from '../station/alone';
import App from '../station/App.svelte';
import type { Form } from '../station/choices';
import { Desk } from '../station/desk.svelte';
import { FAULTS, SCREENS } from '../stories/fixtures';
import { Noting } from './shell';

interface Shown {
  readonly screen: OperatorScreen | null;
  readonly fault?: Fault;
  readonly form?: Form;
  /** Drawn after the screen: the same, its name blanked. */
  readonly then?: OperatorScreen;
}

interface Outcome {
  readonly commands: readonly Command[];
  readonly attached: number;
  readonly form: Form | null;
  readonly spoken: Language;
  readonly chosen: readonly (string | null)[];
}

const BLANKED = Object.entries(SCREENS).flatMap(([name, screen]): [string, Shown][] => {
  const { stage } = screen as OperatorScreen;
  if (stage.stage !== 'verdict' || stage.person === null) return [];

  return [[`${name}, its name covered`, { screen, then: { ...screen, stage: { ...stage, person: null } } }]];
});

const STORIES: readonly [string, Shown][] = [
  ...Object.entries(SCREENS).map(([name, screen]): [string, Shown] => [name, { screen }]),
  ...BLANKED,
  ...Object.entries(FAULTS).map(([name, fault]): [string, Shown] => [name, { screen: null, fault }]),
  ['the emergency form', { screen: SCREENS.scan, form: 'emergency' }],
  ['the registration', { screen: SCREENS.scan, form: 'register' }],
];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each(STORIES)('on %s Enter is that of the button with the focus', async (_, shown) => {
  await draw(shown);
  const count = buttons().length;
  expect(buttons().filter((button) => button.dataset['key'] === undefined).map(({ outerHTML }) => outerHTML)).toEqual([]);
  for (let at = 0; at < count; at += 1) {
    const clicked = await outcome(shown, at, (button) => button.click());
    const entered = await outcome(shown, at, (button) => {
      button.focus();
      enter(button);
    });
    expect(entered, `button ${at}`).toEqual(clicked);
  }
});

/** What is left when one button, by its place, was used. */
async function outcome(shown: Shown, at: number, use: (button: HTMLElement) => void): Promise<Outcome> {
  const { desk, shell } = await draw(shown);
  const button = buttons()[at];
  if (button === undefined) throw new Error(`no button ${at}`);
  use(button);
  await vi.advanceTimersByTimeAsync(ALONE_MS);
  await tick();

  return {
    commands: shell.commands,
    attached: shell.attached,
    form: desk.form,
    spoken: language(),
    chosen: [...document.querySelectorAll('[role="radio"]')].map((radio) => radio.getAttribute('aria-checked')),
  };
}

async function draw({ screen, fault, form, then }: Shown): Promise<{ desk: Desk; shell: Noting }> {
  cleanup();
  speak('zh-CN');
  const shell = new Noting(screen, fault ?? null);
  const desk = new Desk(shell, () => 0);
  render(App, { desk, systemLanguage: 'zh-CN' });
  await vi.advanceTimersByTimeAsync(0);
  if (then !== undefined) desk.show(then);
  if (form !== undefined) desk.openForm(form);
  await tick();

  return { desk, shell };
}

/** Those that can take the focus: what lies behind a form is inert. */
function buttons(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('button')].filter((button) => button.closest('[inert]') === null);
}

/** A press as a browser acts on it: its own click comes where nobody prevented it. */
function enter(button: HTMLElement): void {
  const down = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
  button.dispatchEvent(down);
  if (!down.defaultPrevented) button.click();
  button.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
}
