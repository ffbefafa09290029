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
    Picture::desk(640, 480)
        .with(symbol, sheet())
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
