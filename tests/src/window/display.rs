//! A display in memory: Xvfb, the picture that it keeps in a file, and just enough of the X protocol to ask
//! windows to close as a window manager does.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running Xvfb. Dropping it ends it, and whoever draws on it.
pub struct Display {
    server: Child,
    number: u32,
    file: PathBuf,
}

/// A colour as the screen shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Colour {
    /// 255 is most.
    pub red: u8,
    /// 255 is most.
    pub green: u8,
    /// 255 is most.
    pub blue: u8,
}

/// All of the screen at one moment.
pub struct Picture(Vec<Colour>);

impl Colour {
    /// A colour that a style sheet defines: `  --admit: #00695C;`
    #[must_use]
    pub fn of(sheet: &str, name: &str) -> Option<Self> {
        let (_, rest) = sheet.split_once(&format!("  --{name}: #"))?;
        let (digits, _) = rest.split_once(';')?;
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();

        Some(Self { red, green, blue })
    }
}

impl Display {
    /// Starts a display of 1280 by 800, its picture in `folder`; none where there is no Xvfb.
    ///
    /// # Errors
    /// Xvfb cannot be run, or says no number.
    pub fn start(folder: &Path) -> io::Result<Option<Self>> {
        let started = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24"])
            .args(["-nolisten", "tcp", "-noreset", "-fbdir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let server = match started {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            started => started?,
        };
        let mut display = Self {
            server,
            number: 0,
            file: folder.join("Xvfb_screen0"),
        };
        let mut line = String::new();
        if let Some(stdout) = display.server.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        display.number = line.trim().parse().map_err(io::Error::other)?;

        Ok(Some(display))
    }

    /// What `DISPLAY` is for it.
    #[must_use]
    pub fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// What is on it now.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn picture(&self) -> io::Result<Picture> {
        let bytes = fs::read(&self.file)?;

        Picture::read(&bytes)
            .ok_or_else(|| io::Error::other("the picture is no XWD file as expected"))
    }

    /// Asks every window that can be asked to close.
    ///
    /// # Errors
    /// The display does not answer.
    pub fn close_windows(&self) -> io::Result<()> {
        let mut client = Client::connect(self.number)?;
        let protocols = client.atom("WM_PROTOCOLS")?;
        let delete = client.atom("WM_DELETE_WINDOW")?;
        // A window manager puts windows into frames of its own.
        let mut windows = client.children(client.root)?;
        for frame in windows.clone() {
            windows.extend(client.children(frame)?);
        }
        for window in windows {
            if client.property(window, protocols)?.contains(&delete) {
                client.send(window, protocols, delete)?;
            }
        }
        // Once this is answered, what was sent before has arrived.
        client.atom("WM_PROTOCOLS").map(|_| ())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Asked, it takes its socket and its lock away; killed, it would leave them in everybody's way.
        let asked = Command::new("sh")
            .args(["-c", "kill \"$1\"", "sh"])
            .arg(self.server.id().to_string())
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            // It has ended by itself, then.
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

impl Picture {
    /// Reads an X window dump of 32 bits a pixel (XWDFile.h): a heading of big-endian words, a colour map of
    /// 12 bytes a colour, the rows.
    fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| {
            let four = bytes.get(at * 4..at * 4 + 4)?;
            usize::try_from(u32::from_be_bytes(four.try_into().ok()?)).ok()
        };
        let (heading, width, height, order) = (word(0)?, word(4)?, word(5)?, word(7)?);
        let (bits, row, colours) = (word(11)?, word(12)?, word(19)?);
        if (word(1)?, bits, row) != (7, 32, width * 4) {
            return None;
        }
        let rows = bytes.get(heading + colours * 12..)?.get(..row * height)?;
        let colour = |pixel: &[u8]| match (order, pixel) {
            (0, &[blue, green, red, _]) | (_, &[_, red, green, blue]) => {
                Some(Colour { red, green, blue })
            }
            _ => None,
        };

        rows.chunks_exact(4)
            .map(colour)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Which part of the screen has exactly this colour, from 0 to 1.
    #[must_use]
    pub fn share(&self, colour: Colour) -> f64 {
        let count = self.0.iter().filter(|pixel| **pixel == colour).count();
        let of = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));

        of(count) / of(self.0.len())
    }

    /// How many colours there are.
    #[must_use]
    pub fn shades(&self) -> usize {
        self.0.iter().collect::<BTreeSet<_>>().len()
    }
}

/// A connection to the display (X Window System Protocol, X11R6), in the machine's little-endian words.
struct Client {
    stream: UnixStream,
    root: u32,
}

impl Client {
    fn connect(number: u32) -> io::Result<Self> {
        let mut stream = UnixStream::connect(format!("/tmp/.X11-unix/X{number}"))?;
        stream.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        let head = take(&mut stream, 8)?;
        let setup = take(&mut stream, 4 * usize::from(half(&head, 6)))?;
        if head.first() != Some(&1) {
            return Err(io::Error::other("the display lets nobody in"));
        }
        let vendor = usize::from(half(&setup, 16)).next_multiple_of(4);
        let formats = 8 * usize::from(setup[21]);

        Ok(Self {
            root: word(&setup, 32 + vendor + formats),
            stream,
        })
    }

    fn atom(&mut self, name: &str) -> io::Result<u32> {
        let length = u16::try_from(name.len()).map_err(io::Error::other)?;
        let mut body = [length.to_le_bytes(), [0, 0]].concat();
        body.extend_from_slice(name.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        self.request(16, &body)?;
        let (head, _) = self.reply()?;

        Ok(word(&head, 8))
    }

    fn children(&mut self, window: u32) -> io::Result<Vec<u32>> {
        self.request(15, &window.to_le_bytes())?;
        let (_, windows) = self.reply()?;

        Ok(windows)
    }

    /// The words of a property; none where the window has none.
    fn property(&mut self, window: u32, property: u32) -> io::Result<Vec<u32>> {
        self.request(20, &words(&[window, property, 0, 0, 64]))?;
        let (_, values) = self.reply()?;

        Ok(values)
    }

    /// Sends a message of a window manager.
    fn send(&mut self, window: u32, kind: u32, word: u32) -> io::Result<()> {
        // A client message (33) of words of 32 bits.
        let code = u32::from_le_bytes([33, 32, 0, 0]);
        let event = [code, window, kind, word, 0, 0, 0, 0];

        self.request(25, &[words(&[window, 0]), words(&event)].concat())
    }

    fn request(&mut self, code: u8, body: &[u8]) -> io::Result<()> {
        let length = u16::try_from(1 + body.len() / 4).map_err(io::Error::other)?;
        let [low, high] = length.to_le_bytes();

        self.stream
            .write_all(&[&[code, 0, low, high], body].concat())
    }

    /// The 32 bytes of an answer, and the words after them.
    fn reply(&mut self) -> io::Result<(Vec<u8>, Vec<u32>)> {
        let head = take(&mut self.stream, 32)?;
        if head.first() != Some(&1) {
            return Err(io::Error::other(format!("the display answers {head:?}")));
        }
        let length = usize::try_from(word(&head, 4)).map_err(io::Error::other)?;
        let rest = take(&mut self.stream, 4 * length)?;

        Ok((
            head,
            rest.chunks_exact(4).map(|four| word(four, 0)).collect(),
        ))
    }
}

fn take(stream: &mut UnixStream, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;

    Ok(bytes)
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn words(list: &[u32]) -> Vec<u8> {
    list.iter().flat_map(|word| word.to_le_bytes()).collect()
}
