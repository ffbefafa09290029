//! Which sets are read: the folders that were named, or the drawn sheets and the photographs beside the checkout.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use reading::damage::{Kind, SEVERITIES, Scene};

use crate::{
    ask::Asked,
    cases::{Case, Group, Picture, Set, Truth},
    say,
};

const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos");
/// Frames of a video.
const FRAMES: u32 = 8;

/// The sets that were asked for; those that are not there are named.
pub(crate) fn asked_for(asked: &Asked) -> anyhow::Result<Vec<Set>> {
    let mut sets = Vec::new();
    if asked.folders.is_empty() {
        sets.extend([drawn(asked.per), moving(asked.per)]);
        let photos = Path::new(PHOTOS);
        if photos.is_dir() {
            sets.extend(folder(photos)?);
        } else {
            say::result("SKIPPED: no photographs in ../shared/photos beside the checkout.\n");
        }
    }
    for named in &asked.folders {
        sets.extend(folder(named)?);
    }
    sets.retain(|set| asked.wants(set.is_video()) && !set.cases.is_empty());

    Ok(sets)
}

/// A folder's pictures, and its videos apart.
fn folder(path: &Path) -> anyhow::Result<[Set; 2]> {
    let set = Set::folder(path)?;
    let (videos, stills) = set.cases.into_iter().partition(Case::is_video);

    Ok([
        Set {
            name: set.name.clone(),
            cases: stills,
        },
        Set {
            name: format!("{}, as videos", set.name),
            cases: videos,
        },
    ])
}

/// `per` sheets of each kind and severity; clean ones have but one.
fn drawn(per: u32) -> Set {
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        let severities = if kind == Kind::Clean {
            &SEVERITIES[..1]
        } else {
            &SEVERITIES
        };
        for severity in severities {
            cases.extend((0..per).map(|index| case(Scene::new(kind, *severity, index), 1)));
        }
    }

    Set {
        name: "drawn".to_owned(),
        cases,
    }
}

/// `per` videos of severely damaged sheets, others than the single pictures show.
fn moving(per: u32) -> Set {
    let scenes = Kind::MOVING
        .into_iter()
        .flat_map(|kind| (0..per).map(move |index| Scene::new(kind, 3, 1_000 + index)));

    Set {
        name: "drawn, as videos".to_owned(),
        cases: scenes.map(|scene| case(scene, FRAMES)).collect(),
    }
}

pub(crate) fn case(scene: Scene, frames: u32) -> Case {
    Case {
        group: Group {
            damage: scene.kind.name().to_owned(),
            severity: Some(scene.severity),
        },
        frames: (0..frames)
            .map(|frame| Picture::Drawn(Scene { frame, ..scene }))
            .collect(),
        truth: scene
            .text()
            .map_or(Truth::NoCode, |text| Truth::Text(text.into_bytes())),
    }
}

/// Writes the pictures of a drawn set into a folder, with their texts beside them.
pub(crate) fn keep(set: &Set, folder: &Path) -> anyhow::Result<()> {
    for case in &set.cases {
        for picture in &case.frames {
            let Picture::Drawn(scene) = picture else {
                continue;
            };
            let path = name(folder, scene, case.is_video());
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            let drawn = scene.draw();
            let size = (u32::try_from(drawn.width)?, u32::try_from(drawn.height)?);
            let grey = image::GrayImage::from_raw(size.0, size.1, drawn.into_pixels())
                .context("the drawn picture has as many pixels as it says")?;
            grey.save(&path)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            if let Some(text) = scene.text() {
                fs::write(path.with_extension("png.txt"), text)?;
            }
        }
    }

    Ok(())
}

fn name(folder: &Path, scene: &Scene, video: bool) -> PathBuf {
    let kind = scene.kind.name();
    let sheet = format!("{kind}_s{}_{:02}", scene.severity, scene.index);
    let name = if video {
        format!("{sheet}_f{}.png", scene.frame)
    } else {
        format!("{sheet}.png")
    };

    folder.join(kind).join(name)
}
