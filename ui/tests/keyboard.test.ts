// One key handler: what is pressed is what happens, and nothing by accident.
import { render, screen as page } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { OperatorScreen } from '../shared/bindings';
import type { Fault } from '../shared/shell';
import { say } from '../shared/words.svelte';
import { ALONE_MS } from '../station/alone';
import App from '../station/App.svelte';
import { Desk } from '../station/desk.svelte';
import { SCREENS } from '../stories/fixtures';
import { Noting } from './shell';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('Enter confirms, and its repeats do not', async () => {
  const { commands } = await shown(SCREENS.comparing);
  await press('Enter');
  await press('Enter', { repeat: true });
  expect(commands).toEqual([{ command: 'matches', scan: 7 }]);
});

test('a hand scanner’s burst is never a shortcut, and the station knows of it before its Enter', async () => {
  const { commands } = await shown(SCREENS.comparing);
  for (const key of 'MN6M') await press(key);
  await press('Enter');
  await alone();
  expect(commands.map(({ command }) => command)).toEqual(['other_key', 'other_key', 'other_key', 'other_key', 'matches']);
});

test('a letter counts when it comes alone', async () => {
  const { commands } = await shown(SCREENS.comparing);
  await press('n');
  expect(commands).toEqual([]);
  await alone();
  expect(commands).toEqual([{ command: 'differs', scan: 7 }]);
});

test('with the focus on a button, Enter is that button’s', async () => {
  const { commands } = await shown(SCREENS.comparing);
  button('N').focus();
  await press('Enter');
  await alone();
  expect(commands).toEqual([{ command: 'differs', scan: 7 }]);
});

test('a button that was clicked lets the focus go, so that the next Enter is not its own', async () => {
  const { commands } = await shown(SCREENS.comparing);
  button('M').focus();
  button('M').click();
  await settled();
  expect([commands, document.activeElement]).toEqual([[{ command: 'no_document', scan: 7 }], document.body]);
});

test('nothing of the browser’s own happens but moving the focus', async () => {
  await shown(SCREENS.scan);
  expect([await press('F5'), await press('f', { ctrlKey: true }), await press(' '), await press('Tab')]).toEqual([
    true, true, true, false,
  ]);
});

test('F8 changes the language at once', async () => {
  const { container } = await shown(SCREENS.admit);
  await press('F8');
  expect(container.textContent).toContain('All rules hold, ID matches.');
});

test.each(['F2', 'F9'])('F8 changes the language of the form behind %s too', async (key) => {
  await shown(SCREENS.scan);
  await press(key);
  await press('F8');
  expect(page.getByRole('dialog').textContent).toContain('Cancel');
});

test.each([['scan_offline', SCREENS.scan_offline], ['undecided_status', SCREENS.undecided_status]])(
  'F6 is answered at once on %s, whether the centre answers or not',
  async (_, screen) => {
    const { container, commands } = await shown(screen);
    await press('F6');
    expect([container.textContent.includes(say('scan.asking')), commands]).toEqual([true, [{ command: 'sync_now' }]]);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(container.textContent).not.toContain(say('scan.asking'));
  },
);

describe('an emergency', () => {
  test('needs a reason and Enter held for two seconds', async () => {
    const { commands } = await shown(SCREENS.scan);
    await press('F9');
    await hold();
    expect(commands).toEqual([{ command: 'form_opened' }]);
    await press('4');
    await hold();
    expect(commands).toEqual([
      { command: 'form_opened' },
      { command: 'emergency', scan: null, reason: 'urgent_medicine', note: '' },
      { command: 'form_closed' },
    ]);
    expect(page.queryByRole('dialog')).toBeNull();
  });

  test('is not admitted by an Enter that is let go early', async () => {
    const { commands } = await shown(SCREENS.refuse_red);
    await press('F9');
    await press('1');
    await press('Enter');
    await vi.advanceTimersByTimeAsync(1_900);
    await release('Enter');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(commands).toEqual([{ command: 'form_opened' }]);
  });

  test('for another reason wants four letters, and signs are none', async () => {
    const { commands } = await shown(SCREENS.refuse_red);
    await press('F9');
    await press('6');
    await type('emergency-note', '.... 断水');
    await hold();
    expect(commands).toEqual([{ command: 'form_opened' }]);
    await type('emergency-note', '断水断电');
    await hold();
    expect(commands[1]).toEqual({ command: 'emergency', scan: 7, reason: 'other', note: '断水断电' });
  });

  test('is left by an Enter held on its Cancel, with nothing sent', async () => {
    const { commands } = await shown(SCREENS.scan);
    await press('F9');
    await press('2');
    formButton('Esc').focus();
    await hold();
    expect([commands, page.queryByRole('dialog')]).toEqual([[{ command: 'form_opened' }, { command: 'form_closed' }], null]);
  });

  test('says what is still missing before it can be held', async () => {
    await shown(SCREENS.scan);
    await press('F9');
    expect(formButton('Enter').textContent).toContain(say('emergency.choose'));
    await press('6');
    expect(formButton('Enter').textContent).toContain(say('emergency.write'));
    await type('emergency-note', '断水断电');
    expect(formButton('Enter').textContent).toContain(say('emergency.hold'));
  });

  test('takes the focus, so that readers and the tabulator begin in it', async () => {
    await shown(SCREENS.scan);
    await press('F9');
    expect(document.activeElement).toBe(page.getByRole('dialog'));
  });

  test('is left by Esc, with nothing sent', async () => {
    const { commands } = await shown(SCREENS.scan);
    await press('F9');
    await press('2');
    await press('Escape');
    expect([commands, page.queryByRole('dialog')]).toEqual([[{ command: 'form_opened' }, { command: 'form_closed' }], null]);
  });
});

describe('a registration', () => {
  test('is sent once it is complete', async () => {
    const { commands } = await shown(SCREENS.scan);
    await press('F2');
    await press('Enter');
    expect(page.getAllByRole('alert').map((alert) => alert.textContent)).toEqual([
      say('register.name_missing'), say('register.last_four_wrong'),
    ]);
    await type('register-name', '赵小兰');
    await type('register-last-four', '38x7');
    page.getByRole('radio', { name: say('class.senior') }).click();
    await press('Enter');
    expect(commands).toEqual([
      { command: 'form_opened' },
      { command: 'register', name: '赵小兰', birth_year: null, last_four: '38X7', class: 'senior' },
      { command: 'form_closed' },
    ]);
  });

  test('is not sent by an Enter on its Cancel or on a class', async () => {
    const { commands } = await shown(SCREENS.scan);
    await press('F2');
    await type('register-name', '赵小兰');
    await type('register-last-four', '3827');
    page.getByRole('radio', { name: say('class.minor') }).focus();
    await press('Enter');
    expect(page.getByRole('radio', { name: say('class.minor') }).getAttribute('aria-checked')).toBe('true');
    formButton('Esc').focus();
    await press('Enter');
    expect([commands, page.queryByRole('dialog')]).toEqual([[{ command: 'form_opened' }, { command: 'form_closed' }], null]);
  });

  test('gives way to an emergency', async () => {
    await shown(SCREENS.scan);
    await press('F2');
    await press('F9');
    expect(page.getByRole('dialog').textContent).toContain(say('emergency.medical_help'));
  });

  test('keeps the keys to itself while it is open', async () => {
    const { commands } = await shown(SCREENS.comparing);
    await press('F9');
    await press('n');
    await alone();
    expect(commands).toEqual([{ command: 'form_opened' }]);
  });
});

describe('a station that does not open', () => {
  test('is tried again by Enter', async () => {
    const shell = await shown(null, { kind: 'in_use', detail: '' });
    shell.fault = null;
    await press('Enter');
    expect(shell.attached).toBe(2);
    expect(page.queryByText(say('fault.in_use.why'))).toBeNull();
  });

  test('asks for its passphrase, and again when it was wrong', async () => {
    const shell = await shown(null, { kind: 'passphrase', detail: '' });
    await press('Enter');
    expect(shell.passphrases).toEqual([]);
    expect(input('passphrase').type).toBe('password');
    shell.unlocked = { kind: 'key_wrong', detail: '' };
    await type('passphrase', 'first');
    await press('Enter');
    expect([input('passphrase').value, page.getAllByRole('alert').at(-1)?.textContent]).toEqual(['', say('fault.passphrase.wrong')]);
    shell.unlocked = null;
    await type('passphrase', 'second');
    await press('Enter');
    expect(shell.passphrases).toEqual(['first', 'second']);
  });
});

async function shown(screen: OperatorScreen | null, fault: Fault | null = null): Promise<Noting & { container: HTMLElement }> {
  const shell = new Noting(screen, fault);
  const { container } = render(App, { desk: new Desk(shell, () => 0), systemLanguage: 'zh-CN' });
  await settled();

  return Object.assign(shell, { container });
}

/** Whether the window kept the key to itself. */
async function press(key: string, init: KeyboardEventInit = {}): Promise<boolean> {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  (document.activeElement ?? document.body).dispatchEvent(event);
  await settled();

  return event.defaultPrevented;
}

async function release(key: string): Promise<void> {
  document.body.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true }));
  await settled();
}

async function alone(): Promise<void> {
  await vi.advanceTimersByTimeAsync(ALONE_MS);
}

async function hold(): Promise<void> {
  await press('Enter');
  await vi.advanceTimersByTimeAsync(2_100);
  await release('Enter');
}

async function type(id: string, text: string): Promise<void> {
  input(id).value = text;
  input(id).dispatchEvent(new Event('input', { bubbles: true }));
  await settled();
}

function input(id: string): HTMLInputElement {
  const found = document.getElementById(id);
  if (!(found instanceof HTMLInputElement)) throw new Error(`no field ${id}`);

  return found;
}

function formButton(key: string): HTMLElement {
  const found = page.getByRole('dialog').querySelector<HTMLElement>(`[data-key="${key}"]`);
  if (found === null) throw new Error(`no button ${key} in the form`);

  return found;
}

function button(key: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-key="${key}"]`);
  if (found === null) throw new Error(`no button ${key}`);

  return found;
}

async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  await tick();
}
