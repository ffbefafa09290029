//! Drawings as SVG, each on a sheet of its own, so that it reads on a dark page as well.
// Writing to a String cannot fail.

use std::{collections::BTreeMap, fmt::Write as _};

/// A point of the drawing.
pub(super) type At = (f32, f32);

/// Ink for words and lines.
pub(super) const INK: &str = "#222";
pub(super) const SOFT: &str = "#777";
pub(super) const BLUE: &str = "#1668b8";
pub(super) const GREEN: &str = "#1d8348";
pub(super) const ORANGE: &str = "#e07b00";
pub(super) const RED: &str = "#d62d20";

/// A drawing that grows.
pub(super) struct Svg {
    width: f32,
    height: f32,
    body: String,
    /// Groups of tiles so far.
    tiled: usize,
}

impl Svg {
    pub(super) fn new(width: f32, height: f32) -> Self {
        Self {
            width,
            height,
            body: String::new(),
            tiled: 0,
        }
    }

    pub(super) fn finish(self) -> String {
        let Self {
            width,
            height,
            body,
            ..
        } = self;

        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"sans-serif\" font-size=\"13\" fill=\"{INK}\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
        )
    }

    /// Words from a point to the right.
    pub(super) fn text(&mut self, at: At, text: &str) {
        self.words(at, text, "");
    }

    /// A panel's name.
    pub(super) fn name(&mut self, at: At, text: &str) {
        self.words(at, text, " font-weight=\"bold\"");
    }

    /// Words around a point, small.
    pub(super) fn tick(&mut self, at: At, text: &str) {
        self.words(at, text, " font-size=\"11\" text-anchor=\"middle\"");
    }

    /// Words up to a point, small.
    pub(super) fn beside(&mut self, at: At, text: &str) {
        self.words(at, text, " font-size=\"11\" text-anchor=\"end\"");
    }

    /// Words around a point on a dark ground, small.
    pub(super) fn label(&mut self, at: At, text: &str) {
        self.words(
            at,
            text,
            " font-size=\"11\" font-weight=\"bold\" text-anchor=\"middle\" fill=\"#fff\"",
        );
    }

    pub(super) fn rect(&mut self, at: At, size: At, fill: &str) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
            at.0, at.1, size.0, size.1
        );
    }

    /// A frame without filling.
    pub(super) fn frame(&mut self, at: At, size: At, colour: &str) {
        let corners = [
            at,
            (at.0 + size.0, at.1),
            (at.0 + size.0, at.1 + size.1),
            (at.0, at.1 + size.1),
            at,
        ];
        self.path(&corners, colour, 1.0);
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[At], colour: &str, width: f32) {
        let mut drawn = String::new();
        for (index, (x, y)) in points.iter().enumerate() {
            let _ = write!(drawn, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
        }
        let _ = writeln!(
            self.body,
            "<path d=\"{drawn}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>"
        );
    }

    /// Many short lines of one colour.
    pub(super) fn lines(&mut self, lines: &[(At, At)], colour: &str, width: f32) {
        let mut drawn = String::new();
        for ((x, y), (to_x, to_y)) in lines {
            let _ = write!(drawn, "M{x:.1} {y:.1}L{to_x:.1} {to_y:.1}");
        }
        let _ = writeln!(
            self.body,
            "<path d=\"{drawn}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>"
        );
    }

    pub(super) fn ring(&mut self, at: At, radius: f32, colour: &str, width: f32) {
        let _ = writeln!(
            self.body,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>",
            at.0, at.1
        );
    }

    pub(super) fn dot(&mut self, at: At, radius: f32, fill: &str) {
        let _ = writeln!(
            self.body,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"{fill}\" stroke=\"#fff\" stroke-width=\"0.8\"/>",
            at.0, at.1
        );
    }

    /// Square tiles, row after row, from the upper left corner; tiles of one colour side by side are one line.
    pub(super) fn tiles(&mut self, at: At, scale: f32, width: usize, colours: &[String]) {
        let mut paths: BTreeMap<&str, (String, (i64, i64))> = BTreeMap::new();
        let step = |place: usize| i64::try_from(place).unwrap_or(0);
        for (row, tiles) in colours.chunks_exact(width.max(1)).enumerate() {
            let mut start = 0;
            while let Some(colour) = tiles.get(start) {
                let length = tiles[start..]
                    .iter()
                    .take_while(|other| *other == colour)
                    .count();
                let (path, from) = paths
                    .entry(colour)
                    .or_insert_with(|| ("M0 .5".to_owned(), (0, 0)));
                let (x, y) = (step(start), step(row));
                let _ = write!(path, "m{} {}h{length}", x - from.0, y - from.1);
                *from = (x + step(length), y);
                start += length;
            }
        }

        let _ = writeln!(
            self.body,
            "<g id=\"tiles{}\" transform=\"translate({:.1} {:.1}) scale({scale})\" fill=\"none\" stroke-width=\"1.05\" shape-rendering=\"crispEdges\">",
            self.tiled, at.0, at.1
        );
        for (colour, (path, _)) in paths {
            let _ = writeln!(self.body, "<path stroke=\"{colour}\" d=\"{path}\"/>");
        }
        self.body.push_str("</g>\n");
        self.tiled += 1;
    }

    /// The last tiles once more, this far away.
    pub(super) fn again(&mut self, away: At) {
        let _ = writeln!(
            self.body,
            "<use href=\"#tiles{}\" x=\"{:.1}\" y=\"{:.1}\"/>",
            self.tiled.saturating_sub(1),
            away.0,
            away.1
        );
    }

    /// A strip of the colours between two values, with words at its ends.
    pub(super) fn legend(&mut self, at: At, colour: impl Fn(f32) -> String, ends: [&str; 2]) {
        let steps = 24;
        let colours: Vec<String> = (0..steps)
            .map(|step| colour((number(step) + 0.5) / number(steps)))
            .collect();
        self.tiles(at, 6.0, steps, &colours);
        self.words((at.0, at.1 + 18.0), ends[0], " font-size=\"11\"");
        self.beside((at.0 + 6.0 * number(steps), at.1 + 18.0), ends[1]);
    }

    fn words(&mut self, at: At, text: &str, how: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            self.body,
            "<text x=\"{:.1}\" y=\"{:.1}\"{how}>{text}</text>",
            at.0, at.1
        );
    }
}

/// A count as a measure.
pub(super) fn number(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// The whole part of a measure that lies between 0 and `most`.
pub(super) fn whole(measure: f32, most: u16) -> usize {
    let mut low = 0;
    let mut high = most;
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if f32::from(middle) <= measure {
            low = middle;
        } else {
            high = middle - 1;
        }
    }

    usize::from(low)
}

/// Between colours that are spread evenly from 0 to 1, in twenty steps.
pub(super) fn between(stops: &[[u8; 3]], share: f32) -> String {
    let share = number(whole(share.clamp(0.0, 1.0) * 20.0 + 0.5, 20)) / 20.0;
    let along = share * number(stops.len() - 1);
    let stop = whole(
        along,
        u16::try_from(stops.len().saturating_sub(2)).unwrap_or(0),
    );
    let part = along - number(stop);
    let mix = |channel: usize| {
        let (from, to) = (
            f32::from(stops[stop][channel]),
            f32::from(stops[stop + 1][channel]),
        );
        whole(from + (to - from) * part + 0.5, 255)
    };

    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// Black to white.
pub(super) fn grey(share: f32) -> String {
    between(&[[16, 16, 16], [248, 248, 248]], share)
}

/// Nothing, little, much: white over orange to dark red.
pub(super) fn heat(share: f32) -> String {
    between(
        &[[255, 255, 255], [255, 196, 92], [214, 62, 32], [90, 8, 20]],
        share,
    )
}

/// Little to much: white to dark blue.
pub(super) fn depth(share: f32) -> String {
    between(&[[255, 255, 255], [120, 176, 218], [8, 48, 107]], share)
}

/// Below, at and above the middle: orange, white, blue.
pub(super) fn both(share: f32) -> String {
    between(&[[214, 96, 0], [255, 255, 255], [12, 84, 166]], share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_of_a_colour_side_by_side_are_one_line() {
        let mut svg = Svg::new(10.0, 10.0);
        let colours = ["#a", "#a", "#b", "#b", "#a", "#b"].map(str::to_owned);
        svg.tiles((1.0, 2.0), 3.0, 3, &colours);
        let drawn = svg.finish();

        assert!(
            drawn.contains("stroke=\"#a\" d=\"M0 .5m0 0h2m-1 1h1\""),
            "{drawn}"
        );
        assert!(
            drawn.contains("stroke=\"#b\" d=\"M0 .5m2 0h1m-3 1h1m1 0h1\""),
            "{drawn}"
        );
    }

    #[test]
    fn a_colour_lies_between_its_stops() {
        assert_eq!(grey(-3.0), "#101010");
        assert_eq!(grey(1.0), "#f8f8f8");
        assert_eq!(both(0.5), "#ffffff");
        assert_eq!((whole(4.9, 9), whole(12.0, 9), whole(-1.0, 9)), (4, 9, 0));
    }
}
