//! A face with Chinese characters that this machine has, and text set in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder, fonts_in_collection, name_id};
use rustybuzz::{Face, UnicodeBuffer, ttf_parser};

use crate::{Failure, files};

/// How thick the strokes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Bold,
    Regular,
}

/// A regular and a bold face.
pub struct Fonts {
    regular: Loaded,
    bold: Loaded,
}

/// A face of a file.
pub(super) struct Loaded {
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) index: u32,
    path: PathBuf,
}

/// A line of text as glyphs.
pub(super) struct Shaped {
    pub(super) glyphs: Vec<Glyph>,
}

/// One glyph; all lengths in ems.
pub(super) struct Glyph {
    pub(super) id: u16,
    pub(super) bytes: std::ops::Range<usize>,
    pub(super) advance: f32,
    pub(super) x_offset: f32,
    pub(super) y_offset: f32,
}

impl Shaped {
    /// In ems.
    pub(super) fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.advance).sum()
    }
}

impl Fonts {
    /// The first pair of faces from the list of places where systems keep them, or those that
    /// `MENSHEN_FONT` and `MENSHEN_FONT_BOLD` name.
    ///
    /// # Errors
    /// [`Failure::Sheet`] with the package to install.
    pub fn find() -> Result<Self, Failure> {
        if let Some(path) = std::env::var_os("MENSHEN_FONT").map(PathBuf::from) {
            let bold =
                std::env::var_os("MENSHEN_FONT_BOLD").map_or_else(|| path.clone(), PathBuf::from);

            return Ok(Self {
                regular: Loaded::read(&path)?,
                bold: Loaded::read(&bold)?,
            });
        }
        let (regular, bold) = PLACES
            .iter()
            .find(|(regular, bold)| Path::new(regular).exists() && Path::new(bold).exists())
            .ok_or_else(|| Failure::Sheet(NONE_FOUND.to_owned()))?;

        Ok(Self {
            regular: Loaded::read(Path::new(regular))?,
            bold: Loaded::read(Path::new(bold))?,
        })
    }

    /// Whether every character of `text` can be drawn.
    ///
    /// # Errors
    /// [`Failure::Sheet`] names the character that cannot.
    pub fn check(&self, text: &str) -> Result<(), Failure> {
        self.shape(Weight::Bold, text)?;
        self.shape(Weight::Regular, text)?;

        Ok(())
    }

    pub(super) fn loaded(&self, weight: Weight) -> &Loaded {
        match weight {
            Weight::Bold => &self.bold,
            Weight::Regular => &self.regular,
        }
    }

    pub(super) fn shape(&self, weight: Weight, text: &str) -> Result<Shaped, Failure> {
        let loaded = self.loaded(weight);
        let face = loaded.face()?;
        let em = f32::from(u16::try_from(face.units_per_em()).unwrap_or(1_000));
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(&face, &[], buffer);
        let infos = shaped.glyph_infos();
        let mut starts: Vec<usize> = infos
            .iter()
            .map(|info| usize::try_from(info.cluster).unwrap_or_default())
            .collect();
        starts.sort_unstable();
        let glyphs = infos
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, at)| {
                let start = usize::try_from(info.cluster).unwrap_or_default();
                let end = starts
                    .iter()
                    .copied()
                    .find(|next| *next > start)
                    .unwrap_or(text.len());
                let id = u16::try_from(info.glyph_id).unwrap_or_default();
                if id == 0 {
                    return Err(loaded.lacks(text.get(start..end).unwrap_or(text)));
                }

                Ok(Glyph {
                    id,
                    bytes: start..end,
                    advance: ems(at.x_advance, em),
                    x_offset: ems(at.x_offset, em),
                    y_offset: ems(at.y_offset, em),
                })
            })
            .collect::<Result<_, Failure>>()?;

        Ok(Shaped { glyphs })
    }
}

impl Loaded {
    fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = files::read(path)?;
        let index = simplified(&bytes);
        let loaded = Self {
            bytes: Arc::new(bytes),
            index,
            path: path.to_path_buf(),
        };
        loaded.face()?;

        Ok(loaded)
    }

    /// The em of the face, in its own units.
    pub(super) fn units(&self) -> Result<f32, Failure> {
        Ok(f32::from(
            u16::try_from(self.face()?.units_per_em()).unwrap_or(1_000),
        ))
    }

    /// Hands the outline of a glyph, in the face's own units, to `builder`.
    pub(super) fn outline(
        &self,
        glyph: u16,
        builder: &mut dyn OutlineBuilder,
    ) -> Result<(), Failure> {
        let face = ttf_parser::Face::parse(&self.bytes, self.index)
            .map_err(|_| Failure::Sheet(format!("{} is no font", self.path.display())))?;
        // A space has no outline.
        let _ = face.outline_glyph(GlyphId(glyph), builder);

        Ok(())
    }

    fn face(&self) -> Result<Face<'_>, Failure> {
        Face::from_slice(&self.bytes, self.index)
            .ok_or_else(|| Failure::Sheet(format!("{} is no font", self.path.display())))
    }

    fn lacks(&self, part: &str) -> Failure {
        Failure::Sheet(format!(
            "the font {} has no sign for {part:?}: name one that has it with MENSHEN_FONT",
            self.path.display()
        ))
    }
}

/// The face of a collection whose name ends in SC (simplified Chinese), else the first.
fn simplified(bytes: &[u8]) -> u32 {
    let count = fonts_in_collection(bytes).unwrap_or(1);

    (0..count)
        .find(|index| {
            Face::from_slice(bytes, *index).is_some_and(|face| {
                face.names().into_iter().any(|name| {
                    name.name_id == name_id::FULL_NAME
                        && name
                            .to_string()
                            .is_some_and(|name| name.split(' ').any(|word| word == "SC"))
                })
            })
        })
        .unwrap_or(0)
}

fn ems(units: i32, em: f32) -> f32 {
    f32::from(i16::try_from(units).unwrap_or(i16::MAX)) / em
}

const NONE_FOUND: &str = "no font with Chinese characters was found. Debian, Ubuntu: apt-get install fonts-noto-cjk. \
Fedora: dnf install google-noto-sans-cjk-fonts. Or name a file with MENSHEN_FONT";

/// Regular and bold, in the order of preference.
const PLACES: [(&str, &str); 9] = [
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    ),
    (
        "C:\\Windows\\Fonts\\msyh.ttc",
        "C:\\Windows\\Fonts\\msyhbd.ttc",
    ),
    (
        "C:\\Windows\\Fonts\\simhei.ttf",
        "C:\\Windows\\Fonts\\simhei.ttf",
    ),
    (
        "/System/Library/Fonts/PingFang.ttc",
        "/System/Library/Fonts/PingFang.ttc",
    ),
    (
        "/System/Library/Fonts/Hiragino Sans GB.ttc",
        "/System/Library/Fonts/Hiragino Sans GB.ttc",
    ),
    (
        "/System/Library/Fonts/STHeiti Light.ttc",
        "/System/Library/Fonts/STHeiti Medium.ttc",
    ),
    (
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    ),
];
