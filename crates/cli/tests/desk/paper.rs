use std::path::Path;
use std::process::Command;

use reader::{Budget, Code, Reader};
use station::picture::read_picture;

use super::*;

/// Dots in a millimetre of the rendered PDF pages.
const DOTS: f32 = 10.0;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.issue(
        "name,birth_year,class,id_last_four,colour,last_negative\n王小明,1948,senior,012X,green,-\n",
    )
    .unwrap();
    desk
}

fn only_code(picture: &Path) -> Code {
    let reading = Reader::new().read(&read_picture(picture).unwrap(), Budget::unlimited());
    assert_eq!(reading.codes.len(), 1, "{}", picture.display());
    reading.codes.into_iter().next().unwrap()
}

fn near(measured: f32, wanted: f32) -> bool {
    (measured - wanted).abs() <= wanted / 100.0
}

#[test]
fn the_code_on_the_picture_reads_back_as_issued_and_is_80_mm_wide() {
    let desk = desk();
    let code = only_code(&desk.path("sheets/000000.png"));
    let register = cli::authority::Register::read(&desk.path("authority")).unwrap();
    assert_eq!(code.content, register.records()[0].text.as_bytes());
    // 7,763 dots a metre, as the file itself says.
    assert!(
        near(code.place.side() / 7.763, 80.0),
        "{}",
        code.place.side()
    );
}

#[test]
fn on_paper_the_sheets_code_is_80_mm_and_the_cards_50_mm_wide() {
    let desk = desk();
    for (file, wanted) in [("000000.pdf", 80.0), ("000000-card.pdf", 50.0)] {
        let Some(page) = rendered(&desk, file) else {
            println!(
                "SKIPPED: pdftoppm (package poppler-utils) is not installed, PDF pages were not measured"
            );
            return;
        };
        let side = only_code(&page).place.side() / DOTS;
        assert!(near(side, wanted), "{file}: {side} mm");
    }
}

/// The first page at 254 dots an inch; none where there is no pdftoppm.
fn rendered(desk: &Desk, file: &str) -> Option<PathBuf> {
    let stem = desk.path("page");
    let status = Command::new("pdftoppm")
        .args(["-r", "254", "-png", "-singlefile"])
        .arg(desk.path("sheets").join(file))
        .arg(&stem)
        .status()
        .ok()?;
    assert!(status.success());

    Some(stem.with_extension("png"))
}
