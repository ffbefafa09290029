//! What a resident carries: an A4 sheet with the code at 80 mm, a card with it at 50 mm, and the sheet as a
//! picture. One drawing in millimetres, two painters.

mod card;
mod drawing;
mod font;
mod page;
mod pdf;
mod picture;
mod qr;
mod words;

use domain::code::native::Slip;
use domain::screen::HolderClass;
use domain::time::Timestamp;

pub use font::Fonts;

use crate::Failure;
use crate::authority::{About, Record};

/// The code's side on the A4 sheet, quiet zone apart, in millimetres.
pub const SHEET_CODE_MM: f32 = 80.0;
/// The code's side on the card, quiet zone apart, in millimetres.
pub const CARD_CODE_MM: f32 = 50.0;

/// What is printed.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    /// Who issues it.
    pub about: &'a About,
    /// Masked name.
    pub name: &'a str,
    /// Birth year.
    pub birth_year: u16,
    /// Holder class.
    pub class: HolderClass,
    /// The last four characters of the ID document.
    pub last_four: &'a str,
    /// Its number in the register.
    pub number: u64,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Valid before this second.
    pub expires: Timestamp,
    /// On a test centre's slip: the test.
    pub slip: Option<Slip>,
    /// The text of the code.
    pub text: &'a str,
}

impl<'a> Sheet<'a> {
    /// The sheet of a record.
    #[must_use]
    pub fn of(about: &'a About, record: &'a Record) -> Self {
        Self {
            about,
            name: &record.name,
            birth_year: record.birth_year,
            class: record.class,
            last_four: &record.last_four,
            number: record.index,
            issued_at: record.issued_at,
            expires: record.expires,
            slip: None,
            text: &record.text,
        }
    }

    /// The A4 sheet as a PDF file.
    ///
    /// # Errors
    /// [`Failure::Sheet`].
    pub fn pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, Failure> {
        pdf::paint(&page::draw(self, fonts)?, fonts, &self.title())
    }

    /// The A4 sheet as a PNG file of about 200 dots an inch; the exact figure, which stands in the file,
    /// makes every module a whole number of dots.
    ///
    /// # Errors
    /// [`Failure::Sheet`].
    pub fn png(&self, fonts: &Fonts) -> Result<Vec<u8>, Failure> {
        picture::paint(&page::draw(self, fonts)?, fonts)
    }

    /// The card, with marks to cut along, as a PDF file of A4.
    ///
    /// # Errors
    /// [`Failure::Sheet`].
    pub fn card_pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, Failure> {
        pdf::paint(&card::draw(self, fonts)?, fonts, &self.title())
    }

    /// The card as a PNG file, drawn like [`Self::png`].
    ///
    /// # Errors
    /// [`Failure::Sheet`].
    pub fn card_png(&self, fonts: &Fonts) -> Result<Vec<u8>, Failure> {
        picture::paint(&card::draw(self, fonts)?, fonts)
    }

    /// That sheet and card can be drawn with these fonts.
    ///
    /// # Errors
    /// [`Failure::Sheet`].
    pub fn check(&self, fonts: &Fonts) -> Result<(), Failure> {
        page::draw(self, fonts)?;

        card::draw(self, fonts).map(|_| ())
    }

    /// No name: a title shows in windows and print queues.
    fn title(&self) -> String {
        format!("No. {:06}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use domain::code::native::TestResult;

    use super::*;

    pub(super) fn about() -> About {
        About {
            name: "滨河市健康管理局".to_owned(),
            name_latin: "Binhe Health Authority".to_owned(),
            issuer: "binhe-cdc-01".to_owned(),
            slip_issuer: "binhe-lab-01".to_owned(),
            status_uri: "https://s.example/bh-01/".to_owned(),
            utc_offset_minutes: 480,
            demo: true,
        }
    }

    pub(super) fn sheet(about: &About) -> Sheet<'_> {
        Sheet {
            about,
            name: "王*",
            birth_year: 1948,
            class: HolderClass::Senior,
            last_four: "012X",
            number: 7,
            issued_at: Timestamp(1_795_507_200),
            expires: Timestamp(1_811_001_600),
            slip: None,
            text: include_str!("../../../domain/vectors/code.txt").trim_end(),
        }
    }

    #[test]
    fn the_picture_says_at_which_resolution_its_code_is_80_mm() {
        let about = about();
        let png = sheet(&about).png(&Fonts::find().unwrap()).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(&png))
            .read_info()
            .unwrap();
        let info = reader.info();
        let dims = info.pixel_dims.unwrap();
        assert_eq!((info.width, info.height), (1_630, 2_305));
        // 9 dots for each of 69 modules are 80 mm at this many dots a metre.
        assert_eq!(dims.xppu, 7_763);
        assert_eq!(dims.unit, png::Unit::Meter);
    }

    #[test]
    fn a_name_without_a_sign_in_the_font_is_refused_and_named() {
        let about = about();
        let odd = Sheet {
            name: "\u{10980}*",
            ..sheet(&about)
        };
        let Err(Failure::Sheet(why)) = odd.pdf(&Fonts::find().unwrap()) else {
            panic!("a sheet with a hole was printed");
        };
        assert!(why.contains("has no sign for \"\u{10980}\""), "{why}");
    }

    #[test]
    fn a_slip_is_drawn_with_its_sample_and_result() {
        let about = about();
        let slip = Sheet {
            slip: Some(Slip {
                sampled_at: Timestamp(1_795_507_200),
                result: TestResult::Negative,
            }),
            ..sheet(&about)
        };
        let fonts = Fonts::find().unwrap();
        assert!(slip.pdf(&fonts).unwrap().starts_with(b"%PDF"));
        assert_ne!(
            slip.png(&fonts).unwrap(),
            sheet(&about).png(&fonts).unwrap()
        );
    }
}
