import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { HOLD_MS, Hold } from '../station/hold';
import { press } from '../station/keys';

const down = (init: KeyboardEventInit): ReturnType<typeof press> => press(new KeyboardEvent('keydown', init));

describe('a key', () => {
  test('has one name, large or small', () => {
    expect(['n', 'N', 'Enter', ' ', 'Escape', 'F9'].map((key) => down({ key }))).toEqual(
      ['N', 'N', 'Enter', 'Space', 'Esc', 'F9'].map((name) => ({ is: 'key', name })),
    );
  });

  test('that is held down is pressed once', () => {
    expect(down({ key: 'Enter', repeat: true })).toEqual({ is: 'nothing' });
  });

  test('behind an input method is known by its place', () => {
    expect(down({ key: 'Process', code: 'KeyN' })).toEqual({ is: 'key', name: 'N' });
    expect(down({ key: 'Process', code: 'KeyQ' })).toEqual({ is: 'other' });
  });

  test('with a modifier, or not of ours, is somebody typing', () => {
    expect([down({ key: 'Enter', ctrlKey: true }), down({ key: 'n', altKey: true }), down({ key: 'x' }), down({ key: '7' })]).toEqual(
      Array(4).fill({ is: 'other' }),
    );
  });

  test('that is only half of a press is none', () => {
    expect(['Shift', 'Control', 'Tab', 'CapsLock'].map((key) => down({ key }))).toEqual(Array(4).fill({ is: 'nothing' }));
  });
});

describe('a hold', () => {
  const held: boolean[] = [];
  const done = vi.fn();
  beforeEach(() => {
    vi.useFakeTimers();
    held.length = 0;
    done.mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('of the whole time is done once', () => {
    const hold = new Hold((now) => held.push(now));
    hold.begin(done);
    hold.begin(done);
    vi.advanceTimersByTime(HOLD_MS);
    expect([done.mock.calls.length, held]).toEqual([1, [true, false]]);
  });

  test('that is let go early is not', () => {
    const hold = new Hold((now) => held.push(now));
    hold.begin(done);
    vi.advanceTimersByTime(HOLD_MS - 1);
    hold.end();
    vi.advanceTimersByTime(HOLD_MS);
    expect([done.mock.calls.length, held]).toEqual([0, [true, false]]);
  });
});
