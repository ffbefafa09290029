//! What a refused request is told: a status that says what to do, and no detail that helps a stranger.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::wire::BatchError;

use crate::centre::{NotReady, Refused};
use crate::store::StoreError;

/// Seconds after which a refused request may come again.
const SOON: HeaderValue = HeaderValue::from_static("2");
const NEXT_MINUTE: HeaderValue = HeaderValue::from_static("60");

/// A request that gets no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Enrolment: one answer for every cause.
    Enrolment,
    /// The server failed; trying again may help.
    Failed,
    /// Later: there is more to do than can be done.
    Later,
    /// No such thing.
    NotFound,
    /// What stands in the way of storing entries.
    NotReady(NotReady),
    /// Not built as it should be; sending it again does not help.
    Shape,
    /// Send less at once.
    TooLarge,
    /// Too many tries.
    TooMany,
    /// The body did not come in time.
    TooSlow,
    /// Not known here.
    Unknown,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Authority(error) => {
                tracing::error!(%error, "the authority's folder does not serve");
                Self::Failed
            }
            Refused::Batch(BatchError::TooLarge) => Self::TooLarge,
            Refused::Batch(
                BatchError::BrokenChain
                | BatchError::Cbor(_)
                | BatchError::NotSigned
                | BatchError::Shape
                | BatchError::Unpack,
            )
            | Refused::Shape => Self::Shape,
            Refused::Enrolment => Self::Enrolment,
            Refused::Registrar(error) => {
                tracing::error!(%error, "an assignment was not signed");
                Self::Failed
            }
            Refused::Store(StoreError::Busy) => Self::Later,
            Refused::Store(
                error @ (StoreError::Closed | StoreError::Failed(_) | StoreError::Taken),
            ) => {
                tracing::error!(%error, "the store did not do it");
                Self::Later
            }
            Refused::Unknown => Self::Unknown,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry = |after| [(header::RETRY_AFTER, after)];
        match self {
            Self::Enrolment => (StatusCode::FORBIDDEN, "refused\n").into_response(),
            Self::Failed => (
                StatusCode::INTERNAL_SERVER_ERROR,
                retry(NEXT_MINUTE),
                "failed\n",
            )
                .into_response(),
            Self::Later => {
                (StatusCode::SERVICE_UNAVAILABLE, retry(SOON), "later\n").into_response()
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not found\n").into_response(),
            Self::NotReady(why) => {
                let text = format!("not ready: {why}\n");
                (StatusCode::SERVICE_UNAVAILABLE, retry(SOON), text).into_response()
            }
            Self::Shape => (StatusCode::UNPROCESSABLE_ENTITY, "not readable\n").into_response(),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too large\n").into_response(),
            Self::TooMany => {
                (StatusCode::TOO_MANY_REQUESTS, retry(NEXT_MINUTE), "later\n").into_response()
            }
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too slow\n").into_response(),
            Self::Unknown => (StatusCode::UNAUTHORIZED, "not known\n").into_response(),
        }
    }
}
