//! What is read: pictures in folders, with the text that is printed on them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use reader::Luma;
use reading::damage::Scene;

/// Pictures that belong together.
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) cases: Vec<Case>,
}

/// A picture, or the frames of a short video, and what is printed on the sheet.
pub(crate) struct Case {
    pub(crate) group: Group,
    pub(crate) frames: Vec<Picture>,
    pub(crate) truth: Truth,
}

/// A line of the table: the damage and how severe it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group {
    pub(crate) damage: String,
    pub(crate) severity: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// There is a code, but nobody has written down what it says.
    Unknown,
    /// There is no code.
    NoCode,
    /// The text, without a last line break.
    Text(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Picture {
    Drawn(Scene),
    File(PathBuf),
}

impl Case {
    /// The frames of a video, rather than one picture.
    pub(crate) fn is_video(&self) -> bool {
        self.frames.len() > 1
    }

    /// Draws or decodes the frames.
    pub(crate) fn load(&self) -> anyhow::Result<Vec<Luma>> {
        self.frames.iter().map(Picture::load).collect()
    }
}

impl Picture {
    fn load(&self) -> anyhow::Result<Luma> {
        match self {
            Self::Drawn(scene) => Ok(scene.draw()),
            Self::File(path) => decode(path)
                .with_context(|| format!("{} is no picture that can be read", path.display())),
        }
    }
}

fn decode(path: &Path) -> anyhow::Result<Luma> {
    let mut file = image::ImageReader::open(path)?.with_guessed_format()?;
    file.limits(image::Limits::default());
    let grey = file.decode()?.into_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);

    Ok(Luma::new(width, height, grey.into_raw())?)
}

impl Set {
    /// The pictures of a folder and of those in it.
    pub(crate) fn folder(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        collect(root, &mut files)?;
        files.sort();

        let mut cases: BTreeMap<(PathBuf, Group), Case> = BTreeMap::new();
        for file in files {
            let name = Name::of(&file);
            let parent = file.parent().unwrap_or(root);
            let group = name.group(parent);
            let key = (parent.join(&name.sheet), group.clone());
            let case = cases.entry(key).or_insert_with(|| Case {
                truth: truth(&file, &group),
                group,
                frames: Vec::new(),
            });
            case.frames.push(Picture::File(file));
        }
        let root = root.canonicalize()?;
        let name = root.file_name().unwrap_or(root.as_os_str());

        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            cases: cases.into_values().collect(),
        })
    }

    /// Its cases are videos; a set never mixes them with single pictures.
    pub(crate) fn is_video(&self) -> bool {
        self.cases.iter().any(Case::is_video)
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be opened", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if is_picture(&path) {
            files.push(path);
        }
    }

    Ok(())
}

fn is_picture(path: &Path) -> bool {
    let end = path.extension().and_then(|end| end.to_str());

    end.is_some_and(|end| {
        ["png", "jpg", "jpeg"]
            .iter()
            .any(|known| end.eq_ignore_ascii_case(known))
    })
}

/// `photo.png.txt` or `photo.txt` beside `photo.png`.
fn truth(picture: &Path, group: &Group) -> Truth {
    if group.damage == "empty" {
        return Truth::NoCode;
    }
    let mut whole = picture.as_os_str().to_owned();
    whole.push(".txt");
    let text = fs::read(whole).or_else(|_| fs::read(picture.with_extension("txt")));

    text.map_or(Truth::Unknown, |text| {
        Truth::Text(text.trim_ascii_end().to_vec())
    })
}

/// What a file's name tells: `fold_s3_04_f2` is the third frame of the fifth sheet with a fold of severity 3.
struct Name {
    /// The name without the frame.
    sheet: String,
    damage: Option<String>,
    severity: Option<u8>,
}

impl Name {
    fn of(file: &Path) -> Self {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let mut words: Vec<&str> = stem.split('_').collect();
        let frame = words.last().and_then(|word| numbered(word, 'f'));
        if words.len() > 1 && frame.is_some() {
            words.pop();
        }
        let severity = words.iter().rev().find_map(|word| numbered(word, 's'));

        Self {
            sheet: words.join("_"),
            damage: severity.and(words.first().map(|word| (*word).to_owned())),
            severity,
        }
    }

    /// Files that name no damage are told apart by their folders.
    fn group(&self, folder: &Path) -> Group {
        let folder = folder.file_name().unwrap_or_default().to_string_lossy();
        let damage = self.damage.clone().unwrap_or_else(|| folder.into_owned());

        Group {
            damage,
            severity: self.severity,
        }
    }
}

/// The number in `s3`.
fn numbered(word: &str, letter: char) -> Option<u8> {
    word.strip_prefix(letter)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_damage_severity_and_the_sheet_that_frames_belong_to() {
        let name = Name::of(Path::new("sheets/syn-fold/fold_s3_04_f2.png"));
        assert_eq!(name.sheet, "fold_s3_04");
        assert_eq!(
            name.group(Path::new("sheets/syn-fold")),
            group("fold", Some(3))
        );

        let name = Name::of(Path::new("photos/zxcpp-qrcode-1/11.png"));
        assert_eq!(name.sheet, "11");
        assert_eq!(
            name.group(Path::new("photos/zxcpp-qrcode-1")),
            group("zxcpp-qrcode-1", None)
        );
    }

    #[test]
    fn a_folder_gives_its_pictures_with_their_texts_and_its_videos_as_one_case_each() {
        let folder = std::env::temp_dir().join(format!("reading-cases-{}", std::process::id()));
        let inner = folder.join("inner");
        fs::create_dir_all(&inner).unwrap();
        for (file, text) in [
            ("fold_s1_00.png", ""),
            ("fold_s1_00.png.txt", "printed\n"),
            ("plain.JPG", ""),
            ("plain.txt", "beside"),
            ("notes.txt", "no picture"),
            ("inner/empty_s1_00.png", ""),
            ("inner/fold_s3_01_f1.png", ""),
            ("inner/fold_s3_01_f0.png", ""),
            ("inner/fold_s3_01_f0.png.txt", "moving"),
        ] {
            fs::write(folder.join(file), text).unwrap();
        }

        let set = Set::folder(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let text = |text: &str| Truth::Text(text.as_bytes().to_vec());
        let found: Vec<(&str, usize, &Truth)> = set
            .cases
            .iter()
            .map(|case| (case.group.damage.as_str(), case.frames.len(), &case.truth))
            .collect();
        assert_eq!(
            found,
            [
                ("fold", 1, &text("printed")),
                ("empty", 1, &Truth::NoCode),
                ("fold", 2, &text("moving")),
                (set.name.as_str(), 1, &text("beside")),
            ]
        );
        assert_eq!(
            set.cases[2].frames[0],
            Picture::File(inner.join("fold_s3_01_f0.png"))
        );
    }

    fn group(damage: &str, severity: Option<u8>) -> Group {
        Group {
            damage: damage.to_owned(),
            severity,
        }
    }
}
