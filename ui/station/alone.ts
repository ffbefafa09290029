// A key that types a character counts only if it comes alone: a hand scanner's burst is never a shortcut.

/** Nobody presses two keys within this time; a scanner that types does. */
export const ALONE_MS = 100;

export class Alone {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #burst: () => void = () => undefined;

  /** Does `alone` when no other key has come for a while, else `burst`. */
  wait(alone: () => void, burst: () => void): void {
    this.interrupt();
    this.#burst = burst;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      alone();
    }, ALONE_MS);
  }

  /** Another key came. */
  interrupt(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#burst();
  }
}
