//! How to reach a server, and how to ask it once.

use std::error::Error;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Response, Status};

/// How long a call with one answer may take, all attempts together.
const DEADLINE: Duration = Duration::from_secs(5);
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// A channel to HOST:PORT in plaintext. It connects when it is first used, and again whenever it has to.
pub fn connect(address: &str) -> Result<Channel, tonic::transport::Error> {
    Ok(Endpoint::from_shared(format!("http://{address}"))?
        .connect_timeout(DEADLINE)
        .http2_keep_alive_interval(Duration::from_secs(30)) // the server allows one ping in 10 s
        .keep_alive_timeout(Duration::from_secs(10))
        .connect_lazy())
}

/// Sends a request that has one answer, and again while the server is UNAVAILABLE, until the deadline. tonic neither
/// tries again nor waits for a server by itself, and its own timeout ends a call as CANCELLED.
pub async fn ask<Q: Clone, A>(
    request: Q,
    mut send: impl AsyncFnMut(Request<Q>) -> Result<Response<A>, Status>,
) -> Result<A, Status> {
    let deadline = Instant::now() + DEADLINE;
    let mut backoff = FIRST_BACKOFF;
    loop {
        let mut attempt = Request::new(request.clone());
        attempt.set_timeout(deadline - Instant::now()); // the server then stops working on it, too
        let status = match timeout_at(deadline, send(attempt)).await {
            Ok(Ok(response)) => return Ok(response.into_inner()),
            Ok(Err(status)) if Instant::now() < deadline => status,
            _ => return Err(Status::deadline_exceeded(format!("no answer within {DEADLINE:?}"))),
        };
        let wait = backoff.mul_f64(0.8 + 0.4 * fastrand::f64());
        if !is_unreachable(&status) || Instant::now() + wait >= deadline {
            return Err(status);
        }
        sleep(wait).await;
        backoff = (backoff * 2).min(LONGEST_BACKOFF);
    }
}

/// Whether no server is there. tonic calls a connection that broke UNKNOWN or CANCELLED, but then, unlike with what a
/// server said, the status has a source.
fn is_unreachable(status: &Status) -> bool {
    status.code() == Code::Unavailable || status.source().is_some()
}
