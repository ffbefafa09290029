//! One function a route.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::hex;
use domain::wire::MAX_BATCH_BYTES;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Door;
use super::body::{self, Read};
use super::refusal::Refusal;
use super::table::SMALL_BODY;
use crate::authority::{Authority, AuthorityError, Document};
use crate::centre::{Centre, Judged, Refused};

type Shared = State<Arc<Door>>;

pub(super) async fn enrol(
    State(door): Shared,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, Refusal> {
    if !door.attempts.allow(from.ip(), door.centre.now().mono_ms) {
        return Err(body::refuse(request, Refusal::TooMany));
    }
    // Too long, too slow or no request at all: the same answer as for a wrong token.
    let body = body::read(request, SMALL_BODY, &door.bodies)
        .await
        .map_err(|_| Refusal::Enrolment)?;
    let _place = place(&door.others)?;
    let bytes = body.bytes;
    let documents = work(&door.centre, move |centre| centre.enrol(&bytes)).await?;

    Ok(cbor(documents))
}

pub(super) async fn assignment(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    let body = body::read(request, SMALL_BODY, &door.bodies).await?;
    let _place = place(&door.others)?;
    let bytes = body.bytes;
    let assignment = work(&door.centre, move |centre| centre.assignment(&bytes)).await?;

    Ok(match assignment {
        Some(document) => cbor(document),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

pub(super) async fn head(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    let body = body::read(request, SMALL_BODY, &door.bodies).await?;
    let _place = place(&door.others)?;

    Ok(cbor(door.centre.head(&body.bytes).await?))
}

pub(super) async fn hole(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    let body = body::read(request, SMALL_BODY, &door.bodies).await?;
    let _place = place(&door.others)?;

    Ok(cbor(door.centre.hole(&body.bytes).await?))
}

pub(super) async fn batch(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    entries(&door, request, Centre::judge).await
}

pub(super) async fn tail(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    entries(&door, request, Centre::judge_tail).await
}

/// A batch of entries, whether in time or not.
async fn entries(
    door: &Door,
    request: Request,
    judge: fn(&Centre, &[u8]) -> Result<Judged, Refused>,
) -> Result<Response, Refusal> {
    // Not for nothing: where every place is taken, a MiB need not come first.
    if door.batches.available_permits() == 0 {
        return Err(body::refuse(request, Refusal::Later));
    }
    let Read { bytes, share } = body::read(request, MAX_BATCH_BYTES, &door.bodies).await?;
    let _place = place(&door.batches)?;
    let judged = work(&door.centre, move |centre| judge(centre, &bytes)).await?;
    drop(share);

    Ok(cbor(door.centre.receive(judged).await?))
}

pub(super) async fn knowledge(
    State(door): Shared,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let document = match name.as_str() {
        "manifest" => Document::Manifest,
        "root" => Document::Root,
        "trust" => Document::Trust,
        _ => return Err(Refusal::NotFound),
    };
    let _place = place(&door.others)?;
    let bytes = work(&door.centre, move |centre| {
        match centre.authority().document(document) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(AuthorityError::Missing { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    })
    .await?;

    bytes.map(cbor).ok_or(Refusal::NotFound)
}

pub(super) async fn status(
    State(door): Shared,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let file = hashed_file(&door, &name, Authority::status_file).await?;

    Ok(immutable("application/octet-stream", file))
}

pub(super) async fn revocation(
    State(door): Shared,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let file = hashed_file(&door, &name, Authority::revocation_file).await?;

    Ok(immutable("application/json", file))
}

/// How a public file is found by its SHA-256.
type Find = fn(&Authority, &[u8; 32]) -> Result<Option<Vec<u8>>, AuthorityError>;

/// The public file that this SHA-256 names.
async fn hashed_file(door: &Door, name: &str, find: Find) -> Result<Vec<u8>, Refusal> {
    let sha256 = hex::decode_array(name).ok_or(Refusal::NotFound)?;
    let _place = place(&door.others)?;

    work(&door.centre, move |centre| {
        Ok(find(centre.authority(), &sha256)?)
    })
    .await?
    .ok_or(Refusal::NotFound)
}

/// A file whose name is its hash never changes.
fn immutable(kind: &'static str, file: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];

    (headers, file).into_response()
}

pub(super) async fn health(State(door): Shared) -> Result<&'static str, Refusal> {
    door.centre.ready().await.map_err(Refusal::NotReady)?;

    Ok("ok\n")
}

pub(super) async fn metrics(State(door): Shared) -> Response {
    let store = door.centre.store();
    let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];

    (headers, store.metrics().text(store.disk())).into_response()
}

pub(super) async fn nothing_here() -> Refusal {
    Refusal::NotFound
}

/// A place among those that may be worked on at once.
fn place(places: &Semaphore) -> Result<SemaphorePermit<'_>, Refusal> {
    places.try_acquire().map_err(|_| Refusal::Later)
}

/// Does what takes a disk or a signature beside the threads that serve sockets.
async fn work<T: Send + 'static>(
    centre: &Arc<Centre>,
    job: impl FnOnce(&Centre) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refusal> {
    let centre = Arc::clone(centre);
    match tokio::task::spawn_blocking(move || job(&centre)).await {
        Ok(done) => Ok(done?),
        Err(fault) => {
            tracing::error!(%fault, "a request ended by a fault of the program");
            Err(Refusal::Failed)
        }
    }
}

fn cbor(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/cbor")], bytes).into_response()
}
