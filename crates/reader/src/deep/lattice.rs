//! Where the modules of a symbol lie in the picture: a net of points that may be bent in any way.

use crate::{
    deep::{
        field::Field,
        point::{Point, point},
    },
    pixel,
};

/// Modules around the symbol that the net goes on for.
pub(crate) const MARGIN: usize = 2;

/// The picture's point for the middle of each module, some around the symbol among them.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    side: usize,
    across: usize,
    nodes: Vec<Point>,
}

impl Lattice {
    /// `at` gives the point of the picture for a place in the symbol, in modules from its upper left corner.
    pub(crate) fn new(side: usize, at: impl Fn(f32, f32) -> Point) -> Self {
        let across = side + 2 * MARGIN;
        let along = |index: usize| pixel::distance(index) + 0.5 - pixel::distance(MARGIN);
        let nodes = (0..across)
            .flat_map(|row| (0..across).map(move |column| (column, row)))
            .map(|(column, row)| at(along(column), along(row)))
            .collect();

        Self {
            side,
            across,
            nodes,
        }
    }

    /// Modules on a side of the symbol.
    pub(crate) fn side(&self) -> usize {
        self.side
    }

    /// Nodes on a side of the net.
    pub(crate) fn across(&self) -> usize {
        self.across
    }

    /// The rows of nodes.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[Point]> {
        self.nodes.chunks_exact(self.across)
    }

    /// The picture's point for a place in the symbol, straight between the nodes and beyond them.
    pub(crate) fn at(&self, u: f32, v: f32) -> Point {
        let (column, right) = self.cell(u);
        let (row, down) = self.cell(v);
        let start = row * self.across + column;
        let upper = self.nodes[start].towards(self.nodes[start + 1], right);
        let lower =
            self.nodes[start + self.across].towards(self.nodes[start + self.across + 1], right);

        upper.towards(lower, down)
    }

    /// The net after each module was moved by a field, in modules.
    pub(crate) fn moved(&self, field: &Field) -> Self {
        Self::new(self.side, |u, v| {
            let step = field.at(u, v);
            self.at(u + step.x, v + step.y)
        })
    }

    /// Whether all of it are numbers.
    pub(crate) fn is_finite(&self) -> bool {
        self.nodes.iter().all(|node| node.is_finite())
    }

    /// Corners of the symbol: upper left, upper right, lower right, lower left.
    pub(crate) fn corners(&self) -> [Point; 4] {
        let end = pixel::distance(self.side);

        [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)].map(|(u, v)| self.at(u, v))
    }

    fn cell(&self, along: f32) -> (usize, f32) {
        let along = along - 0.5 + pixel::distance(MARGIN);
        let index = pixel::whole(along).min(self.across - 2);

        (index, (along - pixel::distance(index)).clamp(-2.0, 3.0))
    }
}

/// The plane seen from aside: places of a square symbol to points of the picture, straight lines staying straight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Projection {
    origin: Point,
    right: Point,
    down: Point,
    shrink: Point,
}

impl Projection {
    /// Through the points of four places: (a, a), (b, a), (a, b), (b, b). `None` where they are no square seen
    /// from aside.
    pub(crate) fn new(a: f32, b: f32, corners: [Point; 4]) -> Option<Self> {
        let [upper_left, upper_right, lower_left, lower_right] = corners;
        let (one, two) = (upper_right - lower_right, lower_left - lower_right);
        let rest = upper_left - upper_right + (lower_right - lower_left);
        let area = one.cross(two);
        if area.abs() < 1.0 || b - a < 1.0 {
            return None;
        }
        let (g, h) = (rest.cross(two) / area, one.cross(rest) / area);
        // In the unit square: (origin + s right + t down) / (1 + s g + t h).
        let right = upper_right - upper_left + upper_right * g;
        let down = lower_left - upper_left + lower_left * h;
        let scale = 1.0 / (b - a);
        let unit = Self {
            origin: upper_left,
            right,
            down,
            shrink: point(g, h),
        };
        let projection = unit.stretched(a, scale);

        projection
            .origin
            .is_finite()
            .then_some(projection)
            .filter(|projection| projection.shrink.length() * b < 0.8)
    }

    pub(crate) fn at(&self, u: f32, v: f32) -> Point {
        let depth = (1.0 + u * self.shrink.x + v * self.shrink.y).max(0.05);

        (self.origin + self.right * u + self.down * v) * (1.0 / depth)
    }

    /// The same for places `u` where this takes `(u - a) * scale`.
    fn stretched(self, a: f32, scale: f32) -> Self {
        let (right, down, shrink) = (self.right * scale, self.down * scale, self.shrink * scale);
        let depth = 1.0 - a * (shrink.x + shrink.y);
        let by = 1.0 / depth;

        Self {
            origin: (self.origin - (right + down) * a) * by,
            right: right * by,
            down: down * by,
            shrink: shrink * by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_goes_through_its_four_points() {
        let corners = [
            point(10.0, 20.0),
            point(110.0, 30.0),
            point(5.0, 140.0),
            point(120.0, 130.0),
        ];
        let projection = Projection::new(3.5, 17.5, corners).expect("a square seen from aside");

        let places = [(3.5, 3.5), (17.5, 3.5), (3.5, 17.5), (17.5, 17.5)];
        for ((u, v), corner) in places.into_iter().zip(corners) {
            assert!((projection.at(u, v) - corner).length() < 0.01);
        }
        assert!(Projection::new(3.5, 17.5, [corners[0]; 4]).is_none());
    }

    #[test]
    fn a_net_is_straight_between_its_nodes_and_beyond() {
        let lattice = Lattice::new(21, |u, v| point(3.0 * u + v, 100.0 + 4.0 * v));

        for (u, v) in [(0.0, 0.0), (10.3, 7.9), (22.0, 22.9), (-2.0, 21.0)] {
            let wanted = point(3.0 * u + v, 100.0 + 4.0 * v);
            assert!((lattice.at(u, v) - wanted).length() < 0.01, "{u} {v}");
        }
        assert_eq!(lattice.corners()[3], point(21.0, 184.0));
    }
}
