// Every state in a plain browser: `?state=admit&language=en&theme=dark`, and `form=` or `fault` on top; `press=4` presses a
// key in the form, and `held` stands still half-way through holding Enter.
import '../shared/fonts.css';
import '../shared/tokens.css';
import '../shared/base.css';

import { mount, tick } from 'svelte';

import type { Shell } from '../shared/shell';
import { wear } from '../shared/theme';
import App from '../station/App.svelte';
import { Desk } from '../station/desk.svelte';
import { FAULTS, SCREENS, type ScreenName } from './fixtures';
import { frame } from './picture';

const asked = new URLSearchParams(location.search);
const name = asked.get('state') ?? 'scan';
const language = asked.get('language') ?? 'zh-CN';
const form = asked.get('form');

const shell: Shell = {
  attach(hear) {
    if (name in SCREENS) hear({ news: 'screen', screen: SCREENS[name as ScreenName] });

    return Promise.resolve({ language, fault: FAULTS[name] ?? null });
  },
  unlock: () => Promise.resolve({ language, fault: FAULTS['fault'] ?? null }),
  async preview(draw) {
    const picture = await frame();
    draw(picture);
    // A camera that runs sends on.
    setInterval(() => draw(picture), 500);
  },
  frameDrawn: () => Promise.resolve(),
  send: (command) => {
    document.title = JSON.stringify(command);

    return Promise.resolve();
  },
};

wear(asked.get('theme') === 'dark' ? 'dark' : 'light');

// Stands still: a picture of it is the same every time.
const desk = new Desk(shell, () => 0);
const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { desk, systemLanguage: language } });
if (form === 'emergency' || form === 'register') {
  desk.openForm(form);
  await tick();
  const key = asked.get('press');
  if (key !== null) await press(key);
  if (asked.has('held')) await hold();
}

async function press(key: string): Promise<void> {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  await tick();
}

/** The time that admits never comes, and the filling stops where it is after one second. */
async function hold(): Promise<void> {
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = (() => 0) as unknown as typeof later;
  await press('Enter');
  globalThis.setTimeout = later;
  await new Promise(requestAnimationFrame);
  for (const filling of document.getAnimations()) {
    filling.pause();
    filling.currentTime = 1_000;
  }
}
