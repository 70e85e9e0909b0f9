//! The crisis under control: a pause at the first event, then a jump to the letter that ended it.

use std::collections::HashMap;
use std::error::Error;
use std::io::{Write, stdout};

use crisis::ordinals::Ordinals;
use crisis::resuming_timeline::LONGEST_SILENCE;
use crisis::v1::play_timeline_request::Request;
use crisis::v1::play_timeline_response::Content;
use crisis::v1::playback_control::Seek;
use crisis::v1::playback_start::From;
use crisis::v1::timeline_item::Item;
use crisis::v1::timeline_service_client::TimelineServiceClient;
use crisis::v1::{
    ClosingReason, ControlApplied, Pace, PlayTimelineRequest, PlayTimelineResponse, PlaybackControl, PlaybackStart,
    TimelineSelection, pace,
};
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt};

use crate::commands::{enum_name, print_item};

const PAUSE: i64 = 1;
const JUMP: i64 = 2;

pub async fn play(server: Channel) -> Result<(), Box<dyn Error>> {
    let (sender, requests) = channel(1);
    let mut requests_of_us = Some(sender); // dropped, it closes our side
    let mut ordinals = Ordinals::default();
    let mut paused = false;
    let mut closed = false;

    say(&requests_of_us, Request::Start(start())).await;
    let mut client = TimelineServiceClient::new(server);
    let mut call = timeout(LONGEST_SILENCE, client.play_timeline(ReceiverStream::new(requests))).await??.into_inner();
    while let Some(message) = next(&mut call).await? {
        for item in &message.items {
            ordinals.take(item)?;
            print_item(item)?;
            match item.item {
                Some(Item::Event(_)) if !paused => {
                    paused = true;
                    say(&requests_of_us, Request::Control(pause())).await;
                }
                Some(Item::EndOfTimeline(_)) => requests_of_us = None,
                _ => {}
            }
        }
        match message.content {
            Some(Content::Opened(opened)) => ordinals.begin(opened.first_ordinal),
            Some(Content::ControlApplied(applied)) => {
                check(&applied)?;
                if applied.control_id == PAUSE {
                    writeln!(stdout(), "paused")?;
                    say(&requests_of_us, Request::Control(jump())).await;
                } else {
                    writeln!(stdout(), "sought: going on at ordinal {}", applied.first_ordinal)?;
                    ordinals.begin(applied.first_ordinal);
                }
            }
            Some(Content::Closing(closing)) => {
                let reason = enum_name(closing.reason, ClosingReason::as_str_name, "CLOSING_REASON_");
                writeln!(stdout(), "closed: {reason}")?;
                closed = true;
            }
            Some(Content::Heartbeat(_)) | None => {}
        }
    }
    if !closed {
        return Err("the stream ended without `closing`: it was cut".into());
    }
    Ok(())
}

/// The next message. Heartbeats come even while nothing moves, so silence is an error.
async fn next(call: &mut Streaming<PlayTimelineResponse>) -> Result<Option<PlayTimelineResponse>, Status> {
    timeout(LONGEST_SILENCE, call.message())
        .await
        .unwrap_or_else(|_| Err(Status::deadline_exceeded(format!("no message for {LONGEST_SILENCE:?}"))))
}

/// Sends a request. Where the call is over nobody takes it any more, and the call's own end says why.
async fn say(sender: &Option<Sender<PlayTimelineRequest>>, request: Request) {
    if let Some(sender) = sender {
        let _ = sender.send(PlayTimelineRequest { request: Some(request) }).await;
    }
}

fn start() -> PlaybackStart {
    PlaybackStart {
        selection: Some(TimelineSelection {
            first_day: "1962-10-26".to_string(),
            last_day: "1962-10-28".to_string(),
            ..Default::default()
        }),
        pace: Some(Pace { kind: Some(day_length(24)), longest_wait: None }),
        from: Some(From::FromEvent("documents/kk-08/events/1".to_string())),
        ..Default::default()
    }
}

fn pause() -> PlaybackControl {
    PlaybackControl { control_id: PAUSE, play: Some(false), ..Default::default() }
}

fn jump() -> PlaybackControl {
    PlaybackControl {
        control_id: JUMP,
        seek: Some(Seek::SeekEvent("documents/kk-12/events/1".to_string())),
        pace: Some(Pace {
            kind: Some(day_length(2)),
            longest_wait: Some(prost_types::Duration { seconds: 0, nanos: 500_000_000 }),
        }),
        play: Some(true),
        ..Default::default()
    }
}

fn day_length(seconds: i64) -> pace::Kind {
    pace::Kind::DayLength(prost_types::Duration { seconds, nanos: 0 })
}

/// A control that was refused is told in the stream, and is an error here.
fn check(applied: &ControlApplied) -> Result<(), Status> {
    match Code::from_i32(applied.code) {
        Code::Ok => Ok(()),
        code => {
            let details = ErrorDetails::with_error_info(&applied.reason, "hotline", HashMap::new());
            Err(Status::with_error_details(code, &applied.message, details))
        }
    }
}
