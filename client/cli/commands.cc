#include "client/cli/commands.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/fetch.h"
#include "client/cli/play_renderer.h"
#include "client/cli/render.h"
#include "client/cli/vocabulary.h"
#include "google/protobuf/util/json_util.h"
#include "hotline/error.h"

namespace hotline::cli {
namespace {

absl::Status PrintJson(const Session& session, const google::protobuf::Message& response) {
  std::string json;
  const google::protobuf::util::Status status = google::protobuf::util::MessageToJsonString(response, &json);
  if (!status.ok()) return absl::InternalError(absl::StrCat("cannot write the response as JSON: ", status.ToString()));
  session.output.Write(json + "\n");
  return absl::OkStatus();
}

absl::Status RunCorpus(const Session& session) {
  const absl::StatusOr<v1::GetCorpusResponse> response = session.client.GetCorpus();
  if (!response.ok()) return response.status();
  if (session.line.json) return PrintJson(session, *response);
  const absl::StatusOr<Vocabulary> vocabulary = Vocabulary::Make(response->corpus());
  if (!vocabulary.ok()) return vocabulary.status();
  session.output.Write(RenderCorpus(session.page, *vocabulary, response->revision()));
  return absl::OkStatus();
}

// Page by page, since each page is a line of JSON and brings the zone and the total.
absl::Status RunList(const Session& session) {
  v1::ListDocumentsRequest request;
  *request.mutable_filter() = session.line.filter;
  std::vector<v1::ListDocumentsResponse> pages;
  do {
    absl::StatusOr<v1::ListDocumentsResponse> page = session.client.ListDocumentsPage(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    if (session.line.json) {
      const absl::Status status = PrintJson(session, *page);
      if (!status.ok()) return status;
    } else {
      pages.push_back(*std::move(page));
    }
  } while (!request.page_token().empty() && session.output.error() == 0);
  if (session.line.json) return absl::OkStatus();

  const absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  session.output.Write(RenderList(session.page, *vocabulary, pages));
  return absl::OkStatus();
}

// The thread of a document whose real one is too large to fetch: its own relations.
v1::GetThreadResponse OwnRelations(const v1::Document& document) {
  v1::GetThreadResponse thread;
  for (const v1::Relation& relation : document.relations()) {
    v1::ThreadEdge* edge = thread.add_edges();
    edge->set_document(document.name());
    edge->set_target(relation.document());
    edge->set_type(relation.type());
    edge->set_source(relation.source());
  }
  return thread;
}

absl::Status RunShow(const Session& session) {
  const absl::StatusOr<v1::GetDocumentResponse> response = session.client.GetDocument(session.line.argument);
  if (!response.ok()) return response.status();
  if (session.line.json) return PrintJson(session, *response);
  const absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  absl::StatusOr<v1::GetThreadResponse> thread = session.client.GetThread(session.line.argument);
  if (absl::IsFailedPrecondition(thread.status())) {
    session.tell("its thread is too large for one answer: what answers it is not shown");
    thread = OwnRelations(response->document());
  }
  if (!thread.ok()) return thread.status();
  session.output.Write(RenderDocument(session.page, *vocabulary, response->document(), *thread));
  return absl::OkStatus();
}

absl::Status RunResolve(const Session& session) {
  const absl::StatusOr<v1::ResolveReferenceResponse> response = session.client.ResolveReference(session.line.argument);
  if (!response.ok()) return response.status();
  if (session.line.json) return PrintJson(session, *response);
  session.output.Write(RenderReference(session.page, session.line.argument, *response));
  return absl::OkStatus();
}

absl::Status RunThread(const Session& session) {
  const absl::StatusOr<v1::GetThreadResponse> response = session.client.GetThread(session.line.argument);
  if (!response.ok()) return response.status();
  if (session.line.json) return PrintJson(session, *response);
  const absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  session.output.Write(RenderThread(session.page, *vocabulary, *response));
  return absl::OkStatus();
}

absl::Status RunDays(const Session& session) {
  v1::ListDaysRequest request;
  *request.mutable_selection() = session.line.selection;
  const absl::StatusOr<v1::ListDaysResponse> response = session.client.ListDays(request);
  if (!response.ok()) return response.status();
  if (session.line.json) return PrintJson(session, *response);
  session.output.Write(RenderDays(session.page, *response));
  return absl::OkStatus();
}

// Prints each message of the stream by `print`, which is false when it can print no more.
absl::Status Follow(const Session& session, InterruptWatch& interrupts,
                    const std::function<absl::Status(const v1::StreamTimelineResponse&)>& print) {
  TimelineStream stream = session.client.StreamTimeline(session.line.playback);
  interrupts.CallOnInterrupt([&stream] { stream.Cancel(); });
  std::string position = session.line.playback.from_position();
  bool opened = false;
  absl::Status status;
  for (absl::StatusOr<v1::StreamTimelineResponse>& response : stream) {
    status = response.status();
    if (!status.ok()) break;
    const std::string notice = PlaybackNotice(*response, opened);
    if (!notice.empty()) session.tell(notice);
    opened = opened || response->has_opened();
    status = print(*response);
    if (!status.ok() || session.output.error() != 0) break;
    position = response->position();
  }
  interrupts.CallOnInterrupt(nullptr);
  if (!status.ok() && opened && MayGoOn(status)) TellPosition(session, position);
  return status;
}

}  // namespace

bool MayGoOn(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      break;
  }
  const std::optional<ErrorInfo> info = GetErrorInfo(status);
  return !info || info->domain != "hotline";
}

void TellPosition(const Session& session, const std::string& position) {
  if (position.empty()) return;
  session.tell(absl::StrCat("to go on from here, add to the same flags: --position=", position));
}

absl::Status Run(const Session& session) {
  switch (session.line.command) {
    case Command::kCorpus:
      return RunCorpus(session);
    case Command::kList:
      return RunList(session);
    case Command::kShow:
      return RunShow(session);
    case Command::kResolve:
      return RunResolve(session);
    case Command::kThread:
      return RunThread(session);
    case Command::kDays:
      return RunDays(session);
    case Command::kPlay:
      break;
  }
  return absl::InternalError("play is not carried out here");
}

absl::Status Play(const Session& session, InterruptWatch& interrupts) {
  if (session.line.json) {
    return Follow(session, interrupts,
                  [&session](const v1::StreamTimelineResponse& response) { return PrintJson(session, response); });
  }
  const absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  const absl::StatusOr<Documents> documents = FetchDocuments(session.client);
  if (!documents.ok()) return documents.status();
  PlayRenderer renderer(session.page, *vocabulary, *documents, session.line.selection.audience());
  return Follow(session, interrupts, [&](const v1::StreamTimelineResponse& response) {
    session.output.Write(renderer.Render(response));
    return absl::OkStatus();
  });
}

}  // namespace hotline::cli
