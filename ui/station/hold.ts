// A key or button that must be held, so that nobody admits by brushing against it.

export const HOLD_MS = 2_000;

/** Calls `done` when held for the whole time; letting go early undoes it. */
export class Hold {
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #changed: (held: boolean) => void;

  constructor(changed: (held: boolean) => void) {
    this.#changed = changed;
  }

  begin(done: () => void): void {
    if (this.#timer !== null) return;
    this.#changed(true);
    this.#timer = setTimeout(() => {
      this.end();
      done();
    }, HOLD_MS);
  }

  end(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#changed(false);
  }
}
