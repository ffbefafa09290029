//! What a fuzzer's bytes are to the reader. Each of these must return, whatever the bytes are: no panic, no false promise.

use std::time::{Duration, Instant};

use reader::{
    Budget, Corner, Luma, Reader,
    trial::{self, Decoder, Matrix},
};

/// What the reader is given for each of two looks at a picture.
pub const BUDGET: Duration = Duration::from_millis(30);

/// Sides of a picture and of a symbol at most: small ones are tried oftener.
const MOST_PIXELS: usize = 200;
const MOST_VERSION: u8 = 12;

/// The content parser: a version, then the codewords.
pub fn content(data: &[u8]) {
    let Some((version, data)) = data.split_first() else {
        return;
    };
    let content = trial::content(data, version % 41);

    assert!(content.is_none_or(|content| !content.is_empty()));
}

/// The corrector: how many codewords are parity, spare and erased, where these are, then the word.
pub fn corrector(data: &[u8]) {
    let [parity, spare, erased, data @ ..] = data else {
        return;
    };
    let (parity, spare) = (usize::from(*parity) % 36, usize::from(*spare) % 8);
    let (erased, word) = data.split_at(data.len().min(usize::from(*erased) % 36));
    let erased: Vec<usize> = erased.iter().map(|at| usize::from(*at)).collect();
    let Some(corrected) = trial::corrected(word, parity, &erased, spare) else {
        return;
    };

    // What was corrected is a word without errors, as far from what came as was allowed.
    assert_eq!(corrected.len(), word.len());
    let again = trial::corrected(&corrected, parity, &[], 0);
    assert_eq!(again.as_ref(), Some(&corrected));
    let errors = (0..word.len()).filter(|at| word[*at] != corrected[*at] && !erased.contains(at));
    assert!(2 * errors.count() <= parity);
}

/// The decoder with a memory: versions, each with what a sampler saw of its modules, one after the other.
pub fn decoder(data: &[u8]) {
    let mut decoder = Decoder::default();
    let mut bytes = data.iter().copied().cycle();
    let mut next = || bytes.next().unwrap_or(0);
    for _ in 0..2 {
        let version = next() % (MOST_VERSION + 1);
        let side = 17 + 4 * usize::from(version);
        let seen: Vec<u8> = (0..side * side).map(|_| next()).collect();
        let matrix = Matrix {
            version,
            black: seen
                .iter()
                .map(|seen| f32::from(*seen) / 64.0 - 2.0)
                .collect(),
            doubt: seen
                .iter()
                .map(|seen| f32::from(seen % 16) / 30.0)
                .collect(),
        };
        decoder.decode(matrix);
        let (known, blocks) = decoder.progress();

        assert!(known <= blocks);
    }
}

/// The whole reader on a small picture of any pixels: width, height, then these, over and over.
pub fn picture(data: &[u8]) {
    let [width, height, pixels @ ..] = data else {
        return;
    };
    let side = |byte: u8| usize::from(byte) % MOST_PIXELS;
    let (width, height) = (side(*width), side(*height));
    let pixels = pixels
        .iter()
        .copied()
        .cycle()
        .take(width * height)
        .collect();
    let Ok(luma) = Luma::new(width, height, pixels) else {
        return;
    };

    read(&luma);
}

/// The deep stages on what looks like a code: a version, how it lies in the picture, ink and paper, then the modules. Only
/// the finder patterns and the timing lines are as they should be.
pub fn sampler(data: &[u8]) {
    let [version, module, ink, paper, bends @ ..] = data else {
        return;
    };
    let Some((bends, modules)) = bends.split_at_checked(8) else {
        return;
    };
    let side = 17 + 4 * usize::from(version % 7 + 1);
    let pixels = 2 + usize::from(module % 4);
    let width = (side + 8) * pixels;
    let at = |x: usize, y: usize| {
        let bend = |index: usize, along: usize| {
            let (from, to) = (usize::from(bends[index]), usize::from(bends[index + 1]));
            (from * (width - along) + to * along) / width * pixels / 128
        };
        let (u, v) = (x + bend(0, y) + bend(2, x), y + bend(4, x) + bend(6, y));
        let module = |along: usize| (along / pixels).checked_sub(4).filter(|at| *at < side);
        match (module(u), module(v)) {
            (Some(column), Some(row)) if black(side, column, row, modules) => *ink,
            _ => *paper,
        }
    };
    let grey = (0..width * width).map(|pixel| at(pixel % width, pixel / width));
    let Ok(luma) = Luma::new(width, width, grey.collect()) else {
        return;
    };

    read(&luma);
}

fn read(luma: &Luma) {
    let mut reader = Reader::new();
    for _ in 0..2 {
        let start = now();
        let left = move || BUDGET.saturating_sub(start.elapsed());
        let reading = reader.read(luma, Budget::from_fn(left));

        for code in &reading.codes {
            assert!(!code.content.is_empty() && (1..=40).contains(&code.version));
            let finite = |corner: &Corner| corner.x.is_finite() && corner.y.is_finite();
            assert!(code.place.corners.iter().all(finite));
        }
    }
}

fn black(side: usize, column: usize, row: usize, modules: &[u8]) -> bool {
    let far = side - 7;
    for (left, top) in [(0, 0), (far, 0), (0, far)] {
        let ring = column.abs_diff(left + 3).max(row.abs_diff(top + 3));
        if ring <= 4 {
            return matches!(ring, 0 | 1 | 3);
        }
    }
    if column == 6 || row == 6 {
        return (column + row).is_multiple_of(2);
    }
    let bit = row * side + column;

    modules
        .get(bit / 8 % modules.len().max(1))
        .is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the reader has no clock of its own"
)]
fn now() -> Instant {
    Instant::now()
}
