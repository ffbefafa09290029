//! The only door to axum: routes, limits and what is told to whom. Thin: [`Centre`] decides.

mod body;
mod refusal;
mod routes;
mod serve;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use domain::wire::MAX_BATCH_BYTES;
use tokio::sync::Semaphore;

use crate::attempts::Attempts;
use crate::centre::Centre;

pub use serve::{Listening, ServeError, listen};

/// Batches in memory at once: with 1 MiB as sent and 4 MiB unpacked each, at most 320 MiB.
const BATCHES: usize = 64;
/// Signatures, databases and status files that are worked on at once besides.
const OTHERS: usize = 32;
/// A hello or an enrolment is some 200 bytes.
const SMALL_BODY: usize = 4 * 1024;

/// What every route sees.
pub(crate) struct Door {
    centre: Arc<Centre>,
    attempts: Attempts,
    batches: Semaphore,
    others: Semaphore,
}

/// The routes of `domain::wire`.
pub fn router(centre: Arc<Centre>) -> Router {
    let door = Arc::new(Door {
        centre,
        attempts: Attempts::default(),
        batches: Semaphore::new(BATCHES),
        others: Semaphore::new(OTHERS),
    });
    let small = DefaultBodyLimit::max(SMALL_BODY);

    Router::new()
        .route("/v1/enrolments", post(routes::enrol).layer(small))
        .route("/v1/assignments", post(routes::assignment).layer(small))
        .route("/v1/head", post(routes::head).layer(small))
        .route(
            "/v1/batches",
            post(routes::batch).layer(DefaultBodyLimit::max(MAX_BATCH_BYTES)),
        )
        .route("/v1/knowledge/{document}", get(routes::knowledge))
        .route("/v1/status/{sha256}", get(routes::status))
        .route("/healthz", get(routes::health))
        .fallback(routes::nothing_here)
        .with_state(door)
}
