// A screen for every state that the station can be in, as it would send it.
import type { CameraView, OperatorScreen, PersonView, StatusView } from '../shared/bindings';
import type { Fault } from '../shared/shell';
import { DAY, HOUR, MINUTE } from '../shared/time';
import { FOREIGN } from './foreign';
import { ADMITTED, NOW, PERSON, REFUSED, STATUS, TO_SEND, WATCHING, because, decided, negative, screen } from './ground';

export { NOW, PERSON, STATUS, because, screen, verdict } from './ground';

function sampled(hoursAgo: number): StatusView {
  return { ...STATUS, test: negative(hoursAgo) };
}

const OLD: StatusView = { ...sampled(99), as_of: NOW - 77 * HOUR };
const OFFLINE = {
  waiting: 214, last_receipt: NOW - 77 * HOUR, link: { state: 'offline', since: NOW - 77 * HOUR }, dispute: null,
} as const;

function lost(fault: Extract<CameraView, { state: 'lost' }>['fault']): OperatorScreen {
  return screen({ camera: { state: 'lost', since: NOW - 15, fault } });
}

/** Whoever holds a code that nobody signed: the issuer's list has no name. */
const LOOKED_UP: PersonView = {
  ...PERSON,
  name: '',
  birth_year: 1958,
  last_four: '061X',
  class: null,
  issuer: '港城 Harbour City',
  country: 'SG',
  expires: null,
  looked_up: true,
};

export const SCREENS = {
  scan: screen(),
  scan_demo: screen({
    camera: { state: 'running', name: 'demo', demo: true },
    undo: { seq: 18_204, left_ms: 21_000 },
    sync: { waiting: 3, last_receipt: NOW - 9 * MINUTE, link: { state: 'online' }, dispute: null },
    last: [
      { outcome: 'let_in', reason: 'seen_recently', at: NOW - 9, undone: false },
      { outcome: 'admit', reason: 'id_matches', at: NOW - 64, undone: true },
    ],
  }),
  scan_first: screen({
    demo: false,
    protection: 'keychain',
    today: { admit: 0, attention: 0, refuse: 0, undecided: 0, let_in: 0, emergency: 0 },
    last: [],
    sync: { waiting: 0, last_receipt: null, link: { state: 'untried' }, dispute: null },
    rule: { preset: 'residential', test_within_hours: null, identity_check: true },
  }),
  scan_offline: screen({
    sync: { waiting: 1_318, last_receipt: NOW - 31 * HOUR, link: { state: 'offline', since: NOW - 31 * HOUR }, dispute: null },
    knowledge: { ...WATCHING.knowledge, status_as_of: NOW - 31 * HOUR, keys_until: NOW + 9 * DAY },
    notice: 'closer',
  }),
  scan_undo: screen({ undo: { seq: 18_204, left_ms: 21_000 } }),
  scan_too_late: screen({ notice: 'too_late_to_undo' }),
  scan_other_camera: screen({ demo: false, protection: 'keychain', next_camera: 'USB Document Camera' }),
  scan_two: screen({ notice: 'one_sheet' }),
  scan_flatten: screen({ notice: 'flatten' }),
  scan_further: screen({ notice: 'further' }),
  scan_hold_still: screen({ notice: 'hold_still' }),
  scan_more_light: screen({ notice: 'more_light' }),
  scan_tilt: screen({ notice: 'tilt' }),
  scan_doubt: screen({
    knowledge: { ...WATCHING.knowledge, clock_doubt: true, clock_offset: { ahead_ms: 754_000, within_ms: 1_040 } },
    sync: { waiting: 18, last_receipt: NOW - 2 * HOUR, link: { state: 'online' }, dispute: 'rolled_back' },
    shredded: 3,
  }),
  comparing: screen({ sync: TO_SEND, stage: { stage: 'comparing', scan: 7, person: PERSON } }),
  comparing_long: screen({
    sync: TO_SEND,
    stage: {
      stage: 'comparing',
      scan: 7,
      person: { ...PERSON, name: 'Maximiliane-Konstantina P*** van den B***', name_altered: true, birth_year: null },
    },
  }),
  comparing_blank: screen({ sync: TO_SEND, stage: { stage: 'comparing', scan: 7, person: null }, notice: 'press_again' }),
  comparing_press_again: screen({ sync: TO_SEND, stage: { stage: 'comparing', scan: 7, person: PERSON }, notice: 'press_again' }),
  comparing_not_stored: screen({ sync: TO_SEND, stage: { stage: 'comparing', scan: 7, person: PERSON }, notice: 'not_stored' }),
  storing: screen({ sync: TO_SEND, stage: { stage: 'storing', scan: 7 } }),
  admit: decided(
    { verdict: 'admit', reasons: because('id_matches'), returns_in_ms: 3_000 },
    { undo: { seq: 18_204, left_ms: 28_000 } },
  ),
  admit_rules: decided(
    { verdict: 'admit', reasons: because('rules_hold'), returns_in_ms: 3_000 },
    { undo: { seq: 18_204, left_ms: 28_000 } },
  ),
  admit_ageing: decided(
    {
      verdict: 'admit',
      reasons: because('status_ageing', 26),
      person: { ...PERSON, status: { ...sampled(40), as_of: NOW - 26 * HOUR } },
      returns_in_ms: 3_000,
    },
    { undo: { seq: 18_204, left_ms: 28_000 }, knowledge: { ...WATCHING.knowledge, status_as_of: NOW - 26 * HOUR } },
  ),
  admit_worn: decided(
    { verdict: 'admit', reasons: because('id_matches'), worn: true, returns_in_ms: 3_000 },
    { undo: { seq: 18_204, left_ms: 28_000 } },
  ),
  refuse_worn: decided({
    verdict: 'refuse',
    reasons: [{ reason: 'red', amount: null }, { reason: 'no_test', amount: 10 }],
    person: { ...PERSON, status: { ...STATUS, colour: 'red', test: { result: 'none' } } },
    worn: true,
  }),
  attention_seen: decided({ verdict: 'attention', reasons: because('seen_recently', 4), may_let_in: true, seq: 18_205 }),
  attention_yellow: decided({
    verdict: 'attention',
    reasons: because('yellow'),
    person: { ...PERSON, name: '李**', birth_year: 1987, class: 'other', status: { ...STATUS, colour: 'yellow' } },
    seq: 18_206,
  }),
  attention_class: decided({
    verdict: 'attention',
    reasons: because('class_differs'),
    person: { ...PERSON, birth_year: 1990 },
    may_let_in: true,
  }),
  attention_by_hand: decided({
    verdict: 'attention',
    reasons: because('by_hand'),
    person: { ...PERSON, name: '赵小兰', issuer: null, keys_as_of: null, expires: null, status: null },
    may_let_in: true,
  }),
  attention_looked_up: decided({
    verdict: 'attention',
    reasons: because('looked_up'),
    person: LOOKED_UP,
    may_let_in: true,
  }),
  refuse_looked_up: decided({
    verdict: 'refuse',
    reasons: because('revoked_lost'),
    person: { ...LOOKED_UP, status: { ...STATUS, colour: null, test: { result: 'none' } } },
  }),
  refuse_forged: decided({ verdict: 'refuse', reasons: because('forged'), person: null, seq: 18_207 }),
  refuse_red: decided({
    verdict: 'refuse',
    reasons: [{ reason: 'red', amount: null }, { reason: 'no_test', amount: 10 }],
    person: { ...PERSON, name: '陈*', birth_year: 1979, class: null, status: { ...STATUS, colour: 'red', test: { result: 'none' } } },
    seq: 18_208,
  }),
  refuse_expired: decided({
    verdict: 'refuse',
    reasons: because('expired', 12),
    person: { ...PERSON, expires: NOW - 12 * DAY },
    seq: 18_209,
  }),
  refuse_test: decided({
    verdict: 'refuse',
    reasons: because('test_too_old', 54),
    person: { ...PERSON, status: sampled(54) },
  }),
  refuse_positive: decided({
    verdict: 'refuse',
    reasons: because('test_positive'),
    person: { ...PERSON, status: { ...STATUS, test: { result: 'positive' } } },
    seq: null,
  }),
  refuse_lost: decided({ verdict: 'refuse', reasons: because('revoked_lost') }),
  undecided_status: decided(
    { verdict: 'undecided', reasons: because('status_too_old', 77), person: { ...PERSON, status: OLD }, seq: 18_210 },
    { sync: OFFLINE, knowledge: { ...WATCHING.knowledge, status_as_of: OLD.as_of } },
  ),
  undecided_clock: decided({ verdict: 'undecided', reasons: because('clock_doubt'), person: null, seq: null }),
  undecided_store: decided({ verdict: 'undecided', reasons: because('cannot_store'), seq: null }),
  let_in: screen({
    sync: TO_SEND,
    today: { ...WATCHING.today, attention: 24, let_in: 18 },
    last: [
      { outcome: 'let_in', reason: 'seen_recently', at: NOW - 1, undone: false },
      { outcome: 'attention', reason: 'seen_recently', at: NOW - 14, undone: false },
    ],
    undo: { seq: 18_206, left_ms: 27_000 }, stage: { stage: 'let_in', scan: 7, seq: 18_206, of: 18_205 },
  }),
  emergency_done: screen({
    sync: TO_SEND,
    today: { ...WATCHING.today, emergency: 2 },
    last: [{ outcome: 'emergency', reason: null, at: NOW - 1, undone: false }, ADMITTED],
    stage: { stage: 'emergency', seq: 18_211, reason: 'medical_help' },
  }),
  emergency_lost: screen({ sync: TO_SEND, stage: { stage: 'emergency', seq: null, reason: 'urgent_medicine' } }),
  undone: screen({
    sync: TO_SEND,
    today: { ...WATCHING.today, admit: 411 },
    last: [{ ...ADMITTED, undone: true }, REFUSED],
    stage: { stage: 'undone', of: 18_204 },
  }),
  camera_opening: screen({ camera: { state: 'opening' } }),
  camera_missing: screen({ camera: { state: 'missing' } }),
  camera_busy: lost('busy'),
  camera_forbidden: lost('forbidden'),
  camera_gone: { ...lost('gone'), demo: false },
  camera_stalled: lost('stalled'),
  camera_missing_real: { ...screen({ camera: { state: 'missing' } }), demo: false },
  camera_gone_other: { ...lost('gone'), demo: false, next_camera: 'USB Document Camera' },
  camera_gone_demo: { ...lost('gone'), next_camera: 'USB Document Camera' },
  ...FOREIGN,
} as const satisfies Record<string, OperatorScreen>;

export type ScreenName = keyof typeof SCREENS;

/** By the name of their story. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  fault: { kind: 'in_use', detail: 'another station runs on this data folder: stop it first' },
  passphrase: { kind: 'passphrase', detail: '' },
};
