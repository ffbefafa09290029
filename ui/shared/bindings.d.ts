// Written by `cargo test -p domain --features bindings bindings` from the domain's types. Do not edit.

/**
 * A code beside the one that was judged: who vouches for it, in the words of the trust list.
 */
export type BesideView = {
/**
 * The name on it, where name or date of birth are other ones than on the code that was judged.
 */
name: string | null,
/**
 * The date of birth on it, ISO 8601, where that is so and the code has one.
 */
birth_date: string | null,
/**
 * Its issuer.
 */
issuer: string | null,
/**
 * Its signer's country.
 */
country: string | null, };

/**
 * Why a camera gives no pictures.
 */
export type CameraFault = "busy" | "forbidden" | "gone" | "stalled";

/**
 * What the camera does.
 */
export type CameraView = { "state": "opening" } | { "state": "running",
/**
 * The camera's name; for the demo camera `demo`.
 */
name: string,
/**
 * Frames are the program's own moving photographs.
 */
demo: boolean, } | { "state": "missing" } | { "state": "lost",
/**
 * Since when.
 */
since: Timestamp,
/**
 * What happened.
 */
fault: CameraFault, };

/**
 * A health colour.
 */
export type Colour = "green" | "yellow" | "red";

/**
 * What staff ask for. Every one is checked like any foreign input.
 */
export type Command = { "command": "matches",
/**
 * Which scan.
 */
scan: ScanId, } | { "command": "differs",
/**
 * Which scan.
 */
scan: ScanId, } | { "command": "no_document",
/**
 * Which scan.
 */
scan: ScanId, } | { "command": "show_person",
/**
 * Which scan.
 */
scan: ScanId, } | { "command": "let_in",
/**
 * Which scan.
 */
scan: ScanId, } | { "command": "dismiss",
/**
 * Which scan.
 */
scan: ScanId, } | { "command": "hold",
/**
 * Which scan.
 */
scan: ScanId, } | { "command": "undo",
/**
 * Its log number.
 */
seq: number, } | { "command": "emergency",
/**
 * The scan on the screen, if it is about that person.
 */
scan: ScanId | null,
/**
 * Why.
 */
reason: EmergencyReason,
/**
 * More words, no names; at least four letters where the reason is `other`.
 */
note: string, } | { "command": "register",
/**
 * Name as staff type it.
 */
name: string,
/**
 * Birth year.
 */
birth_year: number | null,
/**
 * Last four of the ID document.
 */
last_four: string,
/**
 * Holder class.
 */
class: HolderClass | null, } | { "command": "form_opened" } | { "command": "form_closed" } | { "command": "other_key" } | { "command": "sync_now" } | { "command": "use_demo_camera" } | { "command": "next_camera" };

/**
 * What stands between our log and the centre's: the lead must be told.
 */
export type Dispute = "behind" | "fenced" | "fork" | "hole" | "not_known" | "refused" | "rolled_back" | "too_large";

/**
 * Why an emergency admission was given. Always asked for, never chosen beforehand.
 */
export type EmergencyReason = "medical_help" | "evacuation" | "emergency_crew" | "urgent_medicine" | "data_too_old" | "other";

/**
 * The class of resident on the paper.
 */
export type HolderClass = "minor" | "senior" | "disabled" | "other";

/**
 * The age of what the station knows.
 */
export type KnowledgeView = {
/**
 * The status list's time of issue; none if there is no list.
 */
status_as_of: Timestamp | null,
/**
 * From this age staff are warned.
 */
status_warn_hours: number,
/**
 * From this age nothing is decided on it.
 */
status_stop_hours: number,
/**
 * When trust list or assignment expires, whichever is first.
 */
keys_until: Timestamp | null,
/**
 * The clock contradicts what was signed.
 */
clock_doubt: boolean,
/**
 * How far the centre's clock is ahead of ours; none before its first answer.
 */
clock_offset: OffsetView | null, };

/**
 * One of the last verdicts.
 */
export type LastVerdict = {
/**
 * What was shown.
 */
outcome: Outcome,
/**
 * The first reason; none for emergencies.
 */
reason: Reason | null,
/**
 * When.
 */
at: Timestamp,
/**
 * Taken back afterwards.
 */
undone: boolean, };

/**
 * Whether the centre answers.
 */
export type LinkView = { "state": "untried" } | { "state": "online" } | { "state": "offline",
/**
 * Since when.
 */
since: Timestamp, };

/**
 * A word for staff that is no verdict.
 */
export type Notice = "closer" | "flatten" | "further" | "hold_still" | "more_light" | "one_sheet" | "more_parts" | "tilt" | "press_again" | "too_late_to_undo" | "not_stored" | "incomplete";

/**
 * How far the centre's clock is ahead of ours.
 */
export type OffsetView = {
/**
 * Milliseconds; negative where ours is ahead.
 */
ahead_ms: number,
/**
 * The bound of its error in milliseconds.
 */
within_ms: number, };

/**
 * The operator's whole screen at one moment.
 */
export type OperatorScreen = {
/**
 * The authority is a demonstration: DEMO stands on every screen.
 */
demo: boolean,
/**
 * How the station's own key is kept; level 0 is shown as a warning.
 */
protection: Protection,
/**
 * Where we are; none before the first assignment.
 */
venue: VenueView | null,
/**
 * The rule in force; none before the first trust list.
 */
rule: RuleView | null,
/**
 * Wall clock.
 */
now: Timestamp,
/**
 * Today's totals.
 */
today: Totals,
/**
 * How old what we know is.
 */
knowledge: KnowledgeView,
/**
 * What waits to be sent.
 */
sync: SyncView,
/**
 * Entries that never reached the centre and gave up what they carried of a person, because their time was
 * over: an alarm until they are sent.
 */
shredded: number,
/**
 * What the camera does.
 */
camera: CameraView,
/**
 * The webcam that [`Command::NextCamera`] takes; none where there is no other one.
 */
next_camera: string | null,
/**
 * The last verdicts, newest first, at most two, without names.
 */
last: Array<LastVerdict>,
/**
 * The admit or let in that can still be undone.
 */
undo: UndoView | null,
/**
 * What the leaf shows.
 */
stage: Stage,
/**
 * A word for staff beside the stage.
 */
notice: Notice | null, };

/**
 * What an entry was counted as.
 */
export type Outcome = "admit" | "attention" | "refuse" | "undecided" | "let_in" | "emergency";

/**
 * What staff compare and read about the holder. Shown only after every check of the code.
 */
export type PersonView = {
/**
 * The name as the code has it, masked on our own paper, cleaned for display (SECURITY.md §9); empty where the code
 * names nobody, as a ticket.
 */
name: string,
/**
 * The same name in the other script that the code has it in, if it has one.
 */
name_other: string | null,
/**
 * Something was dropped from the name: staff compare with care.
 */
name_altered: boolean,
/**
 * Birth year, if the code has one.
 */
birth_year: number | null,
/**
 * The date of birth, ISO 8601, as far as the code has it; none on our own paper, which has the year alone.
 */
birth_date: string | null,
/**
 * Last four of the ID document; empty where the code does not have them.
 */
last_four: string,
/**
 * The holder class, if the code has one.
 */
class: HolderClass | null,
/**
 * Who vouches for it, in the words of the trust list.
 */
issuer: string | null,
/**
 * The signer's country (ISO 3166-1 alpha-2, or three letters of ICAO), in the words of the trust list.
 */
country: string | null,
/**
 * When the trust list was signed that its signer stands in; none for a person registered by hand.
 */
keys_as_of: Timestamp | null,
/**
 * The first second in which the sheet no longer counts.
 */
expires: Timestamp | null,
/**
 * What the list says; none for a person registered by hand.
 */
status: StatusView | null,
/**
 * Nobody signed it: all that is known of the holder was looked up in the issuer's list.
 */
looked_up: boolean,
/**
 * What codes of other formats prove, the one shown last first.
 */
proofs: Array<ProofView>,
/**
 * Whose the codes are that count beside the one that was judged.
 */
beside: Array<BesideView>, };

/**
 * The kinds of venue, each with its preset.
 */
export type Preset = "public_place" | "residential" | "event";

/**
 * What a code of another format proves, as staff read it. Texts are cleaned for display.
 */
export type ProofView = { "proof": "vaccination",
/**
 * The vaccine.
 */
vaccine: string,
/**
 * Which dose this was, where the code counts them.
 */
dose: number | null,
/**
 * Of how many, where the code says it.
 */
doses: number | null,
/**
 * The day, ISO 8601.
 */
on: string, } | { "proof": "test",
/**
 * How.
 */
method: TestMethod,
/**
 * What came of it.
 */
result: TestOutcome,
/**
 * When the sample was taken; none where the code has a day alone.
 */
at: Timestamp | null,
/**
 * The day, ISO 8601.
 */
on: string, } | { "proof": "recovery",
/**
 * The day of the first positive test, ISO 8601.
 */
positive_on: string,
/**
 * Counts from this day on.
 */
from: string,
/**
 * Counts up to this day.
 */
until: string, } | { "proof": "pass" } | { "proof": "identity" } | { "proof": "ticket",
/**
 * The product's name in the venue's policy; none where the policy has no such product.
 */
product: string | null,
/**
 * The product's number.
 */
item: number,
/**
 * The variation's number; 0 without one.
 */
variation: number,
/**
 * The number of the date in a series; 0 without one.
 */
subevent: number, };

/**
 * How the station's key is kept (SECURITY.md §6).
 */
export type Protection = "keychain" | "key_file" | "passphrase";

/**
 * Why. Each has a sentence and a next step in every language of `ui/locales`.
 */
export type Reason = "rules_hold" | "id_matches" | "status_ageing" | "ticket_ok" | "seen_recently" | "yellow" | "class_differs" | "by_hand" | "second_proof" | "names_differ" | "looked_up" | "forged" | "unknown_issuer" | "issuer_differs" | "signer_not_valid" | "revoked_lost" | "revoked_reissued" | "revoked" | "expired" | "not_yet_valid" | "lifetime_too_long" | "red" | "no_test" | "test_too_old" | "test_positive" | "id_differs" | "id_missing" | "kind_not_allowed" | "venue_code" | "not_a_pass" | "malformed" | "blocked" | "rule_not_met" | "ticket_used" | "status_too_old" | "test_unknown" | "rule_failed" | "log_rolled_back" | "unsupported" | "keys_too_old" | "clock_doubt" | "not_in_list" | "cannot_store" | "no_rules" | "revocations_missing";

/**
 * A reason with the number in its sentence.
 */
export type ReasonView = {
/**
 * Which sentence.
 */
reason: Reason,
/**
 * The amount in it: minutes for `seen_recently`, days for `expired`, `not_yet_valid` and `no_test`,
 * hours for `status_ageing`, `status_too_old`, `test_too_old` and `test_unknown`; none elsewhere.
 */
amount: number | null, };

/**
 * What a venue's rule says where it fails, as its author wrote it.
 */
export type RuleSentence = {
/**
 * The rule's name.
 */
id: string,
/**
 * In Chinese.
 */
zh: string,
/**
 * In English.
 */
en: string, };

/**
 * The rule that the venue's kind selects.
 */
export type RuleView = {
/**
 * Which preset.
 */
preset: Preset,
/**
 * A negative sample must be younger than this many hours; none where no test is asked for.
 */
test_within_hours: number | null,
/**
 * Staff compare the ID document before an admit counts.
 */
identity_check: boolean, };

/**
 * A scan's number within this run; commands name it, so that a late key never meets another person.
 */
export type ScanId = number;

/**
 * What the leaf shows.
 */
export type Stage = { "stage": "watching" } | { "stage": "comparing",
/**
 * Which scan.
 */
scan: ScanId,
/**
 * What to compare; none once it was blanked after 30 s.
 */
person: PersonView | null, } | { "stage": "storing",
/**
 * Which scan.
 */
scan: ScanId, } | { "stage": "verdict" } & VerdictView | { "stage": "let_in",
/**
 * Which scan.
 */
scan: ScanId,
/**
 * Its own log number.
 */
seq: number,
/**
 * The log number of the attention that it resolves.
 */
of: number, } | { "stage": "emergency",
/**
 * Its log number; none if even the reserve could not hold it: write it on paper.
 */
seq: number | null,
/**
 * Why.
 */
reason: EmergencyReason, } | { "stage": "undone",
/**
 * The log number that was taken back.
 */
of: number, };

/**
 * What the status list says of one resident.
 */
export type StatusView = {
/**
 * The health colour; none if the list has none for this index.
 */
colour: Colour | null,
/**
 * The latest test.
 */
test: TestView,
/**
 * The list's time of issue: "status as of".
 */
as_of: Timestamp, };

/**
 * What waits to be sent to the centre.
 */
export type SyncView = {
/**
 * Entries without a receipt.
 */
waiting: number,
/**
 * When the last receipt came.
 */
last_receipt: Timestamp | null,
/**
 * Whether the centre answers.
 */
link: LinkView,
/**
 * What stands between our log and the centre's, also while the line is cut and after a restart.
 */
dispute: Dispute | null, };

/**
 * How a test was made.
 */
export type TestMethod = "antigen" | "naat" | "other";

/**
 * What came of a test on paper.
 */
export type TestOutcome = "negative" | "positive" | "unknown";

/**
 * The latest test.
 */
export type TestView = { "result": "negative",
/**
 * Start of the 4-hour slot; the rules count from here.
 */
from: Timestamp,
/**
 * End of the slot.
 */
until: Timestamp, } | { "result": "none" } | { "result": "positive" };

/**
 * Seconds since 1970-01-01T00:00:00Z, as in a CWT (RFC 8392 §2).
 */
export type Timestamp = number;

/**
 * Totals of the venue's local day at this station.
 */
export type Totals = {
/**
 * Admitted and not undone.
 */
admit: number,
/**
 * Shown attention.
 */
attention: number,
/**
 * Refused.
 */
refuse: number,
/**
 * Undecided.
 */
undecided: number,
/**
 * Let in by staff and not undone; counted apart.
 */
let_in: number,
/**
 * Admitted in an emergency; in no other figure.
 */
emergency: number, };

/**
 * The entry that `U` takes back.
 */
export type UndoView = {
/**
 * The log number of the admit or let in.
 */
seq: number,
/**
 * Milliseconds left.
 */
left_ms: number, };

/**
 * Where the station stands.
 */
export type VenueView = {
/**
 * The venue's name, from the assignment.
 */
name: string,
/**
 * Its street address, from the assignment.
 */
address: string,
/**
 * The gate's number.
 */
gate: number,
/**
 * Minutes that local time is ahead of UTC.
 */
utc_offset_minutes: number, };

/**
 * What the station tells the staff. Each has its own shape, word, colour, rhythm and phrase.
 */
export type Verdict = "admit" | "attention" | "refuse" | "undecided";

/**
 * A verdict as it fills the screen.
 */
export type VerdictView = {
/**
 * Which scan.
 */
scan: ScanId,
/**
 * Shape, word and colour.
 */
verdict: Verdict,
/**
 * Why, the deciding one first; never empty.
 */
reasons: Array<ReasonView>,
/**
 * The facts for the paper; none where nothing of the code may be shown, or once blanked.
 */
person: PersonView | null,
/**
 * Log number; none where refuse or undecided could not be stored, and the screen says so.
 */
seq: number | null,
/**
 * Staff may resolve it as `let in`.
 */
may_let_in: boolean,
/**
 * The print was poor in every picture of this scan: a new one would be read sooner. Shown, never kept.
 */
worn: boolean,
/**
 * Milliseconds until the screen returns by itself; none where it stays.
 */
returns_in_ms: number | null,
/**
 * The sentence of the venue's rule that failed: it stands in place of the reason's own.
 */
rule: RuleSentence | null,
/**
 * What was shown is no paper of a resident's: their office can do nothing about it.
 */
foreign: boolean, };
