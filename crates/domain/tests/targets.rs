//! The fuzzer's targets on their corpus and on examples of chance: nothing panics, is taken wrongly, or takes long.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzzer's crate is a library")]
mod fuzz;

use std::{fs, path::Path};

use proptest::{collection::vec, prelude::*};

use fuzz::TARGETS;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");
/// The corpus is looked at by everybody who checks the project out.
const MOST_BYTES: usize = 300 * 1_024;

/// The files of a target's corpus: name and bytes.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(Path::new(CORPUS).join(target)).unwrap();
    let files = files.map(|file| {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        (name, fs::read(file.path()).unwrap())
    });

    files.collect()
}

#[test]
fn the_corpus_is_replayed_and_stays_small() {
    let mut bytes = 0;
    for (name, target) in TARGETS {
        for (_, data) in corpus(name) {
            target(&data);
            bytes += data.len();
        }
    }
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}

#[test]
fn every_folder_of_the_corpus_has_its_target() {
    let mut folders: Vec<String> = fs::read_dir(CORPUS)
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort_unstable();
    assert_eq!(folders, TARGETS.map(|(name, _)| name));
}

#[test]
fn every_target_takes_its_vector_and_what_it_signs_itself() {
    for (name, target) in TARGETS {
        for (file, data) in corpus(name) {
            if ["vector", "spoilt", "inside", "values"].contains(&file.as_str()) {
                assert!(target(&data), "{name}/{file}");
            }
        }
        // Edits of nothing and of something: what follows the first check is reached.
        assert!(target(&[3]), "{name}");
    }
}

#[test]
fn nothing_at_all_is_taken_as_well() {
    for (_, target) in TARGETS {
        for length in 0..24 {
            target(&[0; 24][..length]);
            target(&[1; 24][..length]);
            target(&[255; 24][..length]);
        }
    }
}

#[test]
fn no_single_bit_of_a_vector_can_be_flipped_where_it_is_signed() {
    for (name, target) in TARGETS {
        let signed = [
            "answer",
            "assignment",
            "batch",
            "claim169",
            "code",
            "enrolment",
            "export",
            "hcert",
            "hello",
            "hole",
            "manifest",
            "nzcp",
            "pretix",
            "root",
            "sealed",
            "shc",
            "status",
            "status_token",
            "trust",
            "vds_nc",
        ];
        let files = corpus(name);
        let vector = files.iter().find(|(file, _)| file == "vector");
        let Some((_, vector)) = vector.filter(|_| signed.contains(&name)) else {
            continue;
        };
        for at in 1..vector.len() {
            let mut flipped = vector.clone();
            flipped[at] ^= 1 << (at % 8);
            assert!(!target(&flipped), "{name}: byte {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_target_minds_what_it_is_given(data in vec(any::<u8>(), 0..400)) {
        for (_, target) in TARGETS {
            target(&data);
        }
    }

    #[test]
    fn no_target_minds_a_few_edits(how in any::<u8>(), edits in vec(any::<u8>(), 4..17)) {
        let data = [&[how][..], &edits].concat();
        for (_, target) in TARGETS {
            target(&data);
        }
    }
}
