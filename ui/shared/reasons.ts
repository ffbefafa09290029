// The sentence of a reason, with its amount, and the row of facts that it washes.
import type { Reason, ReasonView, RuleView } from './bindings';
import { HOUR, duration } from './time';
import { say } from './words.svelte';

export type Row = 'colour' | 'test' | 'as_of' | 'expires' | 'seen' | 'class';

/** Why, in one sentence. */
export function why(view: ReasonView, rule: RuleView | null): string {
  const { reason, amount } = view;
  const hours = rule?.test_within_hours ?? null;
  switch (reason) {
    case 'rules_hold':
      return hours === null ? say('reason.rules_hold.why_untested') : say('reason.rules_hold.why', { h: hours });
    case 'status_too_old':
      return amount === null
        ? say('reason.status_too_old.why_plain')
        : say('reason.status_too_old.why', { age: duration(amount * HOUR) });
    case 'test_unknown':
      return amount === null
        ? say('reason.test_unknown.why_plain')
        : say('reason.test_unknown.why', { age: duration(amount * HOUR) });
    case 'test_too_old':
      return say('reason.test_too_old.why', { age: hoursOnly(amount ?? 0), h: hours ?? 0 });
    case 'status_ageing':
      return say('reason.status_ageing.why', { age: hoursOnly(amount ?? 0) });
    case 'expired':
      return (amount ?? 0) < 1 ? say('reason.expired.why_today') : say('reason.expired.why', { n: amount ?? 0 });
    case 'not_yet_valid':
      return notYetValid(amount ?? 0);
    case 'no_test':
      return amount === null ? say('reason.no_test.why_plain') : say('reason.no_test.why', { n: amount });
    case 'id_matches':
    case 'seen_recently':
    case 'yellow':
    case 'class_differs':
    case 'by_hand':
    case 'forged':
    case 'unknown_issuer':
    case 'issuer_differs':
    case 'signer_not_valid':
    case 'revoked_lost':
    case 'revoked_reissued':
    case 'revoked':
    case 'lifetime_too_long':
    case 'red':
    case 'test_positive':
    case 'id_differs':
    case 'id_missing':
    case 'kind_not_allowed':
    case 'venue_code':
    case 'not_a_pass':
    case 'malformed':
    case 'rule_failed':
    case 'log_rolled_back':
    case 'unsupported':
    case 'keys_too_old':
    case 'clock_doubt':
    case 'not_in_list':
    case 'cannot_store':
    case 'no_rules':
      return say(`reason.${reason}.why`, { n: amount ?? 0 });
  }
}

/** What to do next, in one sentence. */
export function step(reason: Reason): string {
  return say(`reason.${reason}.step`);
}

/** A few words, for lists. */
export function short(reason: Reason): string {
  return say(`reason.${reason}.short`);
}

/** The fact that decided. */
export function decidingRow(reason: Reason): Row | null {
  switch (reason) {
    case 'yellow':
    case 'red':
    case 'not_in_list':
      return 'colour';
    case 'no_test':
    case 'test_too_old':
    case 'test_positive':
    case 'test_unknown':
      return 'test';
    case 'status_ageing':
    case 'status_too_old':
      return 'as_of';
    case 'expired':
    case 'not_yet_valid':
    case 'lifetime_too_long':
    case 'revoked':
    case 'revoked_lost':
    case 'revoked_reissued':
      return 'expires';
    case 'seen_recently':
      return 'seen';
    case 'class_differs':
      return 'class';
    case 'rules_hold':
    case 'id_matches':
    case 'by_hand':
    case 'forged':
    case 'unknown_issuer':
    case 'issuer_differs':
    case 'signer_not_valid':
    case 'id_differs':
    case 'id_missing':
    case 'kind_not_allowed':
    case 'venue_code':
    case 'not_a_pass':
    case 'malformed':
    case 'rule_failed':
    case 'log_rolled_back':
    case 'unsupported':
    case 'keys_too_old':
    case 'clock_doubt':
    case 'cannot_store':
    case 'no_rules':
      return null;
  }
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
