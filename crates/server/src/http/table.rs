//! The routes as a list: docs/openapi.json is held against it, and it against the routes.

use domain::wire::MAX_BATCH_BYTES;

/// A hello or an enrolment is some 200 bytes.
pub(super) const SMALL_BODY: usize = 4 * 1024;

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// `get` or `post`.
    pub method: &'static str,
    /// Its path, with `{parameters}`.
    pub path: &'static str,
    /// The most bytes of a body; 0 where none is read.
    pub body_limit: usize,
    /// Every status that it may answer with.
    pub statuses: &'static [u16],
}

/// What stations are told; beside it every route answers 405 to another method.
pub const ROUTES: &[Route] = &[
    Route {
        method: "post",
        path: "/v1/enrolments",
        body_limit: SMALL_BODY,
        statuses: &[200, 403, 429, 500, 503],
    },
    Route {
        method: "post",
        path: "/v1/assignments",
        body_limit: SMALL_BODY,
        statuses: &[200, 204, 401, 408, 413, 422, 500, 503],
    },
    Route {
        method: "post",
        path: "/v1/head",
        body_limit: SMALL_BODY,
        statuses: &[200, 401, 408, 413, 422, 500, 503],
    },
    Route {
        method: "post",
        path: "/v1/holes",
        body_limit: SMALL_BODY,
        statuses: &[200, 401, 408, 413, 422, 500, 503],
    },
    Route {
        method: "post",
        path: "/v1/batches",
        body_limit: MAX_BATCH_BYTES,
        statuses: &[200, 401, 408, 413, 422, 500, 503],
    },
    Route {
        method: "post",
        path: "/v1/tails",
        body_limit: MAX_BATCH_BYTES,
        statuses: &[200, 401, 408, 413, 422, 500, 503],
    },
    Route {
        method: "get",
        path: "/v1/knowledge/{document}",
        body_limit: 0,
        statuses: &[200, 404, 500, 503],
    },
    Route {
        method: "get",
        path: "/v1/revocation/{sha256}",
        body_limit: 0,
        statuses: &[200, 404, 500, 503],
    },
    Route {
        method: "get",
        path: "/v1/status/{sha256}",
        body_limit: 0,
        statuses: &[200, 404, 500, 503],
    },
    Route {
        method: "get",
        path: "/healthz",
        body_limit: 0,
        statuses: &[200, 503],
    },
];

/// What the operator's own listener has, in plain HTTP.
pub const OPERATOR_ROUTES: &[Route] = &[
    Route {
        method: "get",
        path: "/healthz",
        body_limit: 0,
        statuses: &[200, 503],
    },
    Route {
        method: "get",
        path: "/metrics",
        body_limit: 0,
        statuses: &[200],
    },
];
