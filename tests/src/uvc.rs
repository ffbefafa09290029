//! A virtual webcam: `uvc/uvc.c`, preloaded into a program, plays frames from files and obeys whoever holds it.
//! It is for Linux alone, and wants a C compiler.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use reader::Luma;
use tempfile::TempDir;

/// What the virtual webcam calls itself.
pub const NAME: &str = "Menshen virtual webcam";

const QUALITY: u8 = 85;

/// How a frame is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// A JPEG picture a frame, without the tables that webcams agree on.
    BareJpeg,
    /// A JPEG picture a frame.
    Jpeg,
    /// Grey and colour bytes in turn, and so many more bytes after each row.
    Yuyv {
        /// Bytes.
        gap: usize,
    },
}

/// What it does when it is asked for frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Another program holds it.
    Busy,
    /// It may not be opened.
    Denied,
    /// There is room on the cable for half its size only. Frames come as they are: for JPEG, which tells its own size.
    Narrow,
    /// It plays.
    Ok,
    /// It sends nothing.
    Stalled,
}

/// A virtual webcam, plugged in.
pub struct Webcam {
    folder: TempDir,
    /// Which time it is plugged in; 0 when it is not.
    plug: u32,
    plugged: u32,
    state: State,
    film: Film,
    /// Bytes that each frame tells, at most; 0 for all.
    short: usize,
}

/// Frames that it can play.
#[derive(Clone, Debug)]
pub struct Film {
    name: String,
    code: &'static str,
    width: usize,
    height: usize,
    stride: usize,
}

impl Webcam {
    /// Frames a second.
    pub const RATE: u32 = 15;

    /// A webcam that plays this.
    ///
    /// # Errors
    /// There is no C compiler, or the frames cannot be written.
    pub fn plug_in(frames: &[Luma], packing: Packing) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        compile(&folder.path().join("uvc.so"))?;
        fs::write(folder.path().join("name"), format!("{NAME}\n"))?;
        let film = film(folder.path(), "0", frames, packing)?;
        let webcam = Self {
            folder,
            plug: 1,
            plugged: 1,
            state: State::Ok,
            film,
            short: 0,
        };
        webcam.tell()?;

        Ok(webcam)
    }

    /// Lets a program see it.
    pub fn show_to(&self, program: &mut Command) {
        program.envs(self.environment());
    }

    /// What a program that sees it has in its environment.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, OsString); 2] {
        [
            ("MENSHEN_UVC", self.folder.path().into()),
            ("LD_PRELOAD", self.folder.path().join("uvc.so").into()),
        ]
    }

    /// Keeps frames ready under a name.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn film(&self, name: &str, frames: &[Luma], packing: Packing) -> anyhow::Result<Film> {
        film(self.folder.path(), name, frames, packing)
    }

    /// Plays something else from now on, in the middle of a stream too.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn play(&mut self, film: &Film) -> anyhow::Result<()> {
        self.film = film.clone();
        self.tell()
    }

    /// Pulls the cable.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn unplug(&mut self) -> anyhow::Result<()> {
        self.plug = 0;
        self.tell()
    }

    /// Plugs it in again: to the system it is another device.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn replug(&mut self) -> anyhow::Result<()> {
        self.plugged += 1;
        self.plug = self.plugged;
        self.tell()
    }

    /// Changes what it does.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn be(&mut self, state: State) -> anyhow::Result<()> {
        self.state = state;
        self.tell()
    }

    /// Has each frame tell so many bytes at most, whatever else lies in its buffer; 0 for all.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn cut(&mut self, short: usize) -> anyhow::Result<()> {
        self.short = short;
        self.tell()
    }

    /// The line is replaced as a whole: it is read at any time.
    fn tell(&self) -> anyhow::Result<()> {
        let state = match self.state {
            State::Busy => "busy",
            State::Denied => "denied",
            State::Narrow => "narrow",
            State::Ok => "ok",
            State::Stalled => "stalled",
        };
        let film = &self.film;
        let line = format!(
            "plug {} state {state} format {} width {} height {} stride {} rate {} short {} frames {}\n",
            self.plug,
            film.code,
            film.width,
            film.height,
            film.stride,
            Self::RATE,
            self.short,
            film.name
        );
        let new = self.folder.path().join("control.new");
        fs::write(&new, line)?;
        fs::rename(new, self.folder.path().join("control"))?;

        Ok(())
    }
}

/// Whether there is what the virtual webcam needs; if not, why.
#[must_use]
pub fn missing() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("the virtual webcam is for Linux alone");
    }
    let compiles = Command::new("cc").arg("--version").output().is_ok();

    (!compiles).then_some("there is no C compiler (cc)")
}

fn compile(library: &Path) -> anyhow::Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("uvc/uvc.c");
    let output = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(library)
        .arg(source)
        .arg("-ldl")
        .output()
        .context("a C compiler (cc)")?;
    ensure!(
        output.status.success(),
        "the virtual webcam does not compile: {}",
        String::from_utf8_lossy(&output.stderr)
    );

    Ok(())
}

fn film(folder: &Path, name: &str, frames: &[Luma], packing: Packing) -> anyhow::Result<Film> {
    let first = frames.first().context("a film has frames")?;
    let (width, height) = (first.width, first.height);
    let (code, stride) = match packing {
        Packing::BareJpeg | Packing::Jpeg => ("MJPG", 0),
        Packing::Yuyv { gap } => ("YUYV", width * 2 + gap),
    };
    let film: PathBuf = folder.join(name);
    fs::create_dir_all(&film)?;
    for (at, frame) in frames.iter().enumerate() {
        let bytes = match packing {
            Packing::BareJpeg => without_tables(&jpeg(frame)?),
            Packing::Jpeg => jpeg(frame)?,
            Packing::Yuyv { .. } => yuyv(frame, stride),
        };
        fs::write(film.join(at.to_string()), bytes)?;
    }

    Ok(Film {
        name: name.to_owned(),
        code,
        width,
        height,
        stride,
    })
}

/// As webcams send it: with colour, at half the width.
///
/// # Errors
/// The picture is wider or higher than a JPEG can be.
pub fn jpeg(frame: &Luma) -> anyhow::Result<Vec<u8>> {
    let coloured: Vec<u8> = frame
        .pixels()
        .iter()
        .flat_map(|grey| [*grey, *grey, grey.saturating_add(8)])
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_2);
    encoder.encode(
        &coloured,
        u16::try_from(frame.width)?,
        u16::try_from(frame.height)?,
        ColorType::Rgb,
    )?;

    Ok(bytes)
}

/// The encoder's tables are the standard's own, in segments of their own (DHT) before the scan.
fn without_tables(jpeg: &[u8]) -> Vec<u8> {
    const TABLES: u8 = 0xc4;
    const SCAN: u8 = 0xda;
    let (start, mut rest) = jpeg.split_at(2);
    let mut bare = start.to_vec();
    while let [0xff, kind, high, low, ..] = *rest {
        if kind == SCAN {
            break;
        }
        let length = 2 + usize::from(u16::from_be_bytes([high, low]));
        let (segment, after) = rest.split_at(length);
        if kind != TABLES {
            bare.extend(segment);
        }
        rest = after;
    }
    bare.extend(rest);

    bare
}

/// Grey has no colour: 128. The gap is filled with what no picture should show.
#[must_use]
pub fn yuyv(frame: &Luma, stride: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(stride * frame.height);
    for row in frame.pixels().chunks(frame.width) {
        bytes.extend(row.iter().flat_map(|grey| [*grey, 128]));
        bytes.resize(bytes.len().next_multiple_of(stride), 0);
    }

    bytes
}
