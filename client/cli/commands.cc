#include "client/cli/commands.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/export.h"
#include "client/cli/fetch.h"
#include "client/cli/play_renderer.h"
#include "client/cli/render.h"
#include "client/cli/vocabulary.h"
#include "google/protobuf/util/json_util.h"
#include "hotline/error.h"

namespace hotline::cli {
namespace {

constexpr int kLargestPage = 1000;
// "hotline:   ", with which a line that is told begins.
constexpr int kWidthBeforeQuery = 11;

absl::StatusOr<std::string> JsonLine(const google::protobuf::Message& response) {
  std::string json;
  const google::protobuf::util::Status status = google::protobuf::util::MessageToJsonString(response, &json);
  if (!status.ok()) return absl::InternalError(absl::StrCat("cannot write the response as JSON: ", status.ToString()));
  return json + "\n";
}

absl::Status PrintJson(const Session& session, const google::protobuf::Message& response) {
  const absl::StatusOr<std::string> line = JsonLine(response);
  if (!line.ok()) return line.status();
  session.output.Write(*line);
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

// Every page of a list, since each brings the zone and the total. With JSON each is printed as it comes, a line of its
// own, and none is returned. Stops when nothing can be written any more.
template <typename Request, typename Response>
absl::StatusOr<std::vector<Response>> Pages(const Session& session, Request request,
                                            absl::StatusOr<Response> (Client::*fetch)(const Request&) const) {
  std::vector<Response> pages;
  do {
    absl::StatusOr<Response> page = (session.client.*fetch)(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    if (session.line.json) {
      const absl::Status status = PrintJson(session, *page);
      if (!status.ok()) return status;
    } else {
      pages.push_back(*std::move(page));
    }
  } while (!request.page_token().empty() && session.output.error() == 0);
  return pages;
}

absl::Status RunList(const Session& session) {
  v1::ListDocumentsRequest request;
  *request.mutable_filter() = session.line.filter;
  const auto pages = Pages(session, request, &Client::ListDocumentsPage);
  if (!pages.ok()) return pages.status();
  if (session.line.json) return absl::OkStatus();
  const absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  session.output.Write(RenderList(session.page, *vocabulary, *pages));
  return absl::OkStatus();
}

// The query with a mark below what is wrong in it, where that is why a search failed.
void TellPlace(const Session& session, const absl::Status& status) {
  const std::optional<ErrorInfo> info = GetErrorInfo(status);
  if (session.line.json || !info || info->reason != "INVALID_QUERY") return;
  int position = 0;
  int length = 0;
  const auto number = [&info](const char* key, int* value) {
    const auto found = info->metadata.find(key);
    return found != info->metadata.end() && absl::SimpleAtoi(found->second, value);
  };
  if (!number("position", &position) || !number("length", &length)) return;
  for (const std::string& line :
       PointAt(session.line.query, position, length, session.page.width - kWidthBeforeQuery)) {
    session.tell("  " + line);
  }
}

// Page by page, up to as many hits as are wanted.
absl::Status RunSearch(const Session& session) {
  v1::SearchDocumentsRequest request;
  request.set_query(session.line.query);
  *request.mutable_filter() = session.line.filter;
  std::vector<v1::SearchDocumentsResponse> pages;
  int wanted = session.line.most_hits;
  do {
    request.set_page_size(wanted);
    absl::StatusOr<v1::SearchDocumentsResponse> page = session.client.SearchDocumentsPage(request);
    if (!page.ok()) {
      TellPlace(session, page.status());
      return page.status();
    }
    wanted -= page->hits_size();
    request.set_page_token(page->next_page_token());
    if (session.line.json) {
      const absl::Status status = PrintJson(session, *page);
      if (!status.ok()) return status;
    } else {
      pages.push_back(*std::move(page));
    }
  } while (wanted > 0 && !request.page_token().empty() && session.output.error() == 0);
  if (session.line.json) return absl::OkStatus();

  const absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  session.output.Write(RenderSearch(session.page, *vocabulary, request.filter().window(), pages));
  return absl::OkStatus();
}

absl::Status RunCompare(const Session& session) {
  v1::CompareSourcesRequest request;
  request.set_first_source(session.line.first_source);
  request.set_second_source(session.line.second_source);
  request.set_page_size(kLargestPage);
  const auto pages = Pages(session, request, &Client::CompareSourcesPage);
  if (!pages.ok()) return pages.status();
  if (session.line.json) return absl::OkStatus();
  const absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  session.output.Write(
      RenderComparison(session.page, *vocabulary, session.line.first_source, session.line.second_source, *pages));
  return absl::OkStatus();
}

// What a document comes to in the format.
absl::StatusOr<std::string> Exported(ExportFormat format, v1::Document document, const std::string& revision) {
  if (format == ExportFormat::kJsonLines) {
    v1::GetDocumentResponse response;
    *response.mutable_document() = std::move(document);
    response.set_revision(revision);
    return JsonLine(response);
  }
  std::string text;
  for (const std::vector<std::string>& row : CsvRows(document)) text += CsvRecord(row);
  return text;
}

// Page by page, so that a large corpus needs no memory here; all pages are of one revision.
absl::Status ExportAll(const Session& session) {
  const ExportFormat format = session.line.format;
  v1::ListDocumentsRequest request;
  request.set_page_size(kLargestPage);
  do {
    absl::StatusOr<v1::ListDocumentsResponse> page = session.client.ListDocumentsPage(request);
    if (!page.ok()) return page.status();
    if (request.page_token().empty()) {
      const absl::StatusOr<v1::GetCorpusResponse> corpus = session.client.GetCorpus();
      if (!corpus.ok()) return corpus.status();
      if (corpus->revision() != page->revision()) {
        return absl::AbortedError("the corpus was replaced just now; export it again");
      }
      const absl::StatusOr<std::string> head =
          format == ExportFormat::kCsv ? CsvRecord(CsvHeader()) : JsonLine(*corpus);
      if (!head.ok()) return head.status();
      session.output.Write(*head);
    }
    for (v1::Document& document : *page->mutable_documents()) {
      const absl::StatusOr<std::string> text = Exported(format, std::move(document), page->revision());
      if (!text.ok()) return text.status();
      if (!session.output.Write(*text)) return absl::OkStatus();
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status RunExport(const Session& session) {
  absl::Status status = ExportAll(session);
  if (!status.ok()) session.tell("the export is not complete");
  return status;
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

// Prints the answer in either case, and fails where it is no.
absl::Status RunHealth(const Session& session) {
  const absl::StatusOr<bool> serving = session.client.IsServing(session.line.argument);
  if (!serving.ok()) return serving.status();
  const char* answer = *serving ? "SERVING" : "NOT_SERVING";
  session.output.Write(session.line.json ? absl::StrCat("{\"status\":\"", answer, "\"}\n")
                                         : absl::StrCat(answer, "\n"));
  if (*serving) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(session.line.server, " does not serve now"));
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
    case Command::kSearch:
      return RunSearch(session);
    case Command::kCompare:
      return RunCompare(session);
    case Command::kExport:
      return RunExport(session);
    case Command::kResolve:
      return RunResolve(session);
    case Command::kThread:
      return RunThread(session);
    case Command::kDays:
      return RunDays(session);
    case Command::kHealth:
      return RunHealth(session);
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
