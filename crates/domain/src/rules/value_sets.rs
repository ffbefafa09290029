//! The value sets of the EU's certificates, which rules have under `external.valueSets` and from which vaccines get their names.
//!
//! They are those of the eHealth Network's "Value Sets for EU Digital COVID Certificates", version 1.14 of 2023-01-25, with the
//! codes that are no longer for new certificates. `covid-19-lab-test-manufacturer-and-name` is not among them: its tests came and
//! went by the day, each with a date of its own, so that no list of them is right for every certificate.

use serde_json::Value;

use super::expr::{Expr, leads_to};

/// A value set.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ValueSet {
    /// Where rules have it.
    pub(super) path: &'static str,
    codes: Codes,
}

#[derive(Debug, PartialEq, Eq)]
enum Codes {
    /// Each with its name.
    Named(&'static [(&'static str, &'static str)]),
    Plain(&'static [&'static str]),
}

/// What the path of each value set begins with.
pub(super) const VALUE_SETS: &str = "external.valueSets.";

/// Every value set.
pub(super) static ALL: [ValueSet; 7] = [
    ValueSet {
        path: "external.valueSets.country-2-codes",
        codes: Codes::Plain(COUNTRIES),
    },
    ValueSet {
        path: "external.valueSets.covid-19-lab-result",
        codes: Codes::Plain(&["260373001", "260415000"]),
    },
    ValueSet {
        path: "external.valueSets.covid-19-lab-test-type",
        codes: Codes::Plain(&["LP217198-3", "LP6464-4"]),
    },
    ValueSet {
        path: "external.valueSets.disease-agent-targeted",
        codes: Codes::Plain(&["840539006"]),
    },
    ValueSet {
        path: "external.valueSets.sct-vaccines-covid-19",
        codes: Codes::Plain(PROPHYLAXES),
    },
    ValueSet {
        path: "external.valueSets.vaccines-covid-19-auth-holders",
        codes: Codes::Plain(HOLDERS),
    },
    ValueSet {
        path: "external.valueSets.vaccines-covid-19-names",
        codes: Codes::Named(VACCINES),
    },
];

impl ValueSet {
    /// Its name in the EU's guidelines.
    pub(super) fn id(&self) -> &'static str {
        self.path.strip_prefix(VALUE_SETS).unwrap_or(self.path)
    }

    /// Its codes, as rules have them.
    pub(super) fn to_json(&self) -> Value {
        match self.codes {
            Codes::Named(codes) => codes.iter().map(|(code, _)| *code).collect(),
            Codes::Plain(codes) => codes.iter().copied().collect(),
        }
    }
}

/// The brand of a vaccine by its code in `vaccines-covid-19-names`.
pub(crate) fn vaccine(code: &str) -> Option<&'static str> {
    VACCINES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, brand)| *brand)
}

/// The value sets that `expr` looks at.
pub(super) fn read_by(expr: &Expr) -> Vec<&'static ValueSet> {
    let mut read = Vec::new();
    expr.walk(&mut |_, part| {
        if let Expr::Var(path) = part {
            let at = |set: &&ValueSet| leads_to(path, set.path) || leads_to(set.path, path);
            read.extend(ALL.iter().filter(at));
        }
    });
    read.sort_unstable_by_key(|set| set.path);
    read.dedup();

    read
}

/// ISO 3166-1 alpha-2, and Kosovo.
const COUNTRIES: &[&str] = &[
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ",
    "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
    "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF",
    "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC",
    "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA",
    "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
    "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI",
    "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW",
];

/// Kinds of vaccine: SNOMED CT, and the ATC code that all of them have.
const PROPHYLAXES: &[&str] = &[
    "1119305005",
    "1119349007",
    "1157024006",
    "1162643001",
    "1187593009",
    "28531000087107",
    "29061000087103",
    "30141000087107",
    "J07BX03",
];

/// Who may sell a vaccine, or makes it.
const HOLDERS: &[&str] = &[
    "Bharat-Biotech",
    "CIGB",
    "Chumakov-Federal-Scientific-Center",
    "Finlay-Institute",
    "Fiocruz",
    "Gamaleya-Research-Institute",
    "Instituto-Butantan",
    "NVSI",
    "ORG-100000788",
    "ORG-100001417",
    "ORG-100001699",
    "ORG-100001981",
    "ORG-100006270",
    "ORG-100007893",
    "ORG-100008549",
    "ORG-100010771",
    "ORG-100013793",
    "ORG-100020693",
    "ORG-100023050",
    "ORG-100024420",
    "ORG-100026614",
    "ORG-100030215",
    "ORG-100031184",
    "ORG-100032020",
    "ORG-100033914",
    "ORG-100036422",
    "Sinopharm-WIBP",
    "Sinovac-Biotech",
    "Vector-Institute",
    "Yisheng-Biopharma",
];

/// Vaccines with their brands. Those that the EU authorised have their number in its register of medicines.
const VACCINES: &[(&str, &str)] = &[
    ("AZD2816", "AZD2816"),
    ("Abdala", "Abdala"),
    ("BBIBP-CorV", "BBIBP-CorV (Sinopharm)"),
    ("CVnCoV", "CVnCoV (CureVac)"),
    ("Convidecia", "Convidecia (CanSino)"),
    ("CoronaVac", "CoronaVac (Sinovac)"),
    ("Covaxin", "Covaxin"),
    ("CoviVac", "CoviVac"),
    (
        "Covid-19-adsorvida-inativada",
        "Vacina adsorvida covid-19 (inativada)",
    ),
    ("Covid-19-recombinant", "Covid-19 (recombinant)"),
    ("Covifenz", "Covifenz"),
    ("Covishield", "Covishield"),
    ("Covovax", "Covovax"),
    ("EU/1/20/1507", "Spikevax"),
    ("EU/1/20/1525", "Jcovden"),
    ("EU/1/20/1528", "Comirnaty"),
    ("EU/1/21/1529", "Vaxzevria"),
    ("EU/1/21/1580", "Vidprevtyn Beta"),
    ("EU/1/21/1618", "Nuvaxovid"),
    ("EU/1/21/1624", "Valneva"),
    ("EpiVacCorona", "EpiVacCorona"),
    ("EpiVacCorona-N", "EpiVacCorona-N"),
    ("Hayat-Vax", "Hayat-Vax"),
    (
        "Inactivated-SARS-CoV-2-Vero-Cell",
        "Inactivated SARS-CoV-2 (Vero Cell)",
    ),
    ("MVC-COV1901", "MVC COVID-19 vaccine"),
    ("NVSI-06-08", "NVSI-06-08"),
    ("NVX-CoV2373", "NVX-CoV2373"),
    ("R-COVI", "R-COVI"),
    ("SCTV01C", "SCTV01C"),
    ("Soberana-02", "Soberana 02"),
    ("Soberana-Plus", "Soberana Plus"),
    ("Sputnik-Light", "Sputnik Light"),
    ("Sputnik-M", "Sputnik M"),
    ("Sputnik-V", "Sputnik V"),
    ("VLA2001", "VLA2001"),
    ("Vidprevtyn", "Vidprevtyn"),
    ("WIBP-CorV", "WIBP-CorV (Sinopharm)"),
    ("YS-SC2-010", "YS-SC2-010"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::Logic;

    fn read(logic: &Value) -> Vec<&'static str> {
        let Logic(expr) = Logic::parse(logic).unwrap();
        read_by(&expr).into_iter().map(ValueSet::id).collect()
    }

    #[test]
    fn a_rule_reads_the_sets_that_its_paths_lead_to_or_through_and_no_other() {
        let names = json!({"var": "external.valueSets.vaccines-covid-19-names"});
        let first = json!({"var": "external.valueSets.covid-19-lab-result.0"});
        assert_eq!(read(&json!({"var": "payload.v.0.mp"})), [""; 0]);
        assert_eq!(read(&json!({"var": "external.validationClock"})), [""; 0]);
        let both =
            json!({"and": [{"in": ["x", names]}, {"in": ["y", names]}, {"===": [first, "a"]}]});
        assert_eq!(
            read(&both),
            ["covid-19-lab-result", "vaccines-covid-19-names"]
        );
        for whole in ["", "external", "external.valueSets"] {
            assert_eq!(read(&json!({"var": whole})).len(), ALL.len());
        }
    }

    #[test]
    fn every_set_has_each_of_its_codes_once_and_all_together_are_small() {
        let mut bytes = 0;
        for (set, count) in ALL.iter().zip([250, 2, 2, 1, 9, 30, 38]) {
            let codes: Vec<String> = serde_json::from_value(set.to_json()).unwrap();
            assert_eq!(codes.len(), count, "{}", set.path);
            assert!(codes.is_sorted_by(|one, next| one < next), "{}", set.path);
            assert!(set.path.starts_with(VALUE_SETS));
            bytes += codes.iter().map(String::len).sum::<usize>();
        }
        assert!(ALL.is_sorted_by_key(|set| set.path));
        assert!(bytes < 4_096, "{bytes}");
    }
}
