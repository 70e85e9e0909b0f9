#ifndef HOTLINE_CLIENT_H_
#define HOTLINE_CLIENT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "hotline/connection.h"
#include "hotline/paged_range.h"
#include "hotline/playback.h"
#include "hotline/timeline_stream.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline {

// The Kennedy-Khrushchev correspondence of October 1962, served by hotlined. Start here; examples/cpp/quickstart.cc
// shows it at work.
//
//   hotline::Client client(hotline::MakeConnection("localhost:50051"));
//   absl::StatusOr<hotline::v1::GetDocumentResponse> response = client.GetDocument("documents/kk-08");
//
// Data are the generated messages of hotline.v1: the .proto files say what each field means, and what errors each RPC
// has. Every response says from which revision of the corpus it was answered. Requests are not checked here: the server
// does, and names the field. connection.h says how long calls block and when they are tried again.
//
// Cheap to copy; copies share the connection. Threads: every method from any number at once.
class Client {
 public:
  explicit Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  // What the server holds: span, counts and vocabularies.
  absl::StatusOr<v1::GetCorpusResponse> GetCorpus() const;

  // The document of this name, "documents/kk-08"; with a request, only those of its fields that are wanted.
  absl::StatusOr<v1::GetDocumentResponse> GetDocument(const std::string& name) const;
  absl::StatusOr<v1::GetDocumentResponse> GetDocument(const v1::GetDocumentRequest& request) const;

  // Every document that the request selects, over all pages. Fetches nothing before the range is read.
  DocumentRange ListDocuments(const v1::ListDocumentsRequest& request = {}) const;

  // One page of them, with `total_size` and the token of the next.
  absl::StatusOr<v1::ListDocumentsResponse> ListDocumentsPage(const v1::ListDocumentsRequest& request = {}) const;

  // Every document that matches a query, the best first, over all pages. Fetches nothing before the range is read.
  SearchRange SearchDocuments(const v1::SearchDocumentsRequest& request) const;

  // One page of them, with the facets and `total_size` of all and the token of the next.
  absl::StatusOr<v1::SearchDocumentsResponse> SearchDocumentsPage(const v1::SearchDocumentsRequest& request) const;

  // What two sources say about the date of each document, over all pages. Fetches nothing before the range is read.
  ComparisonRange CompareSources(const v1::CompareSourcesRequest& request) const;

  // One page of that, with the counts of all and the token of the next.
  absl::StatusOr<v1::CompareSourcesResponse> CompareSourcesPage(const v1::CompareSourcesRequest& request) const;

  // Every document that a reference such as "11", "Embtel 1101" or "kk-08" may mean.
  absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const std::string& reference) const;
  absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const v1::ResolveReferenceRequest& request) const;

  // The letters and answers to which the document of this name belongs.
  absl::StatusOr<v1::GetThreadResponse> GetThread(const std::string& name) const;
  absl::StatusOr<v1::GetThreadResponse> GetThread(const v1::GetThreadRequest& request) const;

  // Every civil day of a selection, with its counts.
  absl::StatusOr<v1::ListDaysResponse> ListDays(const v1::ListDaysRequest& request = {}) const;

  // Plays a selection. Does not block: the call begins when the stream is read.
  TimelineStream StreamTimeline(const v1::StreamTimelineRequest& request = {}) const;

  // Plays a selection under control. Does not block: the call begins when the playback is read.
  Playback PlayTimeline(const v1::PlaybackStart& start = {}) const;

  // Whether the server says that it serves: all of it, or the service of this name, "hotline.v1.TimelineService".
  absl::StatusOr<bool> IsServing(const std::string& service = "") const;

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace hotline

#endif  // HOTLINE_CLIENT_H_
