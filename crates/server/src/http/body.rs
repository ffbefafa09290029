//! Bodies within their limits of size, time and memory.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use domain::wire::MAX_BATCH_BYTES;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::refusal::Refusal;

/// 60 seconds for a body (SECURITY.md §8).
const PATIENCE: Duration = Duration::from_mins(1);

/// A refusal is read by whoever still sends the body only if the rest of that is taken: a connection that is closed
/// over unread bytes is reset, and the answer is lost with it. As much as anybody may send, and a little more.
const LINGER_BYTES: usize = 2 * MAX_BATCH_BYTES;
/// And no longer than this.
const LINGER: Duration = Duration::from_secs(10);

/// A body that was read whole, and its share of the memory for bodies.
pub(super) struct Read<'a> {
    pub(super) bytes: Vec<u8>,
    /// Given back when this goes.
    pub(super) share: Option<SemaphorePermit<'a>>,
}

/// The whole body of at most `limit` bytes. What has come of it is taken from `memory`, byte by byte: who sends
/// slowly holds only what they sent, and no place among those that are worked on.
pub(super) async fn read(
    request: Request,
    limit: usize,
    memory: &Semaphore,
) -> Result<Read<'_>, Refusal> {
    let told = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|length| length > limit) {
        return Err(refuse(request, Refusal::TooLarge));
    }
    let mut body = request.into_body();
    let read = tokio::time::timeout(PATIENCE, collect(&mut body, limit, memory))
        .await
        .unwrap_or(Err(Refusal::TooSlow));
    if read.is_err() {
        linger(body);
    }

    read
}

/// Refuses a request whose body is not wanted, so that the answer arrives.
pub(super) fn refuse(request: Request, refusal: Refusal) -> Refusal {
    linger(request.into_body());

    refusal
}

/// Takes what still comes of a body, keeps nothing of it, and holds up nobody: the answer goes out meanwhile.
fn linger(body: Body) {
    if !body.is_end_stream() {
        tokio::spawn(tokio::time::timeout(LINGER, discard(body)));
    }
}

async fn discard(mut body: Body) {
    let mut left = LINGER_BYTES;
    while let Some(Ok(piece)) = next(&mut body).await {
        let Some(rest) = left.checked_sub(piece.len()) else {
            return;
        };
        left = rest;
    }
}

/// The next piece of a body; an empty one for what are no data.
async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;

    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

async fn collect<'a>(
    body: &mut Body,
    limit: usize,
    memory: &'a Semaphore,
) -> Result<Read<'a>, Refusal> {
    let mut bytes = Vec::new();
    let mut share: Option<SemaphorePermit<'_>> = None;
    while let Some(piece) = next(body).await {
        let data = piece.map_err(|_| Refusal::Shape)?;
        if bytes.len().saturating_add(data.len()) > limit {
            return Err(Refusal::TooLarge);
        }
        let wanted = u32::try_from(data.len()).map_err(|_| Refusal::TooLarge)?;
        let more = memory
            .try_acquire_many(wanted)
            .map_err(|_| Refusal::Later)?;
        match &mut share {
            Some(share) => share.merge(more),
            None => share = Some(more),
        }
        bytes.extend_from_slice(&data);
    }

    Ok(Read { bytes, share })
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use axum::Router;
    use axum::routing::post;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn sent(length: usize, limit: usize, memory: &Semaphore) -> Result<usize, Refusal> {
        let request = Request::new(Body::from(vec![7; length]));

        Ok(read(request, limit, memory).await?.bytes.len())
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit_and_its_memory_is_given_back() {
        let memory = Semaphore::new(100);
        assert_eq!(sent(60, 60, &memory).await, Ok(60));
        assert_eq!(sent(61, 60, &memory).await, Err(Refusal::TooLarge));
        assert_eq!(sent(0, 60, &memory).await, Ok(0));
        assert_eq!(memory.available_permits(), 100);
    }

    #[tokio::test]
    async fn a_body_for_which_there_is_no_memory_comes_later() {
        let memory = Semaphore::new(100);
        let request = Request::new(Body::from(vec![7; 60]));
        let held = read(request, 60, &memory)
            .await
            .unwrap_or_else(|_| panic!("read"));
        assert_eq!(sent(60, 60, &memory).await, Err(Refusal::Later));
        drop(held);
        assert_eq!(sent(60, 60, &memory).await, Ok(60));
    }

    /// What a client reads that first sends the whole of a body of this length, on a socket of its own, from a centre
    /// with this much memory for bodies.
    async fn told_after_sending(length: usize, memory: usize) -> io::Result<String> {
        let memory = Arc::new(Semaphore::new(memory));
        let refusing = post(move |request: Request| async move {
            let read = read(request, MAX_BATCH_BYTES, &memory).await?;
            Ok::<_, Refusal>(format!("{} bytes", read.bytes.len()))
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async { axum::serve(listener, Router::new().route("/", refusing)).await });
        let mut stream = TcpStream::connect(address).await?;
        let head = format!(
            "POST / HTTP/1.1\r\nhost: centre\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        // In pieces, as from a slow line, so that a refusal is long out when the last one goes.
        for piece in vec![7; length].chunks(64 * 1_024) {
            stream.write_all(piece).await?;
            tokio::task::yield_now().await;
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;

        Ok(answer)
    }

    #[tokio::test]
    async fn a_refusal_and_its_retry_after_reach_who_is_still_sending() {
        for (length, memory, status) in [
            (MAX_BATCH_BYTES, usize::MAX >> 3, "200 OK"),
            (MAX_BATCH_BYTES, 0, "503 Service Unavailable"),
            (
                MAX_BATCH_BYTES,
                MAX_BATCH_BYTES / 2,
                "503 Service Unavailable",
            ),
            (
                MAX_BATCH_BYTES + 1,
                usize::MAX >> 3,
                "413 Payload Too Large",
            ),
        ] {
            let told = told_after_sending(length, memory).await.unwrap();
            assert!(
                told.starts_with(&format!("HTTP/1.1 {status}\r\n")),
                "{told}"
            );
            let put_off = told.contains("\r\nretry-after: 2\r\n");
            assert_eq!(put_off, status.starts_with("503"), "{told}");
        }
    }

    #[tokio::test]
    async fn who_sends_without_end_is_not_listened_to_for_ever() {
        let told = told_after_sending(8 * MAX_BATCH_BYTES, 0).await;
        assert!(told.is_err(), "{told:?}");
    }

    #[tokio::test]
    async fn a_body_that_says_it_is_longer_is_not_read() {
        let memory = Semaphore::new(100);
        let request = Request::builder()
            .header(header::CONTENT_LENGTH, "61")
            .body(Body::empty())
            .unwrap();
        let refused = read(request, 60, &memory).await.err();
        assert_eq!(refused, Some(Refusal::TooLarge));
    }
}
