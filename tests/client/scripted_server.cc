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

class ScriptedPlayback : public grpc::ServerBidiReactor<v1::PlayTimelineRequest, v1::PlayTimelineResponse> {
 public:
  ScriptedPlayback(PlayScript script, std::function<void(const v1::PlayTimelineRequest&)> on_request,
                   std::function<void()> on_cancel)
      : script_(std::move(script)), on_request_(std::move(on_request)), on_cancel_(std::move(on_cancel)) {
    if (script_.reads) StartRead(&request_);
    Continue();
  }

 private:
  // Writes what is due, or ends; called whenever anything has changed.
  void Continue() {
    absl::ReleasableMutexLock lock(&mu_);
    if (writing_ || finished_) return;
    for (; act_ < script_.acts.size() && !cancelled_; ++act_, next_ = 0) {
      const PlayScript::Act& act = script_.acts[act_];
      if (script_.reads && requests_ < act.requests) return;
      if (next_ == act.responses.size()) continue;
      writing_ = true;
      const v1::PlayTimelineResponse* response = &act.responses[next_++];
      lock.Release();
      return StartWrite(response);
    }
    const bool done = !script_.hangs && (half_closed_ || !script_.waits_for_half_close);
    if (!done && !cancelled_) return;
    finished_ = true;
    const grpc::Status status = cancelled_ ? grpc::Status::CANCELLED : script_.status;
    lock.Release();
    Finish(status);
  }

  void OnReadDone(bool ok) override {
    if (ok) on_request_(request_);
    {
      absl::MutexLock lock(&mu_);
      if (ok) ++requests_;
      if (!ok) half_closed_ = true;
      // Not behind Finish().
      if (ok && !finished_) StartRead(&request_);
    }
    Continue();
  }
  void OnWriteDone(bool) override {
    {
      absl::MutexLock lock(&mu_);
      writing_ = false;
    }
    Continue();
  }
  void OnCancel() override {
    on_cancel_();
    {
      absl::MutexLock lock(&mu_);
      cancelled_ = true;
    }
    Continue();
  }
  void OnDone() override { delete this; }

  const PlayScript script_;
  const std::function<void(const v1::PlayTimelineRequest&)> on_request_;
  const std::function<void()> on_cancel_;
  v1::PlayTimelineRequest request_;
  absl::Mutex mu_;
  std::size_t act_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t next_ ABSL_GUARDED_BY(mu_) = 0;
  int requests_ ABSL_GUARDED_BY(mu_) = 0;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool half_closed_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
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

void ScriptedServer::ScriptPlay(PlayScript script) {
  absl::MutexLock lock(&mu_);
  plays_.push_back(std::move(script));
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

std::vector<std::vector<v1::PlayTimelineRequest>> ScriptedServer::play_requests() const {
  absl::MutexLock lock(&mu_);
  return play_requests_;
}

bool ScriptedServer::WaitForPlayRequests(int count, absl::Duration timeout) const {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !play_requests_.empty() && play_requests_.back().size() >= static_cast<std::size_t>(count);
  };
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&enough), timeout);
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

void ScriptedServer::NotePlayRequest(std::size_t call, const v1::PlayTimelineRequest& request) {
  absl::MutexLock lock(&mu_);
  play_requests_[call].push_back(request);
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

grpc::ServerBidiReactor<v1::PlayTimelineRequest, v1::PlayTimelineResponse>* ScriptedServer::Timeline::PlayTimeline(
    grpc::CallbackServerContext*) {
  PlayScript script;
  script.status = grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no playback was expected");
  std::size_t call;
  {
    absl::MutexLock lock(&server_->mu_);
    call = server_->play_requests_.size();
    server_->play_requests_.emplace_back();
    if (!server_->plays_.empty()) {
      script = std::move(server_->plays_.front());
      server_->plays_.pop_front();
    }
  }
  return new ScriptedPlayback(
      std::move(script),
      [server = server_, call](const v1::PlayTimelineRequest& request) { server->NotePlayRequest(call, request); },
      [server = server_] { server->NoteCancelledStream(); });
}

}  // namespace hotline::tests
