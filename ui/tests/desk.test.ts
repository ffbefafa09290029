import { flushSync } from 'svelte';
import { describe, expect, test } from 'vitest';

import { SCREENS, because, screen, verdict } from '../stories/fixtures';
import { language } from '../shared/words.svelte';
import { Desk } from '../station/desk.svelte';
import { Noting } from './shell';

test('the clock goes on between two screens, and starts again with each', () => {
  let now = 0;
  const desk = new Desk(new Noting(), () => now);
  desk.show(SCREENS.scan);
  now = 1_900;
  desk.tick();
  expect(desk.clock).toBe(SCREENS.scan.now + 1);
  desk.show(screen({ now: SCREENS.scan.now + 2 }));
  expect([desk.passedMs, desk.clock]).toEqual([0, SCREENS.scan.now + 2]);
});

test('a language named at the start is spoken, and one chosen since is kept', async () => {
  const shell = new Noting(SCREENS.scan, null, 'en');
  const desk = new Desk(shell, () => 0);
  const close = desk.open('zh-CN');
  await settled();
  expect(language()).toBe('en');
  desk.key('F8');
  desk.attach();
  await settled();
  expect([language(), shell.attached]).toEqual(['zh-CN', 2]);
  close();
});

test('a key that the screen does not offer is told as somebody typing', async () => {
  const { desk, shell } = opened(SCREENS.scan);
  desk.key('N');
  await settled();
  expect(shell.commands).toEqual([{ command: 'other_key' }]);
});

test('commands reach the station in the order of the keys', async () => {
  const arrived: string[] = [];
  const shell = new Noting(SCREENS.comparing);
  shell.send = async (command) => {
    // The first takes longest: it must still come first.
    await later(arrived.length === 0 ? 20 : 0);
    arrived.push(command.command);
  };
  const desk = new Desk(shell, () => 0);
  desk.show(SCREENS.comparing);
  desk.otherKey();
  desk.key('Enter');
  desk.key('F6');
  await later(60);
  expect(arrived).toEqual(['other_key', 'matches', 'sync_now']);
});

test('scans wait while a form is open, and no longer', async () => {
  const { desk, shell } = opened(SCREENS.scan);
  desk.key('F2');
  desk.openForm('emergency');
  desk.closeForm();
  await settled();
  expect([desk.form, shell.commands]).toEqual([null, [{ command: 'form_opened' }, { command: 'form_closed' }]]);
});

describe('an emergency', () => {
  test('is about the scan that was on the screen', () => {
    const { desk } = opened(SCREENS.refuse_red);
    desk.key('F9');
    expect(desk.about).toBe(7);
  });

  test('outlives a screen that has closed by itself meanwhile', () => {
    const { desk } = opened(SCREENS.admit);
    desk.key('F9');
    desk.show(SCREENS.scan);
    expect(desk.about).toBeNull();
  });
});

describe('a name', () => {
  const named = screen({ stage: verdict({ verdict: 'refuse', reasons: because('red') }) });
  const blank = screen({ stage: verdict({ verdict: 'refuse', reasons: because('red'), person: null }) });

  test('that was shown and is gone counts as covered', () => {
    const { desk } = opened(named);
    expect(desk.covered).toBe(false);
    desk.show(blank);
    expect(desk.covered).toBe(true);
  });

  test('that was never shown does not', () => {
    const { desk } = opened(blank);
    expect(desk.covered).toBe(false);
  });
});

describe('a station', () => {
  test('that stops leaves no screen that looks alive', async () => {
    const shell = new Noting(SCREENS.scan);
    const desk = new Desk(shell, () => 0);
    const close = desk.open('en');
    await settled();
    desk.key('F9');
    shell.stop();
    expect([desk.fault?.kind, desk.form]).toEqual(['stopped', null]);
    close();
  });

  test('that stops before its welcome stays stopped', async () => {
    const shell = new Noting(SCREENS.scan);
    const desk = new Desk(shell, () => 0);
    desk.attach();
    shell.stop();
    await settled();
    expect([desk.fault?.kind, desk.opening]).toEqual(['stopped', false]);
  });

  test('that takes no command has stopped', async () => {
    const { desk, shell } = opened(SCREENS.scan);
    shell.send = () => Promise.reject(new Error('gone'));
    desk.key('F6');
    await settled();
    expect(desk.fault).toEqual({ kind: 'stopped', detail: 'Error: gone' });
  });

  test('that did not open opens once the cause is mended', async () => {
    const shell = new Noting(SCREENS.scan, { kind: 'in_use', detail: 'busy' });
    const desk = new Desk(shell, () => 0);
    desk.attach();
    expect(desk.opening).toBe(true);
    await settled();
    expect([desk.fault?.kind, desk.opening]).toEqual(['in_use', false]);
    shell.fault = null;
    desk.attach();
    await settled();
    expect(desk.fault).toBeNull();
  });
});

function opened(shown: Parameters<Desk['show']>[0]): { desk: Desk; shell: Noting } {
  const shell = new Noting();
  const desk = new Desk(shell, () => 0);
  desk.show(shown);
  flushSync();

  return { desk, shell };
}

function settled(): Promise<void> {
  return later(0);
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
