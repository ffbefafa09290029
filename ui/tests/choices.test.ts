import { describe, expect, test } from 'vitest';

import type { OperatorScreen } from '../shared/bindings';
import { SCREENS, type ScreenName, because, screen, verdict } from '../stories/fixtures';
import { type Choice, choices, scanOnScreen } from '../station/choices';

const SHOWN = Object.entries(SCREENS) as [ScreenName, OperatorScreen][];

describe.each(SHOWN)('on %s', (_, shown) => {
  const offered = choices(shown, false);

  test('a key means one thing', () => {
    const keys = offered.map((choice) => choice.key);
    expect(keys).toEqual([...new Set(keys)]);
  });

  test('emergency and the other language are one key away', () => {
    expect(doing(offered, 'F9')).toEqual({ do: 'open', form: 'emergency' });
    expect(doing(offered, 'F8')).toEqual({ do: 'speak' });
  });

  test('at most one choice is what usually follows, and it is a large button', () => {
    const first = offered.filter((choice) => choice.first === true);
    expect(first.length).toBeLessThanOrEqual(1);
    for (const choice of first) expect(choice.at).toBe('paper');
  });

  test('Esc goes back to scanning', () => {
    const { stage } = shown.stage;
    if (stage === 'watching' || stage === 'storing') return;
    expect(doing(offered, 'Esc')).toMatchObject({ command: { command: 'dismiss' } });
  });

  test('what is sent names the scan on the screen', () => {
    for (const { act } of offered) {
      if (act.do !== 'send' || !('scan' in act.command) || scanOnScreen(shown) === null) continue;
      expect(act.command.scan).toBe(scanOnScreen(shown));
    }
  });
});

test('an ID is compared by Enter, N and M', () => {
  const offered = choices(SCREENS.comparing, false);
  expect([doing(offered, 'Enter'), doing(offered, 'N'), doing(offered, 'M')]).toEqual([
    { do: 'send', command: { command: 'matches', scan: 7 } },
    { do: 'send', command: { command: 'differs', scan: 7 } },
    { do: 'send', command: { command: 'no_document', scan: 7 } },
  ]);
});

test('nobody confirms a name that is not to be seen', () => {
  const offered = choices(SCREENS.comparing_blank, false);
  expect(doing(offered, 'Enter')).toEqual({ do: 'send', command: { command: 'show_person', scan: 7 } });
});

test('yellow is never let in', () => {
  for (const choice of choices(SCREENS.attention_yellow, false)) {
    expect(choice.act).not.toMatchObject({ command: { command: 'let_in' } });
  }
  expect(doing(choices(SCREENS.attention_yellow, false), 'Enter')).toEqual({ do: 'send', command: { command: 'dismiss', scan: 7 } });
});

test('an attention that staff may resolve is let in by Enter', () => {
  expect(doing(choices(SCREENS.attention_seen, false), 'Enter')).toEqual({ do: 'send', command: { command: 'let_in', scan: 7 } });
});

test('whoever was looked up is let in by the document that matches', () => {
  const [enter] = choices(SCREENS.attention_looked_up, false);
  expect(enter).toMatchObject({ key: 'Enter', label: 'act.let_in_by_hand', act: { command: { command: 'let_in', scan: 7 } } });
});

test('nobody is let in by a name that has been covered', () => {
  const offered = choices(SCREENS.attention_by_hand, true);
  expect(doing(offered, 'Enter')).toEqual({ do: 'send', command: { command: 'show_person', scan: 7 } });
});

test('no refusal and nothing undecided has a key that admits', () => {
  const turnedAway = SHOWN.filter(([, { stage }]) => stage.stage === 'verdict' && ['refuse', 'undecided'].includes(stage.verdict));
  expect(turnedAway.length).toBeGreaterThan(5);
  for (const [, shown] of turnedAway) {
    for (const { act } of choices(shown, false)) {
      expect(act.do === 'send' && ['let_in', 'matches'].includes(act.command.command)).toBe(false);
    }
  }
});

test('U takes back the last admit while it can be', () => {
  const offered = choices(SCREENS.admit, false);
  expect(doing(offered, 'U')).toEqual({ do: 'send', command: { command: 'undo', seq: 18_204 } });
  expect(doing(choices(SCREENS.scan_demo, false), 'U')).toEqual({ do: 'send', command: { command: 'undo', seq: 18_204 } });
  expect(doing(choices(SCREENS.scan, false), 'U')).toBeUndefined();
});

test('an admit that is held offers to go on instead of to hold it again', () => {
  const held = screen({ stage: verdict({ verdict: 'admit', reasons: because('id_matches'), returns_in_ms: null }) });
  expect([doing(choices(held, false), 'Space'), drawn(held)]).toEqual([undefined, ['Esc']]);
  expect(drawn(SCREENS.admit)).toEqual(['U', 'Space']);
});

test('whoever holds a sheet in hand is registered by the ID, not “without a code”', () => {
  for (const shown of [SCREENS.refuse_expired, SCREENS.refuse_forged, SCREENS.refuse_lost]) {
    expect(choices(shown, false).find(({ key }) => key === 'F2')?.label).toBe('act.register_by_id');
  }
});

test('V shows a name that was blanked, and only that', () => {
  const blanked = screen({ stage: verdict({ verdict: 'refuse', reasons: because('red'), person: null }) });
  expect(doing(choices(blanked, true), 'V')).toEqual({ do: 'send', command: { command: 'show_person', scan: 7 } });
  expect(doing(choices(blanked, false), 'V')).toBeUndefined();
});

test('the demo camera is offered in a demonstration only', () => {
  expect(doing(choices(SCREENS.camera_missing, false), 'D')).toEqual({ do: 'send', command: { command: 'use_demo_camera' } });
  expect(doing(choices(SCREENS.camera_gone, false), 'D')).toBeUndefined();
});

test('another webcam is one key away where there is one, and is the first action where this one gives no pictures', () => {
  const next = { do: 'send', command: { command: 'next_camera' } };
  expect(doing(choices(SCREENS.scan_other_camera, false), 'C')).toEqual(next);
  expect(doing(choices(SCREENS.scan, false), 'C')).toBeUndefined();
  const [first] = choices(SCREENS.camera_gone_other, false);
  expect(first).toEqual({
    key: 'C', label: 'act.use_camera', values: { name: '\u2068USB Document Camera\u2069' }, act: next, at: 'paper', first: true,
  });
});

test('while another proof is awaited no key lets in, and Enter does nothing', () => {
  for (const name of ['attention_second', 'attention_differ'] as const) {
    const offered = choices(SCREENS[name], false);
    expect([doing(offered, 'Enter'), drawn(SCREENS[name])], name).toEqual([undefined, ['Esc']]);
  }
});

test('the key of another webcam gives way in the sill to what can be taken back', () => {
  const both = screen({ next_camera: 'USB Document Camera', undo: { seq: 18_204, left_ms: 21_000 } });
  const where = choices(both, false).flatMap(({ key, at }) => (key === 'C' || key === 'U' ? [[key, at]] : []));
  expect(where).toEqual([['U', 'sill'], ['C', 'quiet']]);
});

test('without a camera each way that still works is there once', () => {
  const drawn = (shown: OperatorScreen): string[][] =>
    choices(shown, false).filter(({ at }) => at !== 'quiet').map(({ key, at }) => [key, at]);
  const language = ['F8', 'sill'];
  expect(drawn(SCREENS.camera_missing_real)).toEqual([['F2', 'paper'], ['F9', 'row'], language]);
  expect(drawn(SCREENS.camera_gone_other)).toEqual([['C', 'paper'], ['F2', 'row'], ['F9', 'row'], language]);
  expect(drawn(SCREENS.camera_missing)).toEqual([['D', 'paper'], ['F2', 'row'], ['F9', 'row'], language]);
  expect(drawn(SCREENS.camera_gone_demo)).toEqual([['C', 'paper'], ['D', 'row'], ['F2', 'row'], ['F9', 'row'], language]);
});

test('an emergency is about the scan on the screen, if there is one', () => {
  expect([SCREENS.comparing, SCREENS.refuse_red, SCREENS.scan, SCREENS.let_in].map(scanOnScreen)).toEqual([7, 7, null, null]);
});

function drawn(shown: OperatorScreen): string[] {
  return choices(shown, false).filter(({ at }) => at === 'paper').map(({ key }) => key);
}

function doing(offered: readonly Choice[], key: Choice['key']): Choice['act'] | undefined {
  return offered.find((choice) => choice.key === key)?.act;
}
