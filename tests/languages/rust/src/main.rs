//! Runs cases, one JSON object a line on standard input, through the generated client of the example, and answers each
//! with one JSON object on standard output. ../README.md says what is in them.

mod call;
mod case;

use std::collections::HashMap;
use std::error::Error;
use std::io::{Write, stdin, stdout};

use call::{bidi_streaming, server_streaming, unary};
use case::{Case, Outcome, Refusal};
use crisis::connection::connect;
use crisis::v1::archive_service_client::ArchiveServiceClient;
use crisis::v1::timeline_service_client::TimelineServiceClient;
use tonic::transport::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut channels = HashMap::new();
    for line in stdin().lines() {
        let case = Case::parse(&line?)?;
        if !channels.contains_key(&case.server) {
            channels.insert(case.server.clone(), connect(&case.server)?);
        }
        let outcome = run(&case, channels[&case.server].clone()).await;
        let answer = case.answer(outcome);
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}

/// A method takes one line here.
async fn run(case: &Case, channel: Channel) -> Result<Outcome, Refusal> {
    let mut archive = ArchiveServiceClient::new(channel.clone());
    let mut timeline = TimelineServiceClient::new(channel);
    match case.method.as_str() {
        "hotline.v1.ArchiveService/GetCorpus" => unary(case, async |r| archive.get_corpus(r).await).await,
        "hotline.v1.ArchiveService/GetDocument" => unary(case, async |r| archive.get_document(r).await).await,
        "hotline.v1.ArchiveService/ListDocuments" => unary(case, async |r| archive.list_documents(r).await).await,
        "hotline.v1.ArchiveService/SearchDocuments" => unary(case, async |r| archive.search_documents(r).await).await,
        "hotline.v1.ArchiveService/CompareSources" => unary(case, async |r| archive.compare_sources(r).await).await,
        "hotline.v1.ArchiveService/ResolveReference" => unary(case, async |r| archive.resolve_reference(r).await).await,
        "hotline.v1.ArchiveService/GetThread" => unary(case, async |r| archive.get_thread(r).await).await,
        "hotline.v1.TimelineService/ListDays" => unary(case, async |r| timeline.list_days(r).await).await,
        "hotline.v1.TimelineService/StreamTimeline" => {
            server_streaming(case, async |r| timeline.stream_timeline(r).await).await
        }
        "hotline.v1.TimelineService/PlayTimeline" => {
            bidi_streaming(case, async |r| timeline.play_timeline(r).await).await
        }
        unknown => Err(Refusal(format!("the adapter has no line for {unknown}"))),
    }
}
