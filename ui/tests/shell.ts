// A program around the window that notes what it is asked, and says what the test wants.
import type { Command, OperatorScreen } from '../shared/bindings';
import type { Fault, News, Shell, Welcome } from '../shared/shell';

export class Noting implements Shell {
  readonly commands: Command[] = [];
  readonly passphrases: string[] = [];
  attached = 0;
  drawn = 0;
  fault: Fault | null;
  language: string | null;
  /** What `unlock` meets. */
  unlocked: Fault | null = null;
  #hear: (news: News) => void = () => undefined;
  #first: OperatorScreen | null;

  constructor(first: OperatorScreen | null = null, fault: Fault | null = null, language: string | null = null) {
    this.#first = first;
    this.fault = fault;
    this.language = language;
  }

  attach(hear: (news: News) => void): Promise<Welcome> {
    this.attached += 1;
    this.#hear = hear;
    if (this.#first !== null) this.show(this.#first);

    return Promise.resolve({ language: this.language, fault: this.fault });
  }

  unlock(passphrase: string): Promise<Welcome> {
    this.passphrases.push(passphrase);

    return Promise.resolve({ language: this.language, fault: this.unlocked });
  }

  preview(): Promise<void> {
    return Promise.resolve();
  }

  frameDrawn(): Promise<void> {
    this.drawn += 1;

    return Promise.resolve();
  }

  send(command: Command): Promise<void> {
    this.commands.push(command);

    return Promise.resolve();
  }

  show(screen: OperatorScreen): void {
    this.#hear({ news: 'screen', screen });
  }

  stop(): void {
    this.#hear({ news: 'stopped' });
  }
}
