// What the screens of the stories have in common.
import type {
  LastVerdict, OperatorScreen, PersonView, Reason, ReasonView, Stage, StatusView, TestView, VerdictView,
} from '../shared/bindings';
import { DAY, HOUR, MINUTE } from '../shared/time';

/** 24 November 2026, 14:32:07 in Shanghai. */
export const NOW = 1_795_501_927;

const UTC_OFFSET = 480;
const SLOT = 4 * HOUR;

export const STATUS: StatusView = { colour: 'green', test: negative(20), as_of: NOW - 12 * MINUTE };

export const PERSON: PersonView = {
  name: '王*',
  name_other: null,
  name_altered: false,
  birth_year: 1941,
  birth_date: null,
  last_four: '3827',
  class: 'senior',
  issuer: '上海市 Shanghai',
  country: null,
  keys_as_of: NOW - 3 * DAY,
  expires: NOW + 108 * DAY,
  status: STATUS,
  looked_up: false,
  proofs: [],
  beside: [],
};

export const ADMITTED: LastVerdict = { outcome: 'admit', reason: 'id_matches', at: NOW - 27, undone: false };
export const REFUSED: LastVerdict = { outcome: 'refuse', reason: 'expired', at: NOW - 132, undone: false };

export const WATCHING: OperatorScreen = {
  demo: true,
  protection: 'key_file',
  venue: {
    name: '华山医院门诊药房 Huashan Pharmacy',
    address: '上海市静安区乌鲁木齐中路 12 号',
    gate: 2,
    utc_offset_minutes: UTC_OFFSET,
  },
  rule: { preset: 'public_place', test_within_hours: 48, identity_check: true },
  now: NOW,
  today: { admit: 412, attention: 23, refuse: 9, undecided: 3, let_in: 17, emergency: 1 },
  knowledge: {
    status_as_of: NOW - 12 * MINUTE,
    status_warn_hours: 24,
    status_stop_hours: 72,
    keys_until: NOW + 41 * DAY,
    clock_doubt: false,
    clock_offset: { ahead_ms: 20, within_ms: 1_020 },
  },
  sync: { waiting: 0, last_receipt: NOW - MINUTE, link: { state: 'online' }, dispute: null },
  shredded: 0,
  camera: { state: 'running', name: 'Integrated Webcam', demo: false },
  next_camera: null,
  last: [ADMITTED, REFUSED],
  undo: null,
  stage: { stage: 'watching' },
  notice: null,
};

export function screen(changes: Partial<OperatorScreen> = {}): OperatorScreen {
  return { ...WATCHING, ...changes };
}

export function verdict(changes: Partial<VerdictView> & Pick<VerdictView, 'verdict' | 'reasons'>): Stage {
  return {
    stage: 'verdict',
    scan: 7,
    person: PERSON,
    seq: 18_204,
    may_let_in: false,
    worn: false,
    returns_in_ms: null,
    rule: null,
    foreign: false,
    ...changes,
  };
}

export function because(reason: Reason, amount: number | null = null): ReasonView[] {
  return [{ reason, amount }];
}

export const TO_SEND = { waiting: 1, last_receipt: NOW - 3 * MINUTE, link: { state: 'online' }, dispute: null } as const;

export function decided(changes: Parameters<typeof verdict>[0], rest: Partial<OperatorScreen> = {}): OperatorScreen {
  return screen({ sync: TO_SEND, stage: verdict(changes), ...rest });
}

/** The slot that holds a sample of so many hours ago. */
export function negative(hoursAgo: number): TestView {
  const from = Math.floor((NOW - hoursAgo * HOUR) / SLOT) * SLOT;

  return { result: 'negative', from, until: from + SLOT };
}
