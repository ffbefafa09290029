//! Words for the codes of value sets that stand in certificates: what staff read, never what rules ask for.

/// Vaccines by their number in the EU's value set `vaccine-medicinal-product` (eHealth Network, value sets for EU DCC).
const EU_VACCINES: &[(&str, &str)] = &[
    ("EU/1/20/1507", "Spikevax"),
    ("EU/1/20/1525", "Jcovden"),
    ("EU/1/20/1528", "Comirnaty"),
    ("EU/1/21/1529", "Vaxzevria"),
    ("EU/1/21/1580", "Vidprevtyn Beta"),
    ("EU/1/21/1618", "Nuvaxovid"),
    ("EU/1/21/1624", "Valneva"),
    ("BBIBP-CorV", "BBIBP-CorV (Sinopharm)"),
    ("CoronaVac", "CoronaVac (Sinovac)"),
    ("Covaxin", "Covaxin"),
    ("Covishield", "Covishield"),
    ("Convidecia", "Convidecia (CanSino)"),
    ("Sputnik-V", "Sputnik V"),
    ("Sputnik-Light", "Sputnik Light"),
];

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
    of(EU_VACCINES, code).unwrap_or(code)
}

/// The maker of a vaccine by its CVX code.
pub(super) fn cvx(code: &str) -> Option<&'static str> {
    of(CVX, code)
}

fn of<'a>(set: &[(&str, &'a str)], code: &str) -> Option<&'a str> {
    set.iter()
        .find(|(known, _)| *known == code)
        .map(|(_, word)| *word)
}
