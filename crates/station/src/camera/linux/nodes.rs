//! Which webcams there are, by the kernel's own files: they tell of one that may not be opened too.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use v4l::{Device as Node, capability::Flags};

use crate::camera::names::{Told, distinct};

/// A webcam and its nodes, of which one gives pictures.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) nodes: Vec<PathBuf>,
}

/// The nodes in the order of their numbers; those of the same name at the same place are one webcam's. Codecs, radios
/// and other nodes that give no pictures are left out.
pub(super) fn listed() -> Vec<Listed> {
    let files = fs::read_dir("/dev").into_iter().flatten();
    let number = |file: io::Result<fs::DirEntry>| {
        let name = file.ok()?.file_name();
        name.to_str()?.strip_prefix("video")?.parse::<u32>().ok()
    };
    let mut numbers: Vec<u32> = files.filter_map(number).collect();
    numbers.sort_unstable();

    let mut webcams: Vec<(Told, Vec<PathBuf>)> = Vec::new();
    for number in numbers {
        let node = PathBuf::from(format!("/dev/video{number}"));
        let told = told(number);
        match webcams.iter_mut().find(|(known, _)| *known == told) {
            Some((_, nodes)) => nodes.push(node),
            None => webcams.push((told, vec![node])),
        }
    }
    webcams.retain(|(_, nodes)| nodes.iter().any(|node| may_capture(node)));
    let (told, nodes): (Vec<Told>, Vec<Vec<PathBuf>>) = webcams.into_iter().unzip();
    let named = distinct(&told).into_iter().zip(nodes);

    named.map(|(name, nodes)| Listed { name, nodes }).collect()
}

/// What may not be opened now, or is taken, may be a webcam.
fn may_capture(node: &Path) -> bool {
    let Ok(open) = Node::with_path(node) else {
        return true;
    };
    let about = open.query_caps();

    about.is_ok_and(|about| about.capabilities.contains(Flags::VIDEO_CAPTURE))
}

fn told(number: u32) -> Told {
    let about = PathBuf::from(format!("/sys/class/video4linux/video{number}"));
    let name = fs::read_to_string(about.join("name")).unwrap_or_default();
    let place = fs::read_link(about.join("device")).ok();
    let place = place.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));

    Told {
        name: match name.trim() {
            "" => format!("video{number}"),
            name => name.to_owned(),
        },
        place: place.unwrap_or_else(|| format!("video{number}")),
    }
}
