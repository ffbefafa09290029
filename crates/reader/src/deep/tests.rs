use std::cell::Cell;

use super::{drawn::Picture, *};
use crate::{
    deep::drawn::Sheet,
    luma::Luma,
    reading::Level,
    symbol::{
        Known, Version,
        drawn::{self, Chance, Drawn},
    },
};

const TEXT: &[u8] = b"MS1:MEMORY";
const LEVEL: Level = Level::Q;

#[test]
fn a_code_is_found_without_any_peak_from_the_first_pass() {
    let seen = look(&frame(&symbol()), &mut Memory::default(), Stages::all());

    assert_eq!(seen.codes.len(), 1);
    assert_eq!(seen.codes[0].content, TEXT);
    assert_eq!(seen.unread, []);
}

#[test]
fn after_an_empty_frame_the_search_rests_for_three_frames() {
    let (empty, code) = (Picture::desk(640, 480).luma(), frame(&symbol()));
    let mut memory = Memory::default();
    let mut reads = |luma: &Luma| look(luma, &mut memory, Stages::all()).codes.len();

    assert_eq!(reads(&empty), 0);
    let then: Vec<usize> = (0..5).map(|_| reads(&code)).collect();
    assert_eq!(then, [0, 0, 0, 1, 1]);
}

#[test]
fn a_rest_is_broken_where_the_first_pass_saw_pieces() {
    let mut memory = Memory::default();
    look(&Picture::desk(640, 480).luma(), &mut memory, Stages::all());
    let luma = frame(&symbol());
    let sheet = sheet();
    let peaks = [(3.5, 3.5), (41.5, 3.5), (3.5, 41.5)].map(|(u, v)| Peak {
        at: sheet.at(u, v),
        module: 5.0,
        score: 0.9,
    });
    let pyramid = Pyramid::new(&luma);
    let seen = read(
        &pyramid,
        peaks.to_vec(),
        &[],
        &mut memory,
        Stages::all(),
        &|| false,
    );

    assert_eq!(seen.codes.len(), 1);
}

#[test]
fn without_a_memory_no_search_rests() {
    let stages = Stages::all().without(Stage::Memory);
    let mut memory = Memory::default();
    look(&Picture::desk(640, 480).luma(), &mut memory, stages);

    assert_eq!(look(&frame(&symbol()), &mut memory, stages).codes.len(), 1);
}

#[test]
fn a_block_that_an_earlier_frame_showed_is_known_by_its_parity() {
    // Of one block nothing is seen; then of another all parity but hardly any data.
    let (one, other) = (frame(&hidden(1, 99)), frame(&hidden(4, 18)));
    let progress = |memory: &Memory| memory.learned.known.as_ref().map(Known::progress);
    let mut memory = Memory::default();
    assert_eq!(look(&one, &mut memory, Stages::all()).unread.len(), 1);
    assert_eq!(progress(&memory), Some((5, 6)));

    let seen = look(&other, &mut memory, Stages::all());
    assert_eq!(seen.codes.len(), 1);
    assert_eq!(seen.codes[0].content, TEXT);
    let mut fresh = Memory::default();
    assert_eq!(look(&other, &mut fresh, Stages::all()).codes, []);
    assert_eq!(progress(&fresh), Some((5, 6)));
}

#[test]
fn a_video_is_read_of_which_no_frame_can_be_read_by_itself() {
    let is_read = |luma: &Luma, memory: &mut Memory| {
        let seen = look(luma, memory, Stages::all());
        seen.codes.iter().any(|code| code.content == TEXT)
    };
    let frames: Vec<Luma> = (1..=5).map(|seed| frame(&spotted(seed))).collect();

    let alone = frames
        .iter()
        .map(|frame| is_read(frame, &mut Memory::default()));
    let alone: Vec<bool> = alone.collect();
    let mut memory = Memory::default();
    let together: Vec<bool> = frames
        .iter()
        .map(|frame| is_read(frame, &mut memory))
        .collect();
    assert_eq!((alone, together.contains(&true)), (vec![false; 5], true));
}

#[test]
fn votes_are_forgotten_when_their_code_was_not_seen_for_a_third_of_a_second() {
    let mut memory = Memory::default();
    look(&frame(&hidden(1, 99)), &mut memory, Stages::all());
    let desk = Picture::desk(640, 480).luma();
    for _ in 0..LASTING {
        look(&desk, &mut memory, Stages::all());
    }
    assert!(memory.learned.votes.is_some());

    look(&desk, &mut memory, Stages::all());
    assert!(memory.learned.votes.is_none());
}

#[test]
fn a_code_that_was_seen_and_not_read_is_found_where_it_was_without_a_search_everywhere() {
    let mut memory = Memory::default();
    assert_eq!(
        look(&frame(&hidden(1, 99)), &mut memory, Stages::all()).codes,
        []
    );

    // A hand has moved the sheet a little, and turned it.
    let moved = sheet().moved(7.0, -6.0).turned(0.12);
    let found = look_again(&lying(&symbol(), moved), &mut memory);
    assert_eq!(found, [TEXT]);
    assert_eq!(
        look_again(&lying(&symbol(), moved), &mut Memory::default()),
        [[0; 0]; 0]
    );
}

#[test]
fn a_code_that_went_elsewhere_is_found_by_the_search_everywhere() {
    let mut memory = Memory::default();
    look(&frame(&hidden(1, 99)), &mut memory, Stages::all());
    let away = lying(&symbol(), sheet().moved(60.0, 40.0));

    assert_eq!(look(&away, &mut memory, Stages::all()).codes.len(), 1);
}

#[test]
fn what_one_frame_had_not_time_enough_for_the_next_begins_with() {
    let bent = lying(&symbol(), sheet().bent(1.5, 30.0));
    let (reads, cost) = within(&bent, &mut Memory::default(), u32::MAX);
    assert!(reads);

    let begun = (1..16).find_map(|part| {
        let mut memory = Memory::default();
        within(&bent, &mut memory, cost * part / 16);
        memory.learned.track.is_some().then_some(memory)
    });
    let mut memory = begun.expect("time that ends while the lattice grows");
    assert!(
        memory
            .learned
            .track
            .as_ref()
            .is_some_and(|track| track.is_bent)
    );

    assert_eq!(look_again(&bent, &mut memory), [TEXT]);
}

#[test]
fn a_code_for_which_no_frame_has_time_enough_is_given_up_after_two() {
    let bent = lying(&symbol(), sheet().bent(1.5, 30.0));
    let (_, cost) = within(&bent, &mut Memory::default(), u32::MAX);
    let unfinished = (1..20).find_map(|part| {
        let mut memory = Memory::default();
        within(&bent, &mut memory, cost * part / 20);
        memory.learned.track
    });
    let mut track = Some(unfinished.expect("time that ends while the lattice grows"));
    let mut is_kept = Vec::new();
    for _ in 0..3 {
        track = track.and_then(|track| track.clone().once_more(Some(&track)));
        is_kept.push(track.is_some());
    }

    assert_eq!(is_kept, [true, false, false]);
}

#[test]
fn a_place_that_was_read_is_not_looked_at_again() {
    let luma = frame(&symbol());
    let first = look(&luma, &mut Memory::default(), Stages::all());
    let pyramid = Pyramid::new(&luma);
    let places = [first.codes[0].place];
    let again = read(
        &pyramid,
        Vec::new(),
        &places,
        &mut Memory::default(),
        Stages::all(),
        &|| false,
    );

    assert_eq!((again.codes.len(), again.unread.len()), (0, 0));
}

#[test]
fn a_stop_ends_the_look_at_once() {
    let luma = frame(&symbol());
    let pyramid = Pyramid::new(&luma);
    let mut memory = Memory::default();
    let seen = read(
        &pyramid,
        Vec::new(),
        &[],
        &mut memory,
        Stages::all(),
        &|| true,
    );

    assert_eq!((seen.codes.len(), seen.unread.len()), (0, 0));
}

#[test]
fn a_module_has_at_most_eight_pixels() {
    let luma = Picture::of(640, 480, |at| if at.x < 320.0 { 0.0 } else { 200.0 }).luma();
    let pyramid = Pyramid::new(&luma);

    // Beyond the left edge and the right one: the level is asked in the picture's own pixels.
    for module in [1.0, 8.0, 9.0, 16.0, 17.0, 40.0] {
        let raster = raster(&pyramid, module).unwrap();
        assert!(raster.grey(point(300.0, 240.0)) < 1.0, "{module}");
        assert!(raster.grey(point(340.0, 240.0)) > 199.0, "{module}");
    }
}

fn symbol() -> Drawn {
    drawn::symbol(Version::new(7).unwrap(), LEVEL, 2, TEXT)
}

/// The symbol with the first codewords of a block unseen.
fn hidden(block: usize, count: usize) -> Drawn {
    let mut symbol = symbol();
    symbol.doubt_first(LEVEL, block, count);

    symbol
}

/// The symbol with half of each block unseen, others with each seed.
fn spotted(seed: u64) -> Drawn {
    let mut symbol = symbol();
    symbol.doubt_some(LEVEL, 18, &mut Chance::new(seed));

    symbol
}

fn sheet() -> Sheet {
    Sheet::flat(45, point(300.0, 230.0), 5.0).turned(0.1)
}

fn frame(symbol: &Drawn) -> Luma {
    lying(symbol, sheet())
}

fn lying(symbol: &Drawn, sheet: Sheet) -> Luma {
    Picture::desk(640, 480)
        .with(symbol, sheet)
        .grained(3.0, 6)
        .luma()
}

fn look(luma: &Luma, memory: &mut Memory, stages: Stages) -> Seen {
    read(
        &Pyramid::new(luma),
        Vec::new(),
        &[],
        memory,
        stages,
        &|| false,
    )
}

/// What is read where an earlier frame showed a code.
fn look_again(luma: &Luma, memory: &mut Memory) -> Vec<Vec<u8>> {
    let pyramid = Pyramid::new(luma);
    let mut look = Look::new(&pyramid, &[], Stages::all()).expect("a picture");
    look.again(&[], memory, &|| false);

    look.seen
        .codes
        .into_iter()
        .map(|code| code.content)
        .collect()
}

/// Whether the code is read before the stop was asked for so often, and how often it was.
fn within(luma: &Luma, memory: &mut Memory, budget: u32) -> (bool, u32) {
    let asked = Cell::new(0);
    let seen = read(
        &Pyramid::new(luma),
        Vec::new(),
        &[],
        memory,
        Stages::all(),
        &|| {
            asked.set(asked.get() + 1);
            asked.get() > budget
        },
    );

    (
        seen.codes.iter().any(|code| code.content == TEXT),
        asked.get(),
    )
}
