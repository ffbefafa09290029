//! As much of HTTP/1.1 as stations and their centre speak.

use std::io::{self, Read};

/// A question as it came.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// Head and body.
    pub(super) bytes: Vec<u8>,
    /// Where the body begins.
    body_at: usize,
    /// `/v1/...`
    pub(super) path: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Question {
    /// The next one; none once the other side has ended.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let Some((bytes, body_at)) = message(from)? else {
            return Ok(None);
        };
        let head = head(&bytes, body_at);
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();

        Ok(Some(Self {
            bytes,
            body_at,
            path,
        }))
    }

    pub(super) fn body(&self) -> &[u8] {
        self.bytes.get(self.body_at..).unwrap_or_default()
    }
}

impl Reply {
    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        let (bytes, body_at) = message(from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = head(&bytes, body_at);
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());

        Ok(Self {
            status: status.ok_or(io::ErrorKind::InvalidData)?,
            content_type: field(&head, "content-type"),
            retry_after: field(&head, "retry-after"),
            body: bytes.get(body_at..).unwrap_or_default().to_vec(),
        })
    }

    /// A refusal of the line's own.
    pub(super) fn refusal(status: u16, retry_after: Option<&str>) -> Self {
        Self {
            status,
            content_type: Some("text/html".to_owned()),
            retry_after: retry_after.map(str::to_owned),
            body: b"<html>not now</html>".to_vec(),
        }
    }

    /// Something that claims to be a signed answer.
    pub(super) fn answer(body: Vec<u8>) -> Self {
        Self {
            status: 200,
            content_type: Some("application/cbor".to_owned()),
            retry_after: None,
            body,
        }
    }

    /// As it is sent. `length`: what it says of its body's.
    pub(super) fn bytes(&self, length: usize, last: bool) -> Vec<u8> {
        use std::fmt::Write as _;

        let mut head = format!("HTTP/1.1 {} Said\r\n", self.status);
        let fields = [
            ("content-type", self.content_type.as_deref()),
            ("retry-after", self.retry_after.as_deref()),
            ("connection", last.then_some("close")),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                // Writing to a string does not fail.
                let _ = write!(head, "{name}: {value}\r\n");
            }
        }
        if self.status != 204 {
            let _ = write!(head, "content-length: {length}\r\n");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);

        bytes
    }
}

/// A head and as much body as it announces, and where that begins.
fn message(from: &mut impl Read) -> io::Result<Option<(Vec<u8>, usize)>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1_024];
    loop {
        let count = from.read(&mut chunk)?;
        if count == 0 && bytes.is_empty() {
            return Ok(None);
        }
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let length = field(&head(&bytes, end), "content-length")
            .and_then(|length| length.parse::<usize>().ok())
            .unwrap_or(0);
        if bytes.len() >= end + 4 + length {
            return Ok(Some((bytes, end + 4)));
        }
    }
}

fn head(bytes: &[u8], end: usize) -> String {
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

fn field(head: &str, name: &str) -> Option<String> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
}
