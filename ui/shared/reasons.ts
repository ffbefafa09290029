// The sentence of a reason, with its amount, and the row of facts that it washes.
import type { Reason, ReasonView, RuleView } from './bindings';
import { HOUR, duration } from './time';
import { say } from './words.svelte';

export type Row = 'colour' | 'test' | 'as_of' | 'expires' | 'seen' | 'class';

/** Why, in one sentence. */
export function why(view: ReasonView, rule: RuleView | null): string {
  const { reason, amount } = view;
  const hours = rule?.test_within_hours ?? null;
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

/** What to do next, in one sentence. */
export function step(reason: Reason): string {
  return say(`reason.${reason}.step`);
}

/** A few words, for lists. */
export function short(reason: Reason): string {
  return say(`reason.${reason}.short`);
}

/** The fact that decided; none where it is the sheet or the station itself. */
const DECIDED_BY: Readonly<Record<Reason, Row | null>> = {
  rules_hold: null,
  id_matches: null,
  status_ageing: 'as_of',
  seen_recently: 'seen',
  yellow: 'colour',
  class_differs: 'class',
  by_hand: null,

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
};

/** The fact that decided. */
export function decidingRow(reason: Reason): Row | null {
  return DECIDED_BY[reason];
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
