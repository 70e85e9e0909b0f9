#include "tests/client/scripted_server.h"

#include <grpc/grpc.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <utility>

namespace hotline::tests {
namespace {

// Ends only when the client gives up.
class IgnoringReactor : public grpc::ServerUnaryReactor {
 private:
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }
};

class ScriptedStream : public grpc::ServerWriteReactor<v1::StreamTimelineResponse> {
 public:
  ScriptedStream(StreamScript script, std::function<void()> on_cancel)
      : script_(std::move(script)), on_cancel_(std::move(on_cancel)) {
    Continue();
  }

 private:
  void Continue() {
    if (next_ < script_.responses.size()) {
      StartWrite(&script_.responses[next_++]);
    } else if (!script_.hangs) {
      Finish(script_.status);
    } else {
      EndHang(/*cancelled=*/false);
    }
  }

  // Both halves of a hang must have come before the end: the last write, and the client's cancellation.
  void EndHang(bool cancelled) {
    absl::ReleasableMutexLock lock(&mu_);
    (cancelled ? cancelled_ : hanging_) = true;
    const bool finish = cancelled_ && hanging_;
    lock.Release();
    if (finish) Finish(grpc::Status::CANCELLED);
  }

  void OnWriteDone(bool) override { Continue(); }
  void OnCancel() override {
    on_cancel_();
    if (script_.hangs) EndHang(/*cancelled=*/true);
  }
  void OnDone() override { delete this; }

  const StreamScript script_;
  const std::function<void()> on_cancel_;
  std::size_t next_ = 0;
  absl::Mutex mu_;
  bool hanging_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace

ScriptedServer::ScriptedServer(const std::string& address,
                               const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::EnableDefaultHealthCheckService(true);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, credentials, &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(&archive_);
  builder.RegisterService(&timeline_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    std::cerr << "cannot listen on " << address << "\n";
    std::abort();
  }
  target_ = address == "127.0.0.1:0" ? "127.0.0.1:" + std::to_string(port) : address;
}

ScriptedServer::~ScriptedServer() { server_->Shutdown(std::chrono::system_clock::now()); }

void ScriptedServer::ScriptGetCorpus(std::vector<grpc::Status> statuses) {
  absl::MutexLock lock(&mu_);
  get_corpus_statuses_.assign(statuses.begin(), statuses.end());
}

void ScriptedServer::IgnoreGetCorpus() {
  absl::MutexLock lock(&mu_);
  ignores_get_corpus_ = true;
}

void ScriptedServer::ScriptStream(StreamScript script) {
  absl::MutexLock lock(&mu_);
  streams_.push_back(std::move(script));
}

void ScriptedServer::ClearStreams() {
  absl::MutexLock lock(&mu_);
  streams_.clear();
}

int ScriptedServer::get_corpus_calls() const {
  absl::MutexLock lock(&mu_);
  return get_corpus_calls_;
}

std::string ScriptedServer::user_agent() const {
  absl::MutexLock lock(&mu_);
  return user_agent_;
}

std::vector<v1::StreamTimelineRequest> ScriptedServer::stream_requests() const {
  absl::MutexLock lock(&mu_);
  return stream_requests_;
}

bool ScriptedServer::WaitForCancelledStreams(int count, absl::Duration timeout) const {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return cancelled_streams_ >= count; };
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&enough), timeout);
}

void ScriptedServer::NoteCancelledStream() {
  absl::MutexLock lock(&mu_);
  ++cancelled_streams_;
}

grpc::ServerUnaryReactor* ScriptedServer::Archive::GetCorpus(grpc::CallbackServerContext* context,
                                                             const v1::GetCorpusRequest*,
                                                             v1::GetCorpusResponse* response) {
  grpc::Status status;
  {
    absl::MutexLock lock(&server_->mu_);
    ++server_->get_corpus_calls_;
    const auto agent = context->client_metadata().find("user-agent");
    if (agent != context->client_metadata().end()) {
      server_->user_agent_.assign(agent->second.data(), agent->second.size());
    }
    if (server_->ignores_get_corpus_) return new IgnoringReactor;
    if (!server_->get_corpus_statuses_.empty()) {
      status = server_->get_corpus_statuses_.front();
      server_->get_corpus_statuses_.pop_front();
    }
  }
  response->set_revision("4f2a");
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

grpc::ServerWriteReactor<v1::StreamTimelineResponse>* ScriptedServer::Timeline::StreamTimeline(
    grpc::CallbackServerContext*, const v1::StreamTimelineRequest* request) {
  StreamScript script{{}, grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no stream was expected")};
  {
    absl::MutexLock lock(&server_->mu_);
    server_->stream_requests_.push_back(*request);
    if (!server_->streams_.empty()) {
      script = std::move(server_->streams_.front());
      server_->streams_.pop_front();
    }
  }
  return new ScriptedStream(std::move(script), [server = server_] { server->NoteCancelledStream(); });
}

}  // namespace hotline::tests
