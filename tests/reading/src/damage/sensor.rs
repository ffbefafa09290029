//! From light to bytes: the sensor's noise, the camera's curve, and JPEG.

use reader::Luma;

use super::{
    chance::Chance,
    plane::{Plane, whole},
};

/// The camera's own settings, which it chooses by the light there is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sensor {
    /// Electrons that light of 1 frees in a pixel.
    pub(crate) electrons: f32,
    /// What light of 1 becomes of the brightest value: 1 is well exposed.
    pub(crate) exposure: f32,
    /// JPEG quality of 100; `None` for a picture that was never compressed.
    pub(crate) quality: Option<u8>,
}

/// Deviation of what is read from an unlit pixel, in electrons.
const READ_NOISE: f32 = 4.0;
/// How far the camera's smoothing spreads its noise, in pixels.
const SMOOTHED: f32 = 0.5;

impl Sensor {
    pub(crate) fn ordinary(chance: &mut Chance) -> Self {
        Self {
            electrons: 5_000.0,
            exposure: chance.within(0.62, 0.85),
            quality: None,
        }
    }

    /// Takes the picture.
    pub(crate) fn expose(&self, mut light: Plane, chance: &mut Chance) -> Luma {
        light.each(|_, _, value| {
            let freed = (value * self.exposure).clamp(0.0, 1.0) * self.electrons;
            let noise = freed.sqrt() * chance.normal() + READ_NOISE * chance.normal();
            (freed + noise) / self.electrons
        });
        light.blur(SMOOTHED);
        let pixels: Vec<u8> = light
            .values
            .iter()
            .map(|value| byte(value.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0))
            .collect();
        let pixels = match self.quality {
            Some(quality) => compressed(light.width, light.height, &pixels, quality),
            None => pixels,
        };

        Luma::new(light.width, light.height, pixels).expect("the picture is as large as its light")
    }
}

fn byte(value: f32) -> u8 {
    u8::try_from(whole(value + 0.5)).unwrap_or(u8::MAX)
}

/// What a JPEG of this quality leaves of the picture.
fn compressed(width: usize, height: usize, pixels: &[u8], quality: u8) -> Vec<u8> {
    let side = |pixels: usize| u16::try_from(pixels).unwrap_or(u16::MAX);
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, quality)
        .encode(
            pixels,
            side(width),
            side(height),
            jpeg_encoder::ColorType::Luma,
        )
        .expect("a picture in memory can be written");

    image::load_from_memory(&bytes)
        .expect("what was written as JPEG a moment ago can be read")
        .into_luma8()
        .into_raw()
}
