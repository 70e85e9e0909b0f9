#ifndef HOTLINE_TESTS_FAULTS_CALLS_H_
#define HOTLINE_TESTS_FAULTS_CALLS_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "hotline/client.h"
#include "hotline/v1/archive_service.grpc.pb.h"
#include "hotline/v1/timeline_service.grpc.pb.h"
#include "tests/faults/measured.h"

namespace hotline::tests {

// A gRPC client without the SDK, on a connection that it shares with nobody.
struct PlainClient {
  explicit PlainClient(const std::string& address);

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::ArchiveService::Stub> archive;
  std::unique_ptr<v1::TimelineService::Stub> timeline;
  std::unique_ptr<grpc::health::v1::Health::Stub> health;
};

// A context whose call cannot hang a test.
class Context : public grpc::ClientContext {
 public:
  explicit Context(absl::Duration timeout = absl::Seconds(20));
};

// A call's status with the details that came over the wire, as payloads.
absl::Status FromWire(const grpc::Status& status);

// An SDK that tries so often. One attempt: no retry hides an error.
Client ClientWithAttempts(const std::string& target, int attempts);

// An SDK that soon finds a playback cut and takes it up again. Its server has to allow a ping a second. Those with
// different names share no connection.
Client ImpatientClient(const std::string& target, const std::string& name = "");

// Clients that behave well and ask for a document over and over, by default without retries. `errors()` says what they
// did not get.
class HonestClients {
 public:
  explicit HonestClients(const std::string& target, int count = 1, int attempts = 1);

  // Ends the calls.
  void Stop() { background_.Stop(); }

  const Latencies& latencies() const { return latencies_; }
  std::vector<std::string> errors() const;

 private:
  void Ask();

  const Client client_;
  Latencies latencies_;
  mutable absl::Mutex mu_;
  std::vector<std::string> errors_ ABSL_GUARDED_BY(mu_);
  Background background_;  // last, so that it ends first
};

// A playback of everything as fast as `day_length` says.
v1::StreamTimelineRequest Everything(absl::Duration day_length);

// What a client got of a playback, by an account that does not trust the SDK's own.
struct History {
  std::vector<std::int64_t> ordinals;
  std::int64_t item_count = 0;
  int resumes = 0;
  int violations = 0;
  absl::Status status;

  // Every item came, once and in order, and the playback was complete. Else what was wrong.
  std::string Fault() const;
};

// Plays until the end.
History PlayToTheEnd(const Client& client, const v1::StreamTimelineRequest& request);

// Whether the server still answers a client that has just come.
bool Answers(const std::string& address);

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_FAULTS_CALLS_H_
