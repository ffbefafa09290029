// The sentence of a reason, with its amount, and the row of facts that it washes.
import type { Reason, ReasonView, RuleView } from './bindings';
import { HOUR, duration } from './time';
import { type Key, say } from './words.svelte';

export type Row = 'colour' | 'test' | 'as_of' | 'expires' | 'seen' | 'class';

/** Why, in one sentence; `foreign` where what was shown is no resident's paper. */
export function why(view: ReasonView, rule: RuleView | null, foreign = false): string {
  const { reason, amount } = view;
  const hours = rule?.test_within_hours ?? null;
  if (foreign && reason === 'rules_hold') return say('reason.rules_hold.why_foreign');
  if (foreign && reason === 'revoked') return say('reason.revoked.why_foreign');
  const special = OF_ITS_OWN[reason];

  return special === undefined ? say(`reason.${reason}.why`, { n: amount ?? 0 }) : special(amount, hours);
}

/** Sentences that are more than words with the amount in them; hours are those that the venue's rule asks for. */
const OF_ITS_OWN: Readonly<Partial<Record<Reason, (amount: number | null, hours: number | null) => string>>> = {
  rules_hold: (_, hours) => (
    hours === null ? say('reason.rules_hold.why_untested') : say('reason.rules_hold.why', { h: hours })
  ),
  status_ageing: (amount) => say('reason.status_ageing.why', { age: hoursOnly(amount ?? 0) }),
  status_too_old: (amount) => (
    amount === null
      ? say('reason.status_too_old.why_plain')
      : say('reason.status_too_old.why', { age: duration(amount * HOUR) })
  ),
  test_unknown: (amount) => (
    amount === null
      ? say('reason.test_unknown.why_plain')
      : say('reason.test_unknown.why', { age: duration(amount * HOUR) })
  ),
  test_too_old: (amount, hours) => say('reason.test_too_old.why', { age: hoursOnly(amount ?? 0), h: hours ?? 0 }),
  expired: (amount) => (
    (amount ?? 0) < 1 ? say('reason.expired.why_today') : say('reason.expired.why', { n: amount ?? 0 })
  ),
  not_yet_valid: (amount) => notYetValid(amount ?? 0),
  no_test: (amount) => (
    amount === null ? say('reason.no_test.why_plain') : say('reason.no_test.why', { n: amount })
  ),
};

/** What to do next, in one sentence. No residents' office prints a foreign code, and an event asks for no resident's paper. */
export function step(reason: Reason, rule: RuleView | null = null, foreign = false): string {
  const special = (foreign ? FOREIGN_STEP[reason] : undefined) ?? (rule?.preset === 'event' ? EVENT_STEP[reason] : undefined);

  return say(special ?? `reason.${reason}.step`);
}

const FOREIGN_STEP: Readonly<Partial<Record<Reason, Key>>> = {
  expired: 'reason.expired.step_foreign',
  revoked: 'reason.revoked.step_foreign',
  signer_not_valid: 'reason.signer_not_valid.step_foreign',
};

const EVENT_STEP: Readonly<Partial<Record<Reason, Key>>> = {
  kind_not_allowed: 'reason.kind_not_allowed.step_event',
  not_a_pass: 'reason.not_a_pass.step_event',
};

/** A few words, for lists. */
export function short(reason: Reason): string {
  return say(`reason.${reason}.short`);
}

/** The fact that decided; none where it is the sheet or the station itself. */
const DECIDED_BY: Readonly<Record<Reason, Row | null>> = {
  rules_hold: null,
  id_matches: null,
  status_ageing: 'as_of',
  ticket_ok: null,
  seen_recently: 'seen',
  yellow: 'colour',
  class_differs: 'class',
  by_hand: null,
  second_proof: null,
  names_differ: null,
  looked_up: null,

  forged: null,
  unknown_issuer: null,
  issuer_differs: null,
  signer_not_valid: null,
  revoked_lost: 'expires',
  revoked_reissued: 'expires',
  revoked: 'expires',
  expired: 'expires',
  not_yet_valid: 'expires',
  lifetime_too_long: 'expires',
  red: 'colour',
  no_test: 'test',
  test_too_old: 'test',
  test_positive: 'test',
  id_differs: null,
  id_missing: null,
  kind_not_allowed: null,
  venue_code: null,
  not_a_pass: null,
  malformed: null,
  blocked: null,
  rule_not_met: null,
  ticket_used: 'seen',

  status_too_old: 'as_of',
  test_unknown: 'test',
  rule_failed: null,
  log_rolled_back: null,
  unsupported: null,
  keys_too_old: null,
  clock_doubt: null,
  not_in_list: 'colour',
  cannot_store: null,
  no_rules: null,
  revocations_missing: null,
};

/** The fact that decided. */
export function decidingRow(reason: Reason): Row | null {
  return DECIDED_BY[reason];
}

/** How large the sentence of a venue's rule can stand: the longer, the smaller. A Chinese letter is as wide as two. */
export function sizeOf(sentence: string): '' | 'long' | 'longer' | 'longest' {
  const letters = [...sentence].length + (sentence.match(/[\p{Script=Han}，。；：！？（）]/gu)?.length ?? 0);
  if (letters <= 70) return '';
  if (letters <= 140) return 'long';

  return letters <= 210 ? 'longer' : 'longest';
}

function notYetValid(days: number): string {
  if (days < 1) return say('reason.not_yet_valid.why_today');
  if (days === 1) return say('reason.not_yet_valid.why_tomorrow');

  return say('reason.not_yet_valid.why', { n: days });
}

/** The rule counts in hours, so its sentences do too: 53 h against 48 h, never 2 days. */
function hoursOnly(hours: number): string {
  return say('age.hours', { n: hours });
}
