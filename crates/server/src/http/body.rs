//! Bodies within their limits of size, time and memory.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::refusal::Refusal;

/// 60 seconds for a body (SECURITY.md §8).
const PATIENCE: Duration = Duration::from_mins(1);

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
        return Err(Refusal::TooLarge);
    }

    tokio::time::timeout(PATIENCE, collect(request.into_body(), limit, memory))
        .await
        .unwrap_or(Err(Refusal::TooSlow))
}

async fn collect(mut body: Body, limit: usize, memory: &Semaphore) -> Result<Read<'_>, Refusal> {
    let mut bytes = Vec::new();
    let mut share: Option<SemaphorePermit<'_>> = None;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| Refusal::Shape)?.into_data() else {
            continue;
        };
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
