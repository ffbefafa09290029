//! The readers that are measured side by side.

use std::borrow::Cow;
use std::time::Duration;

use reader::{Budget, Luma, Reader, Reading, Stage, Stages};

use crate::clock;

/// Whose reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Eye {
    /// Ours, with this much time for each frame, and without a stage where one is named.
    Ours(Duration, Part),
    /// zxing-cpp with its own defaults, asked for QR codes only.
    #[cfg(feature = "peers")]
    Zxing,
    /// rqrr by itself.
    Rqrr,
}

/// How much of our reader is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    FirstPass,
    /// All, and in a video a second thread that works on the last frame.
    Twice,
    Without(Stage),
}

impl Part {
    fn stages(self) -> Stages {
        match self {
            Self::All | Self::Twice => Stages::all(),
            Self::FirstPass => Stages::first_pass(),
            Self::Without(stage) => Stages::all().without(stage),
        }
    }
}

/// What is written in the codes of one frame.
pub(crate) type Texts = Vec<Vec<u8>>;

impl Eye {
    /// All of this build; ours comes first.
    pub(crate) fn all(budget: Duration) -> Vec<Self> {
        vec![
            Self::Ours(budget, Part::All),
            #[cfg(feature = "peers")]
            Self::Zxing,
            Self::Rqrr,
        ]
    }

    /// Ours with all of its stages, without one at a time, and with none but the first passes.
    pub(crate) fn parts(budget: Duration) -> Vec<Self> {
        let without = Stage::ALL.into_iter().map(Part::Without);
        let parts = [Part::All].into_iter().chain(without);

        parts
            .chain([Part::FirstPass])
            .map(|part| Self::Ours(budget, part))
            .collect()
    }

    pub(crate) fn name(self) -> Cow<'static, str> {
        match self {
            Self::Ours(_, Part::All) => "ours".into(),
            Self::Ours(_, Part::FirstPass) => "first passes".into(),
            Self::Ours(_, Part::Twice) => "ours, with a second look".into(),
            Self::Ours(_, Part::Without(stage)) => format!("no {}", stage.name()).into(),
            #[cfg(feature = "peers")]
            Self::Zxing => "zxing-cpp".into(),
            Self::Rqrr => "rqrr".into(),
        }
    }

    /// Whether a text says nothing for or against the reader: rqrr leaves character sets to its caller.
    pub(crate) fn is_undecided(self, text: &[u8]) -> bool {
        self == Self::Rqrr && std::str::from_utf8(text).is_err()
    }

    /// Opens the eye: what it returns reads frame after frame of one video, ours remembering what it saw.
    pub(crate) fn open(self) -> Box<dyn FnMut(&Luma) -> Texts> {
        match self {
            Self::Ours(budget, part) => {
                let mut reader = Reader::with(part.stages());
                Box::new(move |luma| ours(&mut reader, luma, budget))
            }
            #[cfg(feature = "peers")]
            Self::Zxing => Box::new(zxing),
            Self::Rqrr => Box::new(rqrr),
        }
    }
}

/// rqrr may panic on a broken grid: for a benchmark that is a frame that was not read, and nothing to print.
pub(crate) fn quieten() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or("", |place| place.file());
        if !place.contains("rqrr") {
            before(info);
        }
    }));
}

fn ours(reader: &mut Reader, luma: &Luma, budget: Duration) -> Texts {
    texts(reader.read(luma, limited(budget)))
}

/// What is written in the codes of a reading.
pub(crate) fn texts(reading: Reading) -> Texts {
    let codes = reading.codes.into_iter();

    codes.map(|code| code.content).collect()
}

/// A budget that is counted as the figures are.
pub(crate) fn limited(budget: Duration) -> Budget {
    let begun = clock::worked();

    Budget::from_fn(move || (begun + budget).saturating_sub(clock::worked()))
}

#[cfg(feature = "peers")]
fn zxing(luma: &Luma) -> Texts {
    let view = zxingcpp::ImageView::from_slice(
        luma.pixels(),
        luma.width,
        luma.height,
        zxingcpp::ImageFormat::Lum,
    );
    let read = view.and_then(|view| {
        zxingcpp::read()
            .formats([zxingcpp::BarcodeFormat::QRCode])
            // Control characters as they are, not written out for people.
            .text_mode(zxingcpp::TextMode::Plain)
            .from(view)
    });

    read.unwrap_or_default()
        .iter()
        .map(|code| code.text().into_bytes())
        .collect()
}

fn rqrr(luma: &Luma) -> Texts {
    let grey = |x: usize, y: usize| luma.pixels()[y * luma.width + x];
    let read = std::panic::catch_unwind(|| {
        rqrr::PreparedImage::prepare_from_greyscale(luma.width, luma.height, grey)
            .detect_grids()
            .iter()
            .filter_map(|grid| {
                let mut content = Vec::new();
                grid.decode_to(&mut content).ok().map(|_| content)
            })
            .collect()
    });

    read.unwrap_or_default()
}
