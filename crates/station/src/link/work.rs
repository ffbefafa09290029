//! The link's own thread: one request after another.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use domain::sync::retry_after;
use reqwest::{Client, Response as HttpResponse, header, redirect};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::warn;

use super::{Centre, LinkError, NoAnswer, Outcome, Request, Response, Then, tls};
use crate::clock::Clock;

const CONNECT: Duration = Duration::from_secs(10);
/// Between two pieces of an answer.
const READ: Duration = Duration::from_secs(30);
/// No redirects, no proxy from the environment, no system TLS.
pub(super) fn client(
    centre: &Centre,
    clock: Clock,
    floor: Arc<AtomicI64>,
) -> Result<Client, LinkError> {
    Client::builder()
        .tls_backend_preconfigured(tls::config(&centre.pins, clock, floor)?)
        .https_only(true)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .user_agent(concat!("menshen-station/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| LinkError::Tls(error.to_string()))
}

/// Serves until it is told to stop; what is under way is then cut. Requests run beside each other, so that
/// a long status file holds up no batch.
pub(super) async fn serve(
    client: Client,
    url: String,
    clock: Clock,
    mut waiting: mpsc::Receiver<(Request, Then)>,
    stop: watch::Receiver<bool>,
) {
    let mut running = JoinSet::new();
    let mut stopped = stop.clone();
    while let Some((request, then)) = tokio::select! {
        _ = stopped.wait_for(|stop| *stop) => None,
        next = waiting.recv() => next,
    } {
        let (client, url, mut stopped) = (client.clone(), url.clone(), stop.clone());
        running.spawn(async move {
            let outcome = tokio::select! {
                outcome = perform(&client, &url, clock, request) => outcome,
                _ = stopped.wait_for(|stop| *stop) => Err(NoAnswer::Closed),
            };
            then(outcome);
        });
        while running.try_join_next().is_some() {}
    }
    waiting.close();
    while let Some((_, then)) = waiting.recv().await {
        then(Err(NoAnswer::Closed));
    }
    running.join_all().await;
}

pub(super) async fn perform(client: &Client, url: &str, clock: Clock, request: Request) -> Outcome {
    let (address, limit, within) = (
        format!("{url}{}", request.path()),
        request.limit(),
        request.within(),
    );
    let call = match request.into_body() {
        Some(body) => client
            .post(address)
            .header(header::CONTENT_TYPE, "application/cbor")
            .body(body),
        None => client.get(address),
    };
    let response = call
        .timeout(within)
        .send()
        .await
        .map_err(|error| no_answer(&error))?;
    let status = response.status();
    if !status.is_success() {
        return Err(NoAnswer::Refused {
            status: status.as_u16(),
            retry_after: asked_pause(&response, clock),
        });
    }

    Ok(Response {
        status: status.as_u16(),
        body: body(response, limit).await?,
    })
}

/// The body, read piece by piece so that an endless one ends at its limit.
async fn body(mut response: HttpResponse, limit: usize) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| no_answer(&error))? {
        if body.len().saturating_add(piece.len()) > limit {
            return Err(NoAnswer::TooLarge);
        }
        body.extend_from_slice(&piece);
    }

    Ok(body)
}

fn asked_pause(response: &HttpResponse, clock: Clock) -> Option<u64> {
    let asked = response.headers().get(header::RETRY_AFTER)?;

    retry_after(asked.to_str().ok()?, clock.now().wall)
}

fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if is_about_trust(error) {
        return NoAnswer::Untrusted;
    }
    warn!(
        timeout = error.is_timeout(),
        connect = error.is_connect(),
        "the centre does not answer"
    );

    NoAnswer::Unreachable
}

/// An I/O error hides what it wraps from `source`, so both ways are followed.
fn is_about_trust(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
        .map(|wrapped| -> &(dyn Error + 'static) { wrapped });

    wrapped
        .or_else(|| error.source())
        .is_some_and(is_about_trust)
}
