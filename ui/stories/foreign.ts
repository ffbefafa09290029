// Screens of codes that other systems print. Names, numbers and issuers are made up.
import type { OperatorScreen, PersonView, ProofView, RuleSentence, Stage, VerdictView } from '../shared/bindings';
import { DAY, HOUR } from '../shared/time';
import { NOW, PERSON, TO_SEND, WATCHING, because, decided, screen } from './ground';

const HOLDER: PersonView = {
  ...PERSON,
  name: 'Müller-Lüdenscheidt Jürgen',
  name_other: 'MUELLER LUEDENSCHEIDT JUERGEN',
  birth_year: 1964,
  birth_date: '1964-03-14',
  last_four: '',
  class: null,
  issuer: 'DE',
  country: 'DE',
  keys_as_of: NOW - 3 * DAY,
  expires: NOW + 210 * DAY,
  status: null,
  proofs: [],
  beside: [],
};

const VACCINATED: ProofView = { proof: 'vaccination', vaccine: 'Comirnaty', dose: 2, doses: 2, on: '2026-07-03' };
const TESTED: ProofView = { proof: 'test', method: 'naat', result: 'negative', at: NOW - 22 * HOUR - 1_260, on: '2026-11-23' };
const RECOVERED: ProofView = { proof: 'recovery', positive_on: '2026-07-01', from: '2026-07-12', until: '2026-12-28' };
const TICKET: ProofView = { proof: 'ticket', product: '周末通票 Weekend pass', item: 4_711, variation: 3, subevent: 12 };

const NOBODY: PersonView = {
  ...HOLDER,
  name: '',
  name_other: null,
  birth_year: null,
  birth_date: null,
  issuer: null,
  country: null,
  expires: null,
  proofs: [TICKET],
};

const GREEK: PersonView = {
  ...HOLDER,
  ...named('Παπαδόπουλος Νικόλαος', '1971-08-02', 'PAPADOPOULOS NIKOLAOS'),
  issuer: 'GR',
  country: 'GR',
  proofs: [TESTED],
};

const RULE: RuleSentence = {
  id: 'VR-EU-0002',
  zh: '最后一剂须在 14 至 270 天之前接种。',
  en: 'The last dose must be 14 to 270 days old.',
};

/** As long as a rule's sentence may be. */
const LONG_RULE: RuleSentence = {
  id: 'GR-HOUSE-0007',
  zh: '进入养老院的访客须在最近四十八小时内做过核酸检测并且结果为阴性，检测机构须在本市卫生主管部门公布的名单之内；已完成全程接种且最后一剂在十四天以前、二百七十天以内的访客，可以用二十四小时内的抗原检测阴性结果代替；曾经感染的访客，须出示首次阳性之后第十一天至第一百八十天之间有效的康复证明；以上证明的姓名和出生日期都须与证件一致，未满十二岁的儿童由同行的成年人代为出示，不另作要求，请向前台说明。',
  en: 'Visitors of the care home need a negative PCR test of the last 48 hours, or full vaccination 14 to 270 days ago with an antigen test of the last 24 hours, or a recovery of day 11 to 180. Ask at the desk.',
};

const AT_EVENT: Partial<OperatorScreen> = {
  venue: { ...WATCHING.venue!, name: '上海书展 Shanghai Book Fair', address: '上海市静安区延安中路 1000 号', gate: 3 },
  rule: { preset: 'event', test_within_hours: null, identity_check: true },
};

const UNDO: Partial<OperatorScreen> = { undo: { seq: 18_204, left_ms: 28_000 } };

function compared(person: PersonView, rest: Partial<OperatorScreen> = {}): OperatorScreen {
  return screen({ sync: TO_SEND, stage: { stage: 'comparing', scan: 7, person }, ...rest });
}

type Told = Pick<VerdictView, 'verdict' | 'reasons'> & Partial<Omit<Extract<Stage, { stage: 'verdict' }>, 'stage'>>;

function judged(told: Told, rest: Partial<OperatorScreen> = {}): OperatorScreen {
  return decided({ foreign: true, ...told }, rest);
}

function admitted(person: PersonView, rest: Partial<OperatorScreen> = {}): OperatorScreen {
  return judged({ verdict: 'admit', reasons: because('id_matches'), person, returns_in_ms: 3_000 }, { ...UNDO, ...rest });
}

export const FOREIGN = {
  scan_parts: screen({ notice: 'more_parts' }),
  comparing_hcert: compared({ ...HOLDER, proofs: [VACCINATED] }),
  comparing_test: compared(GREEK),
  comparing_vds: compared({
    ...HOLDER,
    ...named('PAPANDREOU KONSTANTOPOULOS ANASTASIA MARIA ELENI HOHENZOLLERN VON', '1988-12-05'),
    issuer: 'UTO',
    country: 'UTO',
    proofs: [dose('COVID-19 Vaccine, mRNA, Comirnaty original/omicron BA.4-5', 1, '2026-09-15')],
  }),
  comparing_claim169: compared({
    ...HOLDER,
    ...named('Yusuf ibn Khalid al-Harbi', '1984-01-18', 'يوسف بن خالد الحربي'),
    issuer: 'National Identity Authority',
    country: 'MA',
    proofs: [{ proof: 'identity' }],
  }),
  comparing_half_born: compared({
    ...HOLDER, ...named('Siti Nurhaliza', '1990-06'), name_altered: true, issuer: 'MY', country: 'MY', proofs: [RECOVERED],
  }),
  admit_hcert: admitted({ ...HOLDER, proofs: [VACCINATED] }),
  admit_test: judged(
    { verdict: 'admit', reasons: because('rules_hold'), person: GREEK, returns_in_ms: 3_000 },
    { ...UNDO, rule: { preset: 'public_place', test_within_hours: 48, identity_check: false } },
  ),
  admit_recovery: admitted({ ...HOLDER, proofs: [RECOVERED] }),
  admit_shc: admitted({
    ...HOLDER,
    ...named('Anyperson, John B.', '1951-01-20'),
    issuer: 'https://cards.health.example/issuer',
    country: 'US',
    expires: null,
    proofs: [
      dose('Pfizer-BioNTech', 1, '2026-01-29'), dose('Pfizer-BioNTech', 2, '2026-02-26'), dose('Moderna BA.4/5', 3, '2026-10-05'),
    ],
  }),
  admit_nzcp: admitted({
    ...HOLDER,
    ...named('Aroha Ngata', '1960-04-16'),
    issuer: 'did:web:pass.health.example',
    country: 'NZ',
    expires: NOW + 63 * DAY,
    proofs: [{ proof: 'pass' }],
  }),
  admit_icvp: admitted({
    ...HOLDER,
    ...named('Wanjiru Kamau', '1979-09-30'),
    issuer: 'KE',
    country: 'KE',
    expires: null,
    proofs: [dose('Yellow Fever', 1, '2019-02-11')],
  }),
  admit_ticket: judged(
    { verdict: 'admit', reasons: because('ticket_ok'), person: NOBODY, returns_in_ms: 3_000 },
    { ...AT_EVENT, ...UNDO },
  ),
  admit_two: admitted(
    {
      ...HOLDER,
      issuer: null,
      country: null,
      proofs: [TICKET, VACCINATED, { ...TESTED, method: 'antigen', at: null }],
      beside: [{ name: null, birth_date: null, issuer: null, country: 'AT' }, { name: null, birth_date: null, issuer: 'https://cards.health.example/issuer', country: 'US' }],
    },
    AT_EVENT,
  ),
  admit_paper_and_ticket: decided(
    {
      verdict: 'admit',
      reasons: because('ticket_ok'),
      person: {
        ...PERSON,
        proofs: [{ ...TICKET, product: null, variation: 0, subevent: 0 }],
        beside: [{ name: null, birth_date: null, issuer: '城市博览会 City Fair', country: null }],
      },
      returns_in_ms: 3_000,
    },
    { ...AT_EVENT, ...UNDO },
  ),
  attention_second: judged(
    { verdict: 'attention', reasons: because('second_proof'), person: { ...HOLDER, proofs: [VACCINATED] } },
    AT_EVENT,
  ),
  attention_differ: judged({
    verdict: 'attention',
    reasons: because('names_differ'),
    person: {
      ...HOLDER,
      ...named('Anna Muster', '1964-03-14'),
      proofs: [{ proof: 'identity' }],
      beside: [{ name: 'Muster Anna', birth_date: '1964-03-15', issuer: null, country: 'AT' }],
    },
  }),
  attention_seen_foreign: judged({
    verdict: 'attention',
    reasons: because('seen_recently', 4),
    person: { ...HOLDER, proofs: [VACCINATED, TESTED] },
    may_let_in: true,
  }),
  refuse_ticket_used: judged({ verdict: 'refuse', reasons: because('ticket_used', 4), person: NOBODY }, AT_EVENT),
  refuse_rule: judged({
    verdict: 'refuse',
    reasons: because('rule_not_met'),
    rule: RULE,
    person: { ...HOLDER, proofs: [{ ...VACCINATED, on: '2025-12-20' }] },
  }),
  refuse_rule_long: judged({
    verdict: 'refuse',
    reasons: because('rule_not_met'),
    rule: LONG_RULE,
    person: { ...HOLDER, proofs: [{ ...TESTED, method: 'other', result: 'unknown', at: NOW - 2 * HOUR }] },
  }),
  refuse_positive_card: judged({
    verdict: 'refuse',
    reasons: because('test_positive'),
    person: { ...GREEK, proofs: [{ ...TESTED, result: 'positive' }] },
  }),
  refuse_expired_foreign: judged({ verdict: 'refuse', reasons: because('expired', 12), person: null, seq: 18_209 }),
  undecided_withdrawn: judged({
    verdict: 'undecided',
    reasons: because('revocations_missing'),
    person: { ...HOLDER, proofs: [VACCINATED] },
  }),
} as const satisfies Record<string, OperatorScreen>;

function named(name: string, born: string, other: string | null = null): Partial<PersonView> {
  return { name, name_other: other, birth_date: born, birth_year: Number(born.slice(0, 4)) };
}

function dose(vaccine: string, number: number, on: string): ProofView {
  return { proof: 'vaccination', vaccine, dose: number, doses: null, on };
}
