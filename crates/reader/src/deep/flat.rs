//! A symbol laid flat: sampled along its lattice, a few samples a module.

use crate::{
    deep::{
        lattice::{Lattice, MARGIN},
        raster::Raster,
    },
    pixel,
};

/// Samples a module, both ways.
pub(crate) const PER: usize = 4;

/// The symbol and some modules around it in grey values, [`PER`] samples a module.
#[derive(Clone, Debug)]
pub(crate) struct Flat {
    pub(crate) side: usize,
    /// Samples in a row.
    pub(crate) across: usize,
    pub(crate) grey: Vec<f32>,
}

impl Flat {
    /// Samples the picture.
    pub(crate) fn new(raster: &Raster<'_>, lattice: &Lattice) -> Self {
        let across = lattice.across() * PER;
        let mut grey = vec![0.0; across * across];
        let rows: Vec<_> = lattice.rows().collect();
        let mut between = Vec::with_capacity(lattice.across());

        for (sample, greys) in grey.chunks_exact_mut(across).enumerate() {
            let (row, down) = place(sample, lattice.across());
            let pairs = rows[row].iter().zip(rows[row + 1]);
            between.clear();
            between.extend(pairs.map(|(upper, lower)| upper.towards(*lower, down)));
            // Between two nodes the samples lie on a line.
            let mut first = 0;
            while first < across {
                let (column, right) = place(first, lattice.across());
                let is_same = |sample: &usize| place(*sample, lattice.across()).0 == column;
                let count = (first..across).take_while(is_same).count();
                let (from, to) = (between[column], between[column + 1]);
                let step = (to - from) * (1.0 / pixel::distance(PER));
                raster.along(from.towards(to, right), step, &mut greys[first..][..count]);
                first += count;
            }
        }

        Self {
            side: lattice.side(),
            across,
            grey,
        }
    }

    /// The mean of the inner samples of each module of the symbol.
    pub(crate) fn cells(&self) -> Vec<f32> {
        let mut cells = Vec::with_capacity(self.side * self.side);
        for row in 0..self.side {
            let top = ((row + MARGIN) * PER + 1) * self.across;
            let upper = &self.grey[top..][..self.across];
            let lower = &self.grey[top + self.across..][..self.across];
            cells.extend((0..self.side).map(|column| {
                let left = (column + MARGIN) * PER + 1;
                (upper[left] + upper[left + 1] + lower[left] + lower[left + 1]) / 4.0
            }));
        }

        cells
    }
}

/// The node before a sample, and how far it is towards the next.
fn place(sample: usize, nodes: usize) -> (usize, f32) {
    let along = (pixel::distance(sample) + 0.5) / pixel::distance(PER) - 0.5;
    let node = pixel::whole(along).min(nodes - 2);

    (node, along - pixel::distance(node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{deep::point::point, luma::Luma};

    #[test]
    fn each_cell_is_the_grey_of_its_module() {
        let module = 5;
        let pixels = (0..25 * module)
            .flat_map(|y| (0..25 * module).map(move |x| (x / module, y / module)))
            .map(|(x, y)| u8::try_from((x * 8 + y * 5) % 256).unwrap_or(0))
            .collect();
        let luma = Luma::new(25 * module, 25 * module, pixels).expect("all pixels are there");
        let raster = Raster::new(&luma, 1.0).expect("large enough");
        let lattice = Lattice::new(21, |u, v| point(5.0 * (u + 2.0), 5.0 * (v + 2.0)));
        let cells = Flat::new(&raster, &lattice).cells();

        assert_eq!(cells.len(), 441);
        for (at, cell) in cells.iter().enumerate() {
            let (x, y) = (at % 21 + 2, at / 21 + 2);
            let wanted = pixel::distance((x * 8 + y * 5) % 256);
            assert!((cell - wanted).abs() < 0.5, "{at}");
        }
    }
}
