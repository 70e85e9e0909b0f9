//! What the program prints, but for `play`.

use std::error::Error;
use std::io::{Write, stdout};
use std::time::Duration;

use crisis::connection::ask;
use crisis::failure::code_name;
use crisis::ordinals::Ordinals;
use crisis::resuming_timeline::{ResumingTimeline, Step};
use crisis::v1::archive_service_client::ArchiveServiceClient;
use crisis::v1::stream_timeline_response::Content;
use crisis::v1::timeline_item::Item;
use crisis::v1::timeline_service_client::TimelineServiceClient;
use crisis::v1::{
    Certainty, DocumentFilter, EventType, GetDocumentRequest, ListDocumentsRequest, Pace, SearchDocumentsRequest,
    StreamTimelineRequest, TimeWindow, TimelineItem, pace,
};
use prost_types::{FieldMask, Timestamp};
use tonic::transport::Channel;

type Outcome = Result<(), Box<dyn Error>>;

pub async fn day(channel: Channel, day: &str) -> Outcome {
    let client = ArchiveServiceClient::new(channel);
    let window = TimeWindow { first_day: day.to_string(), last_day: day.to_string(), ..Default::default() };
    let mut request = ListDocumentsRequest {
        filter: Some(DocumentFilter { window: Some(window), ..Default::default() }),
        read_mask: Some(name_and_title()),
        ..Default::default()
    };
    loop {
        let page = ask(request.clone(), async |request| client.clone().list_documents(request).await).await?;
        for (document, &certainty) in page.documents.iter().zip(&page.certainties) {
            let certainty = enum_name(certainty, Certainty::as_str_name, "CERTAINTY_").to_lowercase();
            writeln!(stdout(), "{}  {certainty}  {}", id(&document.name), document.title)?;
        }
        if page.next_page_token.is_empty() {
            writeln!(stdout(), "{} documents, days of {}", page.total_size, page.time_zone)?;
            return Ok(());
        }
        request.page_token = page.next_page_token;
    }
}

pub async fn show(channel: Channel, id: &str) -> Outcome {
    let client = ArchiveServiceClient::new(channel);
    let request = GetDocumentRequest { name: format!("documents/{id}"), ..Default::default() };
    let answer = ask(request, async |request| client.clone().get_document(request).await).await?;
    let document = answer.document.unwrap_or_default();
    writeln!(stdout(), "{}  {}", document.name, document.title)?;
    for (index, claim) in document.dates.into_iter().enumerate() {
        let date = claim.date.unwrap_or_default();
        let preferred = if index == 0 { "  preferred" } else { "" };
        writeln!(
            stdout(),
            "  {}  {}/{}  {}{preferred}",
            date.edtf,
            rfc3339(date.earliest),
            rfc3339(date.latest),
            claim.source
        )?;
    }
    Ok(())
}

pub async fn search(channel: Channel, query: &str) -> Outcome {
    let client = ArchiveServiceClient::new(channel);
    let mut request =
        SearchDocumentsRequest { query: query.to_string(), read_mask: Some(name_and_title()), ..Default::default() };
    loop {
        let page = ask(request.clone(), async |request| client.clone().search_documents(request).await).await?;
        for hit in page.hits {
            let document = hit.document.unwrap_or_default();
            writeln!(stdout(), "{:.2}  {}  {}", hit.score, id(&document.name), document.title)?;
        }
        if page.next_page_token.is_empty() {
            writeln!(stdout(), "{} hits", page.total_size)?;
            return Ok(());
        }
        request.page_token = page.next_page_token;
    }
}

pub async fn follow(channel: Channel, seconds_a_day: f64) -> Outcome {
    let request = StreamTimelineRequest { pace: Some(pace(seconds_a_day)?), ..Default::default() };
    let mut timeline = ResumingTimeline::new(TimelineServiceClient::new(channel), request);
    let mut ordinals = Ordinals::default();
    let mut events = 0;
    while let Some(step) = timeline.next().await? {
        match step {
            Step::Cut { status, wait } => {
                let place = match ordinals.last() {
                    Some(last) => format!("going on behind ordinal {last}"),
                    None => "beginning again".to_string(),
                };
                eprintln!("cut ({}), {place} in {:.1} s", code_name(status.code()), wait.as_secs_f64());
            }
            Step::Message(message) => {
                // Of the calls after the first, `opened` must not count: what they lost would not be seen.
                if let (Some(Content::Opened(opened)), None) = (&message.content, ordinals.last()) {
                    ordinals.begin(opened.first_ordinal);
                }
                for item in &message.items {
                    ordinals.take(item)?;
                    print_item(item)?;
                    events += i32::from(matches!(item.item, Some(Item::Event(_))));
                }
            }
        }
    }
    writeln!(stdout(), "complete: {events} events")?;
    Ok(())
}

/// A pace that goes through a day in so many seconds, and through any gap in half a second.
pub fn pace(seconds_a_day: f64) -> Result<Pace, Box<dyn Error>> {
    let day_length = Duration::try_from_secs_f64(seconds_a_day).map_err(|error| format!("seconds a day: {error}"))?;
    Ok(Pace {
        kind: Some(pace::Kind::DayLength(day_length.try_into()?)),
        longest_wait: Some(Duration::from_millis(500).try_into()?),
    })
}

pub fn print_item(item: &TimelineItem) -> Outcome {
    let what = match &item.item {
        Some(Item::DayStarted(day)) => format!("day {}, events: {}", day.day, day.event_count),
        Some(Item::Event(item)) => {
            let event = item.event.clone().unwrap_or_default();
            let document = item.document.clone().unwrap_or_default();
            let kind = enum_name(event.r#type, EventType::as_str_name, "EVENT_TYPE_");
            format!("{} {kind}  {}", id(&document.name), document.title)
        }
        Some(Item::EndOfTimeline(_)) => "end".to_string(),
        None => "of a kind that is newer than this program".to_string(),
    };
    writeln!(stdout(), "{:3}  {}  {what}", item.ordinal, rfc3339(item.time))?;
    Ok(())
}

/// The name of an enum's value without its prefix; the number where the server is newer than this program. (The getters
/// of prost would make that UNSPECIFIED.)
pub fn enum_name<E: TryFrom<i32>>(value: i32, name: fn(&E) -> &'static str, prefix: &str) -> String {
    E::try_from(value).map_or_else(|_| value.to_string(), |known| name(&known).trim_start_matches(prefix).to_string())
}

fn rfc3339(time: Option<Timestamp>) -> String {
    time.unwrap_or_default().to_string()
}

fn id(name: &str) -> &str {
    name.trim_start_matches("documents/")
}

fn name_and_title() -> FieldMask {
    FieldMask { paths: vec!["name".to_string(), "title".to_string()] }
}
