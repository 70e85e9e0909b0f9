#include "client/src/grpc_connection.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "client/src/channel.h"
#include "client/src/grpc_calls.h"
#include "client/src/resuming_playback.h"
#include "client/src/resuming_source.h"
#include "client/src/retry.h"
#include "client/src/status.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "hotline/v1/archive_service.grpc.pb.h"
#include "hotline/v1/timeline_service.grpc.pb.h"

namespace hotline {
namespace internal {
namespace {

using Archive = v1::ArchiveService::StubInterface;
using Timeline = v1::TimelineService::StubInterface;
using Health = grpc::health::v1::Health::StubInterface;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class GrpcConnection : public Connection {
 public:
  GrpcConnection(const std::shared_ptr<grpc::Channel>& channel, const std::shared_ptr<grpc::Channel>& health_channel,
                 const ConnectionOptions& options, Environment environment)
      : options_(options),
        environment_(std::move(environment)),
        archive_(v1::ArchiveService::NewStub(channel)),
        timeline_(v1::TimelineService::NewStub(channel)),
        health_(grpc::health::v1::Health::NewStub(health_channel)) {}

  absl::StatusOr<v1::GetCorpusResponse> GetCorpus(const v1::GetCorpusRequest& request) override {
    return Call(*archive_, &Archive::GetCorpus, request);
  }
  absl::StatusOr<v1::GetDocumentResponse> GetDocument(const v1::GetDocumentRequest& request) override {
    return Call(*archive_, &Archive::GetDocument, request);
  }
  absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(const v1::ListDocumentsRequest& request) override {
    return Call(*archive_, &Archive::ListDocuments, request);
  }
  absl::StatusOr<v1::SearchDocumentsResponse> SearchDocuments(const v1::SearchDocumentsRequest& request) override {
    return Call(*archive_, &Archive::SearchDocuments, request);
  }
  absl::StatusOr<v1::CompareSourcesResponse> CompareSources(const v1::CompareSourcesRequest& request) override {
    return Call(*archive_, &Archive::CompareSources, request);
  }
  absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const v1::ResolveReferenceRequest& request) override {
    return Call(*archive_, &Archive::ResolveReference, request);
  }
  absl::StatusOr<v1::GetThreadResponse> GetThread(const v1::GetThreadRequest& request) override {
    return Call(*archive_, &Archive::GetThread, request);
  }
  absl::StatusOr<v1::ListDaysResponse> ListDays(const v1::ListDaysRequest& request) override {
    return Call(*timeline_, &Timeline::ListDays, request);
  }

  TimelineStream StreamTimeline(const v1::StreamTimelineRequest& request) override {
    const bool wait_for_ready = options_.wait_for_ready;
    return TimelineStream(std::make_unique<ResumingSource>(
        request, options_, environment_,
        [stub = timeline_, wait_for_ready](const v1::StreamTimelineRequest& next) -> std::unique_ptr<TimelineCall> {
          return std::make_unique<GrpcTimelineCall>(stub, next, wait_for_ready);
        }));
  }

  Playback PlayTimeline(const v1::PlaybackStart& start) override {
    const bool wait_for_ready = options_.wait_for_ready;
    return Playback(std::make_unique<ResumingPlayback>(
        start, options_, environment_, [stub = timeline_, wait_for_ready]() -> std::unique_ptr<ControlledCall> {
          return std::make_unique<GrpcControlledCall>(stub, wait_for_ready);
        }));
  }

  absl::StatusOr<bool> IsServing(const std::string& service) override {
    HealthCheckRequest request;
    request.set_service(service);
    const absl::StatusOr<HealthCheckResponse> response = Call(*health_, &Health::Check, request);
    if (!response.ok()) return response.status();
    return response->status() == HealthCheckResponse::SERVING;
  }

 private:
  // One unary RPC, with its attempts.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    Response response;
    const absl::Status status = Retry(options_, environment_, [&](absl::Duration timeout) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(timeout));
      context.set_wait_for_ready(options_.wait_for_ready);
      return FromGrpc((stub.*method)(&context, request, &response));
    });
    if (!status.ok()) return status;
    return response;
  }

  const ConnectionOptions options_;
  const Environment environment_;
  const std::unique_ptr<Archive> archive_;
  // Shared with the streams, which may outlive the connection.
  const std::shared_ptr<Timeline> timeline_;
  const std::unique_ptr<Health> health_;
};

// A playback that is over before it began.
template <typename Source, typename Response>
class FailedSource : public Source {
 public:
  explicit FailedSource(absl::Status status) : status_(std::move(status)) {}

  std::optional<absl::StatusOr<Response>> Next() override { return status_; }
  void Cancel() override {}
  int resumes() const override { return 0; }
  int violations() const override { return 0; }

 private:
  const absl::Status status_;
};

using FailedTimelineSource = FailedSource<TimelineSource, v1::StreamTimelineResponse>;

class FailedPlaybackSource : public FailedSource<PlaybackSource, v1::PlayTimelineResponse> {
 public:
  using FailedSource::FailedSource;

  void Send(const v1::PlaybackControl&) override {}
  void FinishControls() override {}
  std::optional<absl::Status> interruption() const override { return std::nullopt; }
};

// What there is in place of a connection whose options make no sense.
class FailedConnection : public Connection {
 public:
  explicit FailedConnection(absl::Status status) : status_(std::move(status)) {}

  absl::StatusOr<v1::GetCorpusResponse> GetCorpus(const v1::GetCorpusRequest&) override { return status_; }
  absl::StatusOr<v1::GetDocumentResponse> GetDocument(const v1::GetDocumentRequest&) override { return status_; }
  absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(const v1::ListDocumentsRequest&) override { return status_; }
  absl::StatusOr<v1::SearchDocumentsResponse> SearchDocuments(const v1::SearchDocumentsRequest&) override {
    return status_;
  }
  absl::StatusOr<v1::CompareSourcesResponse> CompareSources(const v1::CompareSourcesRequest&) override {
    return status_;
  }
  absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const v1::ResolveReferenceRequest&) override {
    return status_;
  }
  absl::StatusOr<v1::GetThreadResponse> GetThread(const v1::GetThreadRequest&) override { return status_; }
  absl::StatusOr<v1::ListDaysResponse> ListDays(const v1::ListDaysRequest&) override { return status_; }
  TimelineStream StreamTimeline(const v1::StreamTimelineRequest&) override {
    return TimelineStream(std::make_unique<FailedTimelineSource>(status_));
  }
  Playback PlayTimeline(const v1::PlaybackStart&) override {
    return Playback(std::make_unique<FailedPlaybackSource>(status_));
  }
  absl::StatusOr<bool> IsServing(const std::string&) override { return status_; }

 private:
  const absl::Status status_;
};

}  // namespace

std::shared_ptr<Connection> MakeGrpcConnection(const std::string& target, const ConnectionOptions& options,
                                               Environment environment) {
  const absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = MakeChannel(target, options);
  if (!channel.ok()) return std::make_shared<FailedConnection>(channel.status());
  // It connects only if it is used.
  const absl::StatusOr<std::shared_ptr<grpc::Channel>> health_channel =
      MakeChannel(target, options, Eligible::kReachable);
  if (!health_channel.ok()) return std::make_shared<FailedConnection>(health_channel.status());
  return std::make_shared<GrpcConnection>(*channel, *health_channel, options, std::move(environment));
}

}  // namespace internal

std::shared_ptr<Connection> MakeConnection(const std::string& target, const ConnectionOptions& options) {
  return internal::MakeGrpcConnection(target, options, internal::RealEnvironment());
}

}  // namespace hotline
