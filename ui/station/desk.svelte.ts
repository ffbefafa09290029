// What the window itself knows: the last screen from the station, what has run since, and which form is open.
import type { Command, OperatorScreen } from '../shared/bindings';
import type { Fault, News, Shell, Welcome } from '../shared/shell';
import { closest, nextLanguage, speak } from '../shared/words.svelte';
import { Alone } from './alone';
import { type Act, type Choice, type Form, choices, scanOnScreen } from './choices';
import { type KeyName, isTyped } from './keys';

/** How long the answer to "send now" is shown: the centre may be silent for longer. */
const ASKING_MS = 2_000;

/** How often the seconds that have passed are looked at. */
const TICK_MS = 250;

export class Desk {
  screen = $state.raw<OperatorScreen | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** The centre is being asked, because a key was pressed for it. */
  asking = $state(false);
  /** The station is being opened. */
  opening = $state(false);
  form = $state<Form | null>(null);

  readonly shell: Shell;
  readonly choices: readonly Choice[] = $derived.by(() =>
    this.screen === null ? [] : choices(this.screen, this.covered),
  );
  /** The name of this scan was shown, and has been blanked since. */
  readonly covered: boolean = $derived.by(() => {
    const stage = this.screen?.stage;

    return stage?.stage === 'verdict' && stage.person === null && stage.scan === this.#named;
  });

  /** Whom the open form is about: the scan that was on the screen when it was opened. */
  #about: number | null = null;
  readonly #alone = new Alone();
  #asking: ReturnType<typeof setTimeout> | null = null;
  #sent: Promise<void> = Promise.resolve();
  readonly #now: () => number;
  #spoken = false;
  #arrived = $state.raw(0);
  #passed = $state(0);
  #named = $state.raw<number | null>(null);

  /** `now` counts milliseconds and only moves forward. */
  constructor(shell: Shell, now: () => number = () => performance.now()) {
    this.shell = shell;
    this.#now = now;
  }

  /** Milliseconds since the screen came: the station need not send one for every second. */
  get passedMs(): number {
    return this.#passed;
  }

  /** The wall clock in whole seconds. */
  get clock(): number {
    return (this.screen?.now ?? 0) + Math.floor(this.#passed / 1_000);
  }

  /** Attaches to the station; the returned function lets go of the clock. */
  open(systemLanguage: string): () => void {
    speak(closest(systemLanguage));
    this.attach();
    const timer = setInterval(() => this.tick(), TICK_MS);

    return () => clearInterval(timer);
  }

  /** Opens the station, or tries again what did not work before. */
  attach(): void {
    this.#open(this.shell.attach((news) => this.hear(news)));
  }

  unlock(passphrase: string): void {
    this.#open(this.shell.unlock(passphrase));
  }

  hear(news: News): void {
    switch (news.news) {
      case 'screen':
        this.show(news.screen);
        break;
      case 'stopped':
        this.#stopped('');
        break;
    }
  }

  show(screen: OperatorScreen): void {
    this.screen = screen;
    this.#arrived = this.#now();
    this.#passed = 0;
    const { stage } = screen;
    if ((stage.stage === 'verdict' || stage.stage === 'comparing') && stage.person !== null) {
      this.#named = stage.scan;
    }
  }

  /** The screen cannot be drawn: half of it may still be the one before. */
  undrawn(error: unknown): void {
    this.#stopped(error);
  }

  tick(): void {
    this.#passed = Math.max(0, this.#now() - this.#arrived);
  }

  /** A key of ours: does what the screen offers for it, or tells the station that it was something else. */
  key(name: KeyName): void {
    const choice = this.choices.find((offered) => offered.key === name);
    if (choice === undefined) {
      this.otherKey();
    } else if (isTyped(name)) {
      this.#alone.wait(() => this.act(choice.act), () => this.#tellKey());
    } else {
      this.#alone.interrupt();
      this.act(choice.act);
    }
  }

  otherKey(): void {
    this.#alone.interrupt();
    this.#tellKey();
  }

  act(act: Act): void {
    switch (act.do) {
      case 'send':
        if (act.command.command === 'sync_now') this.#ask();
        this.send(act.command);
        break;
      case 'open':
        this.openForm(act.form);
        break;
      case 'speak':
        speak(nextLanguage());
        break;
    }
  }

  /** The scan that the open form is about, while it is still on the screen: an emergency outlives it. */
  get about(): number | null {
    const shown = this.screen === null ? null : scanOnScreen(this.screen);

    return shown === this.#about ? shown : null;
  }

  openForm(form: Form): void {
    if (this.form === null) {
      this.#about = this.screen === null ? null : scanOnScreen(this.screen);
      this.send({ command: 'form_opened' });
    }
    this.form = form;
  }

  closeForm(): void {
    this.form = null;
    this.send({ command: 'form_closed' });
  }

  /** Sends what a form was filled in for, then closes it: scans wait until both are done. */
  submit(command: Command): void {
    this.send(command);
    this.closeForm();
  }

  /** One after the other: a key must never overtake the one before it. */
  send(command: Command): void {
    this.#sent = this.#sent
      .then(() => this.shell.send(command))
      .catch((error: unknown) => this.#stopped(error));
  }

  #ask(): void {
    if (this.#asking !== null) clearTimeout(this.#asking);
    this.asking = true;
    this.#asking = setTimeout(() => {
      this.asking = false;
    }, ASKING_MS);
  }

  #tellKey(): void {
    if (this.screen !== null) this.send({ command: 'other_key' });
  }

  #open(opened: Promise<Welcome>): void {
    this.opening = true;
    const done = (): void => {
      this.opening = false;
    };
    opened
      .then(
        (welcome) => this.#welcomed(welcome),
        (error: unknown) => this.#stopped(error),
      )
      .finally(done);
  }

  #welcomed({ language, fault }: Welcome): void {
    // Only at the start: whoever has chosen another since keeps it.
    if (language !== null && !this.#spoken) speak(closest(language));
    this.#spoken = true;
    // A welcome that comes late must not hide that the station has stopped since.
    if (this.fault?.kind !== 'stopped') this.fault = fault;
  }

  #stopped(error: unknown): void {
    this.form = null;
    this.fault = { kind: 'stopped', detail: String(error) };
  }
}
