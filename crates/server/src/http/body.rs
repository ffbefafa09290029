//! Bodies within their limits of size and time.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use super::refusal::Refusal;

/// 60 seconds for a body (SECURITY.md §8).
const PATIENCE: Duration = Duration::from_mins(1);

/// The whole body; its limit of size is the route's.
pub(super) async fn read(request: Request) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Refusal::TooLarge)
        }
        Ok(Err(_)) => Err(Refusal::Shape),
        Err(_) => Err(Refusal::TooSlow),
    }
}
