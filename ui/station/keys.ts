// What a key on the keyboard is called here. One handler hears all of them; see `App.svelte`.

export type KeyName =
  | 'C' | 'D' | 'Enter' | 'Esc' | 'F2' | 'F6' | 'F8' | 'F9' | 'M' | 'N' | 'Space' | 'U' | 'V'
  | '1' | '2' | '3' | '4' | '5' | '6';

export type Press =
  /** One of ours. */
  | { readonly is: 'key'; readonly name: KeyName }
  /** Somebody types, or a hand scanner: the station must know, or its Enter could confirm. */
  | { readonly is: 'other' }
  /** Moves the focus, or is only half of a press. */
  | { readonly is: 'nothing' };

const BY_KEY: Readonly<Record<string, KeyName>> = {
  ' ': 'Space', Enter: 'Enter', Escape: 'Esc', F2: 'F2', F6: 'F6', F8: 'F8', F9: 'F9',
  '1': '1', '2': '2', '3': '3', '4': '4', '5': '5', '6': '6',
  c: 'C', d: 'D', m: 'M', n: 'N', u: 'U', v: 'V',
};

/** With an input method switched on, `key` says only `Process`; the place of the key then tells. */
const BY_PLACE: Readonly<Record<string, KeyName>> = {
  KeyC: 'C', KeyD: 'D', KeyM: 'M', KeyN: 'N', KeyU: 'U', KeyV: 'V', Enter: 'Enter', NumpadEnter: 'Enter',
  Escape: 'Esc', Space: 'Space',
  Digit1: '1', Digit2: '2', Digit3: '3', Digit4: '4', Digit5: '5', Digit6: '6',
};

const HALVES: ReadonlySet<string> = new Set([
  'Alt', 'AltGraph', 'CapsLock', 'Control', 'Fn', 'Meta', 'NumLock', 'Shift', 'Tab',
]);

/** Keys that a hand scanner types too. */
export function isTyped(name: KeyName): boolean {
  return name.length === 1 || name === 'Space';
}

/** The press behind a keyboard event. Held keys repeat; a repeat is no press. */
export function press(event: KeyboardEvent): Press {
  if (event.repeat || HALVES.has(event.key)) return { is: 'nothing' };
  if (event.ctrlKey || event.altKey || event.metaKey) return { is: 'other' };
  const hidden = event.key === 'Process' || event.key === 'Unidentified';
  const name = hidden ? BY_PLACE[event.code] : BY_KEY[event.key.length === 1 ? event.key.toLowerCase() : event.key];

  return name === undefined ? { is: 'other' } : { is: 'key', name };
}

/** The button of a form that has the focus, and whose Enter it therefore is: what is ringed is what happens. */
export function ringed(event: KeyboardEvent): HTMLButtonElement | null {
  const { target } = event;
  if (event.key !== 'Enter' || !(target instanceof HTMLButtonElement)) return null;

  return target.getAttribute('data-key') === 'Enter' ? null : target;
}
