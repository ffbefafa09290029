//! Words for the codes of value sets that stand in certificates, as staff read them. What rules ask for is the code itself.

use crate::rules::vaccine;

/// Vaccines by their CVX code (US Centers for Disease Control), the one that SMART Health Cards use.
const CVX: &[(&str, &str)] = &[
    ("207", "Moderna"),
    ("208", "Pfizer-BioNTech"),
    ("210", "AstraZeneca"),
    ("211", "Novavax"),
    ("212", "Janssen"),
    ("213", "COVID-19"),
    ("217", "Pfizer-BioNTech"),
    ("218", "Pfizer-BioNTech 5-11"),
    ("219", "Pfizer-BioNTech 2-5"),
    ("221", "Moderna"),
    ("227", "Moderna 6-11"),
    ("228", "Moderna 0-5"),
    ("229", "Moderna BA.4/5"),
    ("230", "Moderna BA.4/5"),
    ("300", "Pfizer-BioNTech BA.4/5"),
    ("301", "Pfizer-BioNTech BA.4/5 5-11"),
    ("302", "Pfizer-BioNTech BA.4/5 0-4"),
    ("308", "Pfizer-BioNTech XBB.1.5"),
    ("309", "Pfizer-BioNTech XBB.1.5"),
    ("312", "Moderna XBB.1.5"),
    ("313", "Novavax XBB.1.5"),
];

/// The brand of a vaccine in the EU's value set; the code itself where it is not known.
pub(super) fn eu_vaccine(code: &str) -> &str {
    vaccine(code).unwrap_or(code)
}

/// The maker of a vaccine by its CVX code.
pub(super) fn cvx(code: &str) -> Option<&'static str> {
    CVX.iter()
        .find(|(known, _)| *known == code)
        .map(|(_, word)| *word)
}
