//! The only door to axum: routes, limits and what is told to whom. Thin: [`Centre`] decides.

mod body;
mod guard;
mod refusal;
mod routes;
mod serve;
mod table;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware::map_response_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::attempts::Attempts;
use crate::centre::Centre;

pub use guard::{Connections, Guard, Guarded};
pub use serve::{Listening, ServeError, listen};
pub use table::{OPERATOR_ROUTES, ROUTES, Route};

/// Batches that are worked on at once: with 1 MiB as sent and 4 MiB unpacked each, at most 320 MiB.
const BATCHES: usize = 64;
/// Signatures, databases and status files that are worked on at once besides.
const OTHERS: usize = 32;
/// Bytes of bodies that have come and are not answered yet.
const BODIES: usize = 128 * 1024 * 1024;

/// What every route sees.
pub(crate) struct Door {
    centre: Arc<Centre>,
    attempts: Attempts,
    batches: Semaphore,
    others: Semaphore,
    bodies: Semaphore,
}

impl Door {
    fn new(centre: Arc<Centre>) -> Arc<Self> {
        Arc::new(Self {
            centre,
            attempts: Attempts::default(),
            batches: Semaphore::new(BATCHES),
            others: Semaphore::new(OTHERS),
            bodies: Semaphore::new(BODIES),
        })
    }
}

/// The routes of `domain::wire`, as [`ROUTES`] lists them.
pub fn router(centre: Arc<Centre>) -> Router {
    let door = Door::new(centre);

    Router::new()
        .route("/v1/enrolments", post(routes::enrol))
        .route("/v1/assignments", post(routes::assignment))
        .route("/v1/head", post(routes::head))
        .route("/v1/holes", post(routes::hole))
        .route("/v1/batches", post(routes::batch))
        .route("/v1/tails", post(routes::tail))
        .route("/v1/knowledge/{document}", get(routes::knowledge))
        .route("/v1/revocation/{sha256}", get(routes::revocation))
        .route("/v1/status/{sha256}", get(routes::status))
        .route("/healthz", get(routes::health))
        .fallback(routes::nothing_here)
        .layer(map_response_with_state(Arc::clone(&door), count))
        .with_state(door)
}

/// What the operator's machines ask, as [`OPERATOR_ROUTES`] lists it: not for stations, nor for strangers.
pub fn operator_router(centre: Arc<Centre>) -> Router {
    Router::new()
        .route("/healthz", get(routes::health))
        .route("/metrics", get(routes::metrics))
        .fallback(routes::nothing_here)
        .with_state(Door::new(centre))
}

async fn count(State(door): State<Arc<Door>>, response: Response) -> Response {
    let metrics = door.centre.store().metrics();
    metrics.responded(response.status().as_u16());

    response
}
