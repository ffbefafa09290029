//! The webview's own driver, spoken to by the `WebDriver` protocol (<https://www.w3.org/TR/webdriver2/>), as far
//! as one window and a keyboard need it.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::figures::Stopwatch;
use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

/// What the driver is called where the webview is GTK's.
pub const PROGRAM: &str = "WebKitWebDriver";
/// An answer comes within this time, or the window hangs.
const ANSWER: Duration = Duration::from_secs(90);
/// For the driver to listen.
const START: Duration = Duration::from_secs(10);

/// The driver, and the window that it has opened. Dropping it ends both.
pub struct Driver {
    program: Child,
    port: u16,
    session: String,
    lines: Receiver<String>,
}

impl Driver {
    /// Starts the driver in this environment and lets it open the program with these arguments.
    ///
    /// # Errors
    /// The driver or the window does not start.
    pub fn open(
        program: &Path,
        args: &[&OsStr],
        environment: Vec<(&'static str, OsString)>,
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut child = Command::new(PROGRAM)
            .arg(format!("--port={port}"))
            .envs(environment)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        // The window writes where its driver does.
        let lines = lines(child.stderr.take().context("the window's log")?);
        let mut driver = Self {
            program: child,
            port,
            session: String::new(),
            lines,
        };
        driver.listens()?;
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": {
                "binary": program,
                "args": args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>(),
            },
            "timeouts": { "script": 60_000 },
        } } });
        let answer = driver.call("POST", "/session", &wanted)?;
        let session = answer["sessionId"].as_str().context("a session's number")?;
        driver.session = format!("/session/{session}");

        Ok(driver)
    }

    /// What a function in the page gives, once it is there: the body may wait.
    ///
    /// # Errors
    /// There is no window, or it does not answer.
    pub fn run(&self, body: &str) -> anyhow::Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {body} }})().then(done, (refused) => done({{ refused: String(refused) }}));"
        );

        self.ask("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Presses a key and lets it go after this time.
    ///
    /// # Errors
    /// There is no window.
    pub fn hold(&self, key: &str, time: Duration) -> anyhow::Result<()> {
        let actions = json!([{ "type": "key", "id": "keyboard", "actions": [
            { "type": "keyDown", "value": key },
            { "type": "pause", "duration": u64::try_from(time.as_millis())? },
            { "type": "keyUp", "value": key },
        ] }]);

        self.ask("/actions", &json!({ "actions": actions }))
            .map(|_| ())
    }

    /// Presses a key.
    ///
    /// # Errors
    /// There is no window.
    pub fn press(&self, key: &str) -> anyhow::Result<()> {
        self.hold(key, Duration::ZERO)
    }

    /// Types a text into whatever has the focus.
    ///
    /// # Errors
    /// There is no window.
    pub fn write(&self, text: &str) -> anyhow::Result<()> {
        text.chars()
            .try_for_each(|letter| self.press(&letter.to_string()))
    }

    /// The driver's own number; the window is its child.
    pub(super) fn process(&self) -> u32 {
        self.program.id()
    }

    /// What the window has logged since it was asked last.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    fn ask(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call("POST", &format!("{}{path}", self.session), body)
    }

    /// Waits until somebody listens at the port.
    fn listens(&mut self) -> anyhow::Result<()> {
        let time = Stopwatch::start();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            ensure!(self.program.try_wait()?.is_none(), "the driver has ended");
            ensure!(time.time() < START, "the driver does not listen");
            thread::yield_now();
        }

        Ok(())
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (status, answer) = exchange(self.port, method, path, body)
            .with_context(|| format!("{method} {path} {body}"))?;
        let mut answer: Value = serde_json::from_slice(&answer)?;
        let value = answer["value"].take();
        if status != 200 {
            bail!("{method} {path} {body}: {value}");
        }

        Ok(value)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver ends the window that it has opened; killed at once, it would leave it open.
        if !self.session.is_empty() {
            let _ = self.call("DELETE", &self.session, &json!({}));
        }
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A message bus of its own, so that no other window of this account is met. Dropping it ends it.
pub struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    /// None where there is no `dbus-daemon`.
    ///
    /// # Errors
    /// It cannot be run, or says no address.
    pub fn start(folder: &Path) -> anyhow::Result<Option<Self>> {
        let started = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--address=unix:path={}/bus", folder.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut daemon = match started {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            started => started?,
        };
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().context("the bus's address")?)
            .read_line(&mut address)?;

        Ok(Some(Self {
            daemon,
            address: address.trim().to_owned(),
        }))
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` is for it.
    #[must_use]
    pub fn address(&self) -> &OsStr {
        OsStr::new(&self.address)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Whatever is written, line by line; the pipe is emptied whether or not anybody asks.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            // The story may have ended.
            let _ = tell.send(line);
        }
    });

    lines
}

/// One that nobody listened at a moment ago.
fn free_port() -> io::Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()
        .map(|address| address.port())
}

/// One request and its answer (RFC 9112), as much as a driver on this machine needs.
fn exchange(port: u16, method: &str, path: &str, body: &Value) -> anyhow::Result<(u16, Vec<u8>)> {
    let body = body.to_string();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(ANSWER))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    let status = line.split(' ').nth(1).context("a status")?.parse()?;
    let mut length = 0;
    loop {
        line.clear();
        answer.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
    }
    let mut bytes = vec![0; length];
    answer.read_exact(&mut bytes)?;

    Ok((status, bytes))
}
