//! Which of a webcam's formats is asked for.

use std::cmp::Reverse;

use super::raw::Packing;

/// A format a webcam offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) packing: Packing,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Frames a second.
    pub(super) rate: u32,
}

/// Slower than this, a sheet has to be held too still.
const SLOW: u32 = 15;
/// Faster than this only costs.
const FAST: u32 = 30;
/// The largest picture that is read in good time.
const LARGEST: (u32, u32) = (1920, 1080);

/// Best first: fast enough, then the most pixels that are read in good time, then fast, then not compressed. Of a
/// webcam that has only larger pictures, its smallest. The next ones are for a webcam that does not stream what it
/// offers: two on one cable have no room for two large pictures.
pub(super) fn best_first<T>(offers: &mut [T], offer: impl Fn(&T) -> Offer) {
    offers.sort_by_key(|one| {
        let offer = offer(one);
        let fits = offer.width <= LARGEST.0 && offer.height <= LARGEST.1;
        let pixels = i64::from(offer.width) * i64::from(offer.height);
        let size = if fits { pixels } else { -pixels };
        let plain = offer.packing != Packing::Jpeg;

        Reverse((
            fits,
            offer.rate >= SLOW,
            size,
            offer.rate.min(FAST),
            plain,
            Reverse(offer.rate),
        ))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(packing: Packing, width: u32, height: u32, rate: u32) -> Offer {
        Offer {
            packing,
            width,
            height,
            rate,
        }
    }

    fn choose(offers: &[Offer]) -> Option<Offer> {
        let mut offers = offers.to_vec();
        best_first(&mut offers, |offer| *offer);
        offers.first().copied()
    }

    #[test]
    fn the_most_pixels_at_a_good_rate_are_chosen() {
        let slow = offer(Packing::Yuyv, 1920, 1080, 5);
        let packed = offer(Packing::Jpeg, 1920, 1080, 30);
        let large = offer(Packing::Jpeg, 3840, 2160, 30);
        let small = offer(Packing::Yuyv, 640, 480, 30);

        assert_eq!(choose(&[small, slow, large, packed]), Some(packed));
        assert_eq!(choose(&[small, slow, large]), Some(small));
    }

    #[test]
    fn what_is_not_compressed_is_chosen_where_nothing_else_differs() {
        let packed = offer(Packing::Jpeg, 1280, 720, 60);
        let plain = offer(Packing::Nv12, 1280, 720, 30);

        assert_eq!(choose(&[plain, packed]), Some(plain));
    }

    #[test]
    fn a_webcam_with_nothing_fitting_still_gives_something() {
        let larger = offer(Packing::Jpeg, 4096, 2160, 30);
        let large = offer(Packing::Jpeg, 2592, 1944, 10);

        assert_eq!(choose(&[large]), Some(large));
        assert_eq!(
            choose(&[offer(Packing::Grey, 640, 480, 5)]),
            Some(offer(Packing::Grey, 640, 480, 5))
        );
        assert_eq!(
            choose(&[larger, large]).map(|offer| offer.rate >= SLOW),
            Some(true)
        );
        assert_eq!(choose(&[]), None);
    }

    #[test]
    fn after_the_best_come_ever_smaller_ones_and_the_slow_and_too_large_last() {
        let small = offer(Packing::Yuyv, 640, 480, 30);
        let middle = offer(Packing::Jpeg, 1280, 720, 30);
        let large = offer(Packing::Jpeg, 1920, 1080, 30);
        let slow = offer(Packing::Yuyv, 1920, 1080, 5);
        let larger = offer(Packing::Jpeg, 3840, 2160, 30);
        let mut offers = [larger, small, slow, large, middle];
        best_first(&mut offers, |offer| *offer);

        assert_eq!(offers, [large, middle, small, slow, larger]);
    }
}
