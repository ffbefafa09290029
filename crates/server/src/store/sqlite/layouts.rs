//! The layouts of the three databases, as numbered steps. A step that was shipped is never edited: a test
//! holds the SHA-256 of each.

/// `days/YYYY-MM-DD.db`.
pub(super) const DAY: &[&str] = &[
    include_str!("layouts/day_1.sql"),
    include_str!("layouts/day_2.sql"),
    include_str!("layouts/day_3.sql"),
];

/// `heads.db`.
pub(super) const HEADS: &[&str] = &[
    include_str!("layouts/heads_1.sql"),
    include_str!("layouts/heads_2.sql"),
    include_str!("layouts/heads_3.sql"),
    include_str!("layouts/heads_4.sql"),
];

/// `register.db`.
pub(super) const REGISTER: &[&str] = &[
    include_str!("layouts/register_1.sql"),
    include_str!("layouts/register_2.sql"),
];

#[cfg(test)]
mod tests {
    use domain::crypto::sha256;
    use domain::hex;

    use super::*;

    /// A new step adds a line here; a line that is here never changes.
    const FROZEN: [(&str, &str); 9] = [
        (
            "day 1",
            "ad693f554854fb460a1eaabc82da2cb52f63fdf8e04670f4ad8b7bc27cc0aa1f",
        ),
        (
            "day 2",
            "4b258d7f1fdbe1bd947cdb8f2d4fd8fcaaad7fe311546708f521a927b6c540bc",
        ),
        (
            "day 3",
            "8f6134f46301ff9ec2301897a1d3058a6829bb0ffacc579ca57ba9795c9b052a",
        ),
        (
            "heads 1",
            "de81c1372ed5213fb40b37706af6215f6123a945b0998e5c789e141fb3ef1f21",
        ),
        (
            "heads 2",
            "6f35811fa45d250d4d076da5ff911fe823eb962e0eb57da663604829ea4c1c62",
        ),
        (
            "heads 3",
            "464d85fdaa67f731608ed92443bc16354d70cf16142d0fb162d9393562654427",
        ),
        (
            "heads 4",
            "c5d733f5146f8a36958b1cb9383ac57642306ee5ec60c4e6b585d18b53c6f5b9",
        ),
        (
            "register 1",
            "06455b20f1da6c228681c66f63f56dea42cea4c621b101b10e784b00756298ea",
        ),
        (
            "register 2",
            "5a27bf7a6b5ba82421275815be4a14927b785abf099fb876dac3fcea180d420b",
        ),
    ];

    #[test]
    fn a_layout_that_was_shipped_is_never_edited() {
        let files = [("day", DAY), ("heads", HEADS), ("register", REGISTER)];
        let steps: Vec<(String, String)> = files
            .iter()
            .flat_map(|(name, steps)| {
                (1..).zip(*steps).map(move |(number, step)| {
                    (
                        format!("{name} {number}"),
                        hex::encode(sha256(&[step.as_bytes()])),
                    )
                })
            })
            .collect();
        let frozen: Vec<(String, String)> = FROZEN
            .iter()
            .map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned()))
            .collect();
        assert_eq!(steps, frozen);
    }
}
