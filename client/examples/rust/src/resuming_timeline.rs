//! A timeline that goes on where it was when its server dies, drains or hangs, on whichever one answers next.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use crate::v1::stream_timeline_request::From;
use crate::v1::stream_timeline_response::Content;
use crate::v1::timeline_service_client::TimelineServiceClient;
use crate::v1::{Closing, ClosingReason, StreamTimelineRequest, StreamTimelineResponse};

/// Heartbeats come every 5 s, so a stream that is silent for this long is dead.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(15);
const GIVE_UP_AFTER: Duration = Duration::from_secs(120);
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// What happens next in a playback.
pub enum Step {
    Message(Box<StreamTimelineResponse>),
    /// The call ended before the playback was complete. It goes on after `wait`, behind what was received last.
    Cut {
        status: Status,
        wait: Duration,
    },
}

/// One playback, over as many calls as it takes.
pub struct ResumingTimeline {
    client: TimelineServiceClient<tonic::transport::Channel>,
    request: StreamTimelineRequest,
    call: Option<Streaming<StreamTimelineResponse>>,
    closing: Option<Closing>,
    received_any: bool,
    wait: Duration,
    failures: u32,
    failing_since: Option<Instant>,
}

impl ResumingTimeline {
    pub fn new(
        client: TimelineServiceClient<tonic::transport::Channel>,
        request: StreamTimelineRequest,
    ) -> ResumingTimeline {
        ResumingTimeline {
            client,
            request,
            call: None,
            closing: None,
            received_any: false,
            wait: Duration::ZERO,
            failures: 0,
            failing_since: None,
        }
    }

    /// The next message or cut; None where the playback is complete. An error is final: it would come again, or two
    /// minutes passed without an item or a heartbeat.
    pub async fn next(&mut self) -> Result<Option<Step>, Status> {
        sleep(std::mem::take(&mut self.wait)).await;
        let status = match timeout(LONGEST_SILENCE, self.receive()).await {
            Ok(Ok(Some(message))) => {
                self.note(&message);
                return Ok(Some(Step::Message(Box::new(message))));
            }
            // The stream's end says nothing by itself: a proxy may end a cut one with OK.
            Ok(Ok(None)) => Status::new(Code::Ok, "the stream ended without `closing`"),
            Ok(Err(status)) => status,
            Err(_) => Status::deadline_exceeded(format!("no message for {LONGEST_SILENCE:?}")),
        };
        self.call = None; // which cancels it where it still runs
        let closing = self.closing.take();
        if closing.is_some_and(|closing| is_complete(closing.reason())) {
            return Ok(None);
        }
        if self.is_final(&status) {
            return Err(status);
        }
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() > GIVE_UP_AFTER {
            return Err(status);
        }
        self.failures += 1;
        self.wait = asked_wait(closing, &status) + backoff(self.failures);
        Ok(Some(Step::Cut { status, wait: self.wait }))
    }

    async fn receive(&mut self) -> Result<Option<StreamTimelineResponse>, Status> {
        let call = match &mut self.call {
            Some(call) => call,
            None => self.call.insert(self.client.stream_timeline(self.request.clone()).await?.into_inner()),
        };
        call.message().await
    }

    fn note(&mut self, message: &StreamTimelineResponse) {
        self.received_any = true;
        self.request.from = Some(From::FromPosition(message.position.clone()));
        if let Some(Content::Closing(closing)) = message.content {
            self.closing = Some(closing);
        }
        if !message.items.is_empty() || matches!(message.content, Some(Content::Heartbeat(_))) {
            self.failures = 0;
            self.failing_since = None;
        }
    }

    /// Whether the same error would come again. Where the server itself says why, only these three pass by themselves;
    /// where it is gone, or something between is broken, all do that can befall a request which was once accepted.
    fn is_final(&self, status: &Status) -> bool {
        let passing = matches!(status.code(), Code::Unavailable | Code::ResourceExhausted | Code::Cancelled);
        if status.get_details_error_info().is_some_and(|info| info.domain == "hotline") {
            return !passing;
        }
        let broken = matches!(status.code(), Code::Ok | Code::Internal | Code::Unknown | Code::DeadlineExceeded);
        !self.received_any && !passing && !broken
    }
}

fn is_complete(reason: ClosingReason) -> bool {
    matches!(reason, ClosingReason::End | ClosingReason::Stopped | ClosingReason::HalfClosed | ClosingReason::Idle)
}

/// How long the server wants clients to stay away.
fn asked_wait(closing: Option<Closing>, status: &Status) -> Duration {
    closing
        .and_then(|closing| closing.retry_after)
        .and_then(|wait| wait.try_into().ok())
        .or_else(|| status.get_details_retry_info().and_then(|info| info.retry_delay))
        .unwrap_or_default()
}

/// A random time, so that clients which were cut together do not come back together.
fn backoff(failures: u32) -> Duration {
    let doublings = (failures - 1).min(10); // by far enough for the longest, and no overflow
    (FIRST_BACKOFF * 2u32.pow(doublings)).min(LONGEST_BACKOFF).mul_f64(fastrand::f64())
}
