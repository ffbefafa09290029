// What staff can do now: the keys that work and the buttons that are drawn are one list.
import type { Command, OperatorScreen, Reason, VerdictView } from '../shared/bindings';
import type { Key, Values } from '../shared/words.svelte';
import type { KeyName } from './keys';

export type Form = 'emergency' | 'register';

export type Act =
  | { readonly do: 'send'; readonly command: Command }
  | { readonly do: 'open'; readonly form: Form }
  | { readonly do: 'speak' };

export interface Choice {
  readonly key: KeyName;
  readonly label: Key;
  /** What stands in the label. */
  readonly values?: Values;
  readonly act: Act;
  /** Paper: a large button. Row: one of the ways that still work without a camera. Sill: a key with its word.
      Quiet: the key works, and is drawn elsewhere or not at all. */
  readonly at: 'paper' | 'row' | 'sill' | 'quiet';
  /** What usually follows: drawn first and full. */
  readonly first?: boolean;
}

/** For a stage that is about no scan: whatever number comes, the station takes it to mean that stage. */
const NO_SCAN = 0;

/** `covered`: the name on the screen was there and has been blanked. */
export function choices(screen: OperatorScreen, covered: boolean): readonly Choice[] {
  const own = ofStage(screen, covered);
  const taken = new Set(own.map((choice) => choice.key));

  return [...own, ...always(screen).filter((choice) => !taken.has(choice.key))];
}

/** The scan that an emergency admission would be about. */
export function scanOnScreen(screen: OperatorScreen): number | null {
  switch (screen.stage.stage) {
    case 'comparing':
    case 'storing':
    case 'verdict':
      return screen.stage.scan;
    case 'watching':
    case 'let_in':
    case 'emergency':
    case 'undone':
      return null;
  }
}

function ofStage(screen: OperatorScreen, covered: boolean): readonly Choice[] {
  const { stage } = screen;
  switch (stage.stage) {
    case 'watching':
      return watching(screen);
    case 'comparing':
      return comparing(stage.scan, stage.person === null);
    case 'verdict':
      return [...verdict(screen, stage, covered), ...uncover(stage.scan, covered)];
    case 'let_in':
      return [...undo(screen, 'paper'), paper('Esc', 'act.dismiss', send({ command: 'dismiss', scan: stage.scan }))];
    case 'storing':
      return [];
    case 'emergency':
    case 'undone':
      return [sill('Esc', 'act.back', send({ command: 'dismiss', scan: NO_SCAN }))];
  }
}

/** Emergency is one key from every screen; so is the other language. */
function always(screen: OperatorScreen): readonly Choice[] {
  return [
    { ...sill('F9', 'act.emergency', open('emergency')), at: isBlind(screen) ? 'row' : 'sill' },
    { ...sill('F8', 'language.other', { do: 'speak' }), at: screen.stage.stage === 'watching' ? 'sill' : 'quiet' },
    quiet('F6', 'act.sync', send({ command: 'sync_now' })),
  ];
}

function watching(screen: OperatorScreen): readonly Choice[] {
  if (isBlind(screen)) return [...ways(screen), ...undo(screen, 'sill')];
  const other = otherCamera(screen, 'act.next_camera');

  return [
    sill('F2', 'act.register', open('register')),
    ...undo(screen, 'sill'),
    // The sill has no room for both; what can be taken back for seconds only goes first.
    ...other.map((choice): Choice => ({ ...choice, at: screen.undo === null ? 'sill' : 'quiet' })),
  ];
}

/** The station waits for a sheet, and no camera can see one. */
export function isBlind({ stage, camera }: OperatorScreen): boolean {
  return stage.stage === 'watching' && (camera.state === 'missing' || camera.state === 'lost');
}

/** What still works without this camera: what mends it is the button, each other way a row. */
function ways(screen: OperatorScreen): readonly Choice[] {
  const demo = screen.demo ? [sill('D', 'act.demo_camera', send({ command: 'use_demo_camera' }))] : [];
  const all = [...otherCamera(screen, 'act.use_camera'), ...demo, sill('F2', 'act.register', open('register'))];

  return all.map((way, place): Choice => (place === 0 ? { ...way, at: 'paper', first: true } : { ...way, at: 'row' }));
}

/** The webcam that would be taken next. Its name is its maker's: its direction stays its own. */
function otherCamera({ next_camera: name }: OperatorScreen, label: Key): readonly Choice[] {
  if (name === null) return [];

  return [{ ...sill('C', label, send({ command: 'next_camera' })), values: { name: `\u2068${name}\u2069` } }];
}

/** Nobody confirms what is not to be seen: Enter then brings the name back. */
function comparing(scan: number, blank: boolean): readonly Choice[] {
  const confirm = blank
    ? first('Enter', 'act.show_person', send({ command: 'show_person', scan }))
    : first('Enter', 'act.matches', send({ command: 'matches', scan }));

  return [
    confirm,
    paper('N', 'act.differs', send({ command: 'differs', scan })),
    paper('M', 'act.no_document', send({ command: 'no_document', scan })),
    sill('Esc', 'act.back', send({ command: 'dismiss', scan })),
  ];
}

function verdict(screen: OperatorScreen, view: VerdictView, covered: boolean): readonly Choice[] {
  const dismiss = send({ command: 'dismiss', scan: view.scan });
  const reason = view.reasons[0]?.reason;
  switch (view.verdict) {
    case 'admit':
      return [
        ...undo(screen, 'paper'),
        // Once it is held there is nothing more to hold: what is left is to go on.
        ...(view.returns_in_ms === null
          ? [paper('Esc', 'act.dismiss', dismiss)]
          : [paper('Space', 'act.hold', send({ command: 'hold', scan: view.scan })), quiet('Esc', 'act.dismiss', dismiss)]),
      ];
    case 'attention':
      if (waitsForProof(reason)) {
        return [paper('Esc', 'act.not_admitted', dismiss), sill('F2', 'act.register_by_id', open('register'))];
      }

      return [
        view.may_let_in ? letIn(view.scan, reason, covered) : first('Enter', 'act.sent_to_desk', dismiss),
        paper('Esc', 'act.not_admitted', dismiss),
      ];
    case 'refuse':
      return turnedAway(help(reason) ?? 'by_id', dismiss);
    case 'undecided':
      return turnedAway(help(reason) ?? 'update', dismiss);
  }
}

/** As in a comparison: the document is held against what can be seen. */
function letIn(scan: number, reason: Reason | undefined, covered: boolean): Choice {
  return covered
    ? first('Enter', 'act.show_person', send({ command: 'show_person', scan }))
    : first('Enter', letInWords(reason), send({ command: 'let_in', scan }));
}

function letInWords(reason: Reason | undefined): Key {
  if (reason === 'seen_recently') return 'act.let_in_same';
  if (reason === 'by_hand' || reason === 'looked_up') return 'act.let_in_by_hand';

  return 'act.let_in';
}

/** Another sheet of the same person is what follows, and no key. */
function waitsForProof(reason: Reason | undefined): boolean {
  return reason === 'second_proof' || reason === 'names_differ';
}

/** What helps first: whom to turn to in need, another sheet, the person's ID, or news from the centre. */
type Help = 'emergency' | 'other_sheet' | 'by_id' | 'update';

/** By the reason; where nobody is turned away there is nothing to help with. */
const HELP: Readonly<Record<Reason, Help | null>> = {
  rules_hold: null,
  id_matches: null,
  status_ageing: null,
  ticket_ok: null,
  seen_recently: null,
  yellow: null,
  class_differs: null,
  by_hand: null,
  second_proof: null,
  names_differ: null,
  looked_up: null,

  forged: 'by_id',
  unknown_issuer: 'by_id',
  issuer_differs: 'by_id',
  signer_not_valid: 'by_id',
  revoked_lost: 'by_id',
  revoked_reissued: 'by_id',
  revoked: 'by_id',
  expired: 'by_id',
  not_yet_valid: 'other_sheet',
  lifetime_too_long: 'by_id',
  red: 'emergency',
  no_test: 'emergency',
  test_too_old: 'emergency',
  test_positive: 'emergency',
  id_differs: 'other_sheet',
  id_missing: 'emergency',
  kind_not_allowed: 'other_sheet',
  venue_code: 'other_sheet',
  not_a_pass: 'other_sheet',
  malformed: 'by_id',
  blocked: 'other_sheet',
  rule_not_met: 'other_sheet',
  ticket_used: 'other_sheet',

  status_too_old: 'update',
  test_unknown: 'update',
  rule_failed: 'emergency',
  log_rolled_back: 'emergency',
  unsupported: 'by_id',
  keys_too_old: 'update',
  clock_doubt: 'update',
  not_in_list: 'by_id',
  cannot_store: 'emergency',
  no_rules: 'update',
  revocations_missing: 'update',
};

function help(reason: Reason | undefined): Help | null {
  return reason === undefined ? null : HELP[reason];
}

/** The first action is the way to help. */
function turnedAway(help: Help, dismiss: Act): readonly Choice[] {
  switch (help) {
    case 'emergency':
      return [first('Esc', 'act.dismiss', dismiss), paper('F9', 'act.emergency_long', open('emergency'))];
    case 'other_sheet':
      return [first('Esc', 'act.dismiss', dismiss), sill('F2', 'act.register_by_id', open('register'))];
    case 'by_id':
      return [first('F2', 'act.register_by_id', open('register')), paper('Esc', 'act.dismiss', dismiss)];
    case 'update':
      return [first('F6', 'act.update', send({ command: 'sync_now' })), paper('Esc', 'act.dismiss', dismiss)];
  }
}

function undo(screen: OperatorScreen, at: 'paper' | 'sill'): readonly Choice[] {
  if (screen.undo === null) return [];
  const label: Key = at === 'paper' ? 'act.undo' : 'act.undo_number';

  return [{ key: 'U', label, act: send({ command: 'undo', seq: screen.undo.seq }), at }];
}

function uncover(scan: number, covered: boolean): readonly Choice[] {
  return covered ? [quiet('V', 'act.show_person', send({ command: 'show_person', scan }))] : [];
}

function first(key: KeyName, label: Key, act: Act): Choice {
  return { key, label, act, at: 'paper', first: true };
}

function paper(key: KeyName, label: Key, act: Act): Choice {
  return { key, label, act, at: 'paper' };
}

function sill(key: KeyName, label: Key, act: Act): Choice {
  return { key, label, act, at: 'sill' };
}

function quiet(key: KeyName, label: Key, act: Act): Choice {
  return { key, label, act, at: 'quiet' };
}

function send(command: Command): Act {
  return { do: 'send', command };
}

function open(form: Form): Act {
  return { do: 'open', form };
}
