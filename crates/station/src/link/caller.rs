//! The way to the centre on somebody else's threads: for a program that plays many stations at once.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use reqwest::Client;

use super::{Centre, LinkError, Outcome, Request, work};
use crate::clock::Clock;

/// Asks as the link asks, with connections of its own. It takes a tokio runtime with time and network.
pub struct Caller {
    client: Client,
    url: String,
    clock: Clock,
}

impl Caller {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub fn new(centre: &Centre, clock: Clock) -> Result<Self, LinkError> {
        if !centre.url.starts_with("https://") {
            return Err(LinkError::Address);
        }

        Ok(Self {
            client: work::client(centre, clock, Arc::new(AtomicI64::new(i64::MIN)))?,
            url: centre.url.clone(),
            clock,
        })
    }

    /// Sends a request and waits for what it comes to.
    ///
    /// # Errors
    /// See [`super::NoAnswer`].
    pub async fn ask(&self, request: Request) -> Outcome {
        work::perform(&self.client, &self.url, self.clock, request).await
    }
}
