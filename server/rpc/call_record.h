#ifndef HOTLINE_SERVER_RPC_CALL_RECORD_H_
#define HOTLINE_SERVER_RPC_CALL_RECORD_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/rpc/access_log.h"
#include "server/rpc/metrics.h"
#include "server/rpc/status.h"
#include "server/timeline/player.h"

namespace hotline::server {

class ObservedMethod;

// Where the calls of a server are told of.
//
// Threads: any.
class CallObserver {
 public:
  // Null: nowhere. What is pointed to outlives this. `named_peers`: clients show certificates, whose name is told.
  CallObserver(Metrics* metrics, AccessLog* access_log, bool named_peers);

  Metrics* metrics() const { return metrics_; }
  AccessLog* access_log() const { return access_log_; }
  bool named_peers() const { return named_peers_; }
  // For a call that brought no id of its own: different from all others of the process, and hardly that of another one.
  std::string MakeRequestId() const;
  // The calls that have not ended, as "2 of /package.Service/Method", separated by commas.
  std::string LiveCalls() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class ObservedMethod;

  Metrics* const metrics_;
  AccessLog* const access_log_;
  const bool named_peers_;
  const std::uint64_t first_id_;
  mutable std::atomic<std::uint64_t> ids_ = 0;
  mutable absl::Mutex mutex_;
  mutable std::vector<const ObservedMethod*> methods_ ABSL_GUARDED_BY(mutex_);
};

// One method of a service, as calls of it are told of.
class ObservedMethod {
 public:
  // `observer` outlives it. `path` is gRPC's: "/package.Service/Method".
  ObservedMethod(const CallObserver* observer, std::string path);
  ~ObservedMethod();
  ObservedMethod(const ObservedMethod&) = delete;
  ObservedMethod& operator=(const ObservedMethod&) = delete;

  const CallObserver& observer() const { return *observer_; }
  const std::string& path() const { return path_; }
  // Null without metrics.
  CallMetrics* metrics() const { return metrics_; }

  // A call begins (1) or ends (-1).
  void AddLive(int calls) const { live_.fetch_add(calls, std::memory_order_relaxed); }
  int live() const { return live_.load(std::memory_order_relaxed); }

 private:
  mutable std::atomic<int> live_ = 0;
  const CallObserver* const observer_;
  const std::string path_;
  CallMetrics* const metrics_;
};

// One call, from its first reaction to its end: counts it and writes its line in the access log.
//
// Threads: the counts any, End() once.
class CallRecord {
 public:
  // Both outlive the record; `context` is the call's. `path` is told in place of the method's where it is not empty.
  CallRecord(const ObservedMethod* method, const grpc::CallbackServerContext* context, absl::string_view path = "");

  void Received();
  void Sent();

  // The call ends so: counts and logs it, and returns what its client is to get. CANCELLED is told as DEADLINE_EXCEEDED
  // where that had passed.
  grpc::Status End(const absl::Status& outcome);

 private:
  void Log(const absl::Status& outcome, grpc::StatusCode code, absl::Duration took, absl::string_view request_id) const;
  // The caller's, where it is one that can be told; otherwise one of our own making.
  std::string RequestId() const;

  const ObservedMethod* const method_;
  const grpc::CallbackServerContext* const context_;
  const absl::string_view path_;
  const SteadyTime began_at_;
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::uint64_t> sent_ = 0;
};

// A call with one request and one response, which its handler ends by what it returns.
class UnaryCall {
 public:
  // `response` is gRPC's, which keeps it until the call is finished: a message, or a grpc::ByteBuffer.
  template <typename Response>
  UnaryCall(const ObservedMethod& method, grpc::CallbackServerContext* context, const Response* response)
      : reactor_(context->DefaultReactor()),
        response_(response),
        response_bytes_([](const void* of) { return ByteCount(*static_cast<const Response*>(of)); }),
        record_(&method, context) {
    record_.Received();
  }

  // What the handler returns where the answer comes later.
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  // Ends the call, whose response was filled in if `status` is OK. One that is larger than may be sent becomes an
  // error.
  grpc::ServerUnaryReactor* Answer(const absl::Status& status) {
    const std::size_t bytes = status.ok() ? response_bytes_(response_) : 0;
    if (bytes > kMostResponseBytes) return Finish(ResponseTooLarge(bytes));
    if (status.ok()) record_.Sent();
    return Finish(status);
  }

 private:
  static std::size_t ByteCount(const google::protobuf::MessageLite& message) { return message.ByteSizeLong(); }
  static std::size_t ByteCount(const grpc::ByteBuffer& bytes) { return bytes.Length(); }

  grpc::ServerUnaryReactor* Finish(const absl::Status& status) {
    reactor_->Finish(record_.End(status));
    return reactor_;
  }

  // Taken once: gRPC makes it anew each time, and nobody would hear of what is finished then.
  grpc::ServerUnaryReactor* const reactor_;
  const void* const response_;
  std::size_t (*const response_bytes_)(const void*);
  CallRecord record_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_CALL_RECORD_H_
