#ifndef HOTLINE_CONNECTION_H_
#define HOTLINE_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "hotline/options.h"
#include "hotline/playback.h"
#include "hotline/timeline_stream.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline {

// What a Client talks to: one method for each RPC, requests and responses as they are on the wire. Programs use it to
// make a Client, and to put a mock in its place (mocks/mock_connection.h).
//
// The unary methods block, for `ConnectionOptions::rpc_timeout` at most. They try again after UNAVAILABLE, and after an
// attempt that took too long, but nothing else. Each may return whatever the .proto file lists for its RPC, and
// UNAVAILABLE or DEADLINE_EXCEEDED, whose message says why it stopped ("gave up after 5 attempts", "deadline of 5s
// reached"). error.h reads the details.
//
// Threads: every method from any number at once.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual absl::StatusOr<v1::GetCorpusResponse> GetCorpus(const v1::GetCorpusRequest& request) = 0;
  virtual absl::StatusOr<v1::GetDocumentResponse> GetDocument(const v1::GetDocumentRequest& request) = 0;
  // One page.
  virtual absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(const v1::ListDocumentsRequest& request) = 0;
  // One page.
  virtual absl::StatusOr<v1::SearchDocumentsResponse> SearchDocuments(const v1::SearchDocumentsRequest& request) = 0;
  // One page.
  virtual absl::StatusOr<v1::CompareSourcesResponse> CompareSources(const v1::CompareSourcesRequest& request) = 0;
  virtual absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const v1::ResolveReferenceRequest& request) = 0;
  virtual absl::StatusOr<v1::GetThreadResponse> GetThread(const v1::GetThreadRequest& request) = 0;
  virtual absl::StatusOr<v1::ListDaysResponse> ListDays(const v1::ListDaysRequest& request) = 0;
  // Does not block: the call begins when the stream is read.
  virtual TimelineStream StreamTimeline(const v1::StreamTimelineRequest& request) = 0;
  // As StreamTimeline().
  virtual Playback PlayTimeline(const v1::PlaybackStart& start) = 0;
  // The health check of gRPC, grpc.health.v1.Health.Check: whether the server says SERVING of the service, "" for the
  // whole of it. NOT_FOUND for one that it does not know.
  virtual absl::StatusOr<bool> IsServing(const std::string& service) = 0;
};

// Returns a connection to `target`: "host:port", "dns:///host:port" (every address that the name has is used in turn),
// "ipv4:10.0.0.1:50051,10.0.0.2:50051" or "unix:/path".
//
// Does not connect and does not fail: the first call connects. An option out of range, or a TLS file that cannot be
// read, makes every call return INVALID_ARGUMENT with a field violation (error.h).
//
// gRPC draws the address with which it begins from rand(). A short-lived program that talks to several should call
// srand() first, or it always begins with the same one; this library leaves the program's random numbers alone.
std::shared_ptr<Connection> MakeConnection(const std::string& target, const ConnectionOptions& options = {});

}  // namespace hotline

#endif  // HOTLINE_CONNECTION_H_
