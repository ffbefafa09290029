// Light by day, dark where the system asks for it, and a change is followed at once.
import { expect, test, vi } from 'vitest';

import { followSystem } from '../shared/theme';

test('the window follows the system, from the start and whenever it changes', () => {
  const system = Object.assign(new EventTarget(), { matches: true });
  const asked = vi.fn(() => system as unknown as MediaQueryList);
  vi.stubGlobal('matchMedia', asked);
  followSystem();
  expect(asked).toHaveBeenCalledWith('(prefers-color-scheme: dark)');
  expect(worn()).toBe('dark');
  system.matches = false;
  system.dispatchEvent(new Event('change'));
  expect(worn()).toBe('light');
  vi.unstubAllGlobals();
});

function worn(): string | undefined {
  return document.documentElement.dataset['theme'];
}
