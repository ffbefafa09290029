//! Clean frames with a code in them.

use qrcodegen::{QrCode, QrCodeEcc};
use reader::Luma;

const WIDTH: usize = 640;
const HEIGHT: usize = 480;
const MODULE: usize = 4;

/// An empty desk.
pub(crate) fn desk() -> Luma {
    Luma::new(WIDTH, HEIGHT, vec![200; WIDTH * HEIGHT]).unwrap()
}

/// A desk with this code on it.
pub(crate) fn sheet(text: &str) -> Luma {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
    let side = usize::try_from(code.size()).unwrap();
    let (left, top) = ((WIDTH - side * MODULE) / 2, (HEIGHT - side * MODULE) / 2);
    let mut pixels = vec![200; WIDTH * HEIGHT];
    for y in 0..side * MODULE {
        for x in 0..side * MODULE {
            let module = |at: usize| i32::try_from(at / MODULE).unwrap();
            if code.get_module(module(x), module(y)) {
                pixels[(top + y) * WIDTH + left + x] = 30;
            }
        }
    }
    Luma::new(WIDTH, HEIGHT, pixels).unwrap()
}
