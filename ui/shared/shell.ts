// What the window asks of the program around it. `tauri.ts` is the real one; stories and tests bring their own.
import type { Command, OperatorScreen } from './bindings';

/** Why the station could not be opened, or no longer runs. Each has a sentence and a step in every language. */
export type FaultKind =
  | 'documents'
  | 'folder'
  | 'in_use'
  | 'key_missing'
  | 'key_wrong'
  | 'keychain'
  | 'log'
  | 'newer'
  | 'not_enrolled'
  | 'other'
  | 'passphrase'
  | 'stopped';

/** A fault fills the window; `detail` is for support. */
export interface Fault {
  readonly kind: FaultKind;
  readonly detail: string;
}

/** What the program says when the window attaches. */
export interface Welcome {
  /** The language named on the command line. */
  readonly language: string | null;
  /** Why there is no station behind the window. */
  readonly fault: Fault | null;
}

/** What the program tells from then on. */
export type News =
  | { readonly news: 'screen'; readonly screen: OperatorScreen }
  /** What is drawn is no longer true. */
  | { readonly news: 'stopped' };

export interface Shell {
  /** Opens the station if it is not open; all news from now on goes to `hear`. */
  attach(hear: (news: News) => void): Promise<Welcome>;
  /** Opens the station with a passphrase. */
  unlock(passphrase: string): Promise<Welcome>;
  /** Every preview frame from now on goes to `draw`, one at a time: the next comes after `frameDrawn`. */
  preview(draw: (frame: ArrayBuffer) => void): Promise<void>;
  frameDrawn(): Promise<void>;
  send(command: Command): Promise<void>;
}
