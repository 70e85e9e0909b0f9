#ifndef HOTLINE_TESTS_BENCH_LOAD_H_
#define HOTLINE_TESTS_BENCH_LOAD_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "tests/bench/wire.h"

namespace hotline::bench {

inline constexpr char kStreamTimeline[] = "/hotline.v1.TimelineService/StreamTimeline";
inline constexpr char kPlayTimeline[] = "/hotline.v1.TimelineService/PlayTimeline";

// A reading of the steady clock: the time since an origin that all readings share.
absl::Duration SteadyNow();

class Load;

// One playback as its client sees it. Load makes and owns it.
class PlaybackCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  struct Options {
    const char* method = kStreamTimeline;
    bool reads = true;            // otherwise no message is asked for until BeginReading()
    bool sends_controls = false;  // otherwise the request is all that is sent; only for one that reads
    grpc::StatusCode ends_with = grpc::StatusCode::OK;  // any other end, unless it was cancelled here, is a fault
    // Called for every response, on a thread of gRPC's, one at a time.
    std::function<void(const Response&)> on_response;
  };

  // Sends one more message, in the order of the calls; nothing once the call is over. Any thread.
  void Send(const google::protobuf::MessageLite& message) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes what came and whatever comes, where Options::reads is false. Only then does the load learn that the call has
  // ended: gRPC tells the status behind the last message. The load's thread.
  void BeginReading();
  // Any thread.
  void Cancel();

  // Once the load says that the playback is opened: how long that took.
  absl::Duration opened_after() const { return opened_after_; }

  // Once the load says that it is done.
  std::int64_t items() const { return items_; }
  std::int64_t item_bytes() const { return item_bytes_; }
  // While the load recorded: messages, those with items, and the latter's `late_by`.
  std::int64_t recorded_messages() const { return recorded_messages_; }
  const std::vector<absl::Duration>& recorded_lateness() const { return recorded_lateness_; }

 private:
  friend class Load;

  PlaybackCall(Load* load, const std::shared_ptr<grpc::Channel>& channel, Options options);

  void Begin(const google::protobuf::MessageLite& request) ABSL_LOCKS_EXCLUDED(mutex_);
  void StartNextWrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone(const grpc::Status& status) override;
  absl::Status Take(const Response& response);

  Load* const load_;
  const Options options_;
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> reading_{false};
  absl::Duration begun_at_;

  absl::Mutex mutex_;
  std::deque<grpc::ByteBuffer> to_send_ ABSL_GUARDED_BY(mutex_);  // the first is being written
  bool over_ ABSL_GUARDED_BY(mutex_) = false;

  // From here on: written by the reactions, which come one at a time.
  grpc::ByteBuffer received_;
  absl::Duration opened_after_;
  std::int64_t items_ = 0;
  std::int64_t item_bytes_ = 0;
  std::int64_t last_ordinal_ = 0;
  std::int64_t recorded_messages_ = 0;
  std::vector<absl::Duration> recorded_lateness_;
};

// Many playbacks of one server, over connections of their own.
//
// Threads: one thread uses it; the playbacks live on gRPC's. Destruction cancels what is not done, and waits for it.
class Load {
 public:
  // How much the client's side takes of what nobody reads: 64 KB a call, or, as gRPC does unless told otherwise, more
  // and more of it, up to gigabytes in all.
  enum class Windows { kFixed, kGrowing };

  // UNAVAILABLE where a connection is not there within 10 s.
  static absl::StatusOr<std::unique_ptr<Load>> Connect(const std::string& address, int connections, Windows windows);

  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Starts a playback on the next connection in turn. Lives as long as the load.
  PlaybackCall& Start(const google::protobuf::MessageLite& request, PlaybackCall::Options options = {});

  // Waits until every playback that was started is opened, or done. An error for the first fault of any playback:
  // a response that cannot be read, items out of order, an end that was not expected; DEADLINE_EXCEEDED after
  // `timeout`.
  absl::Status AwaitOpened(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status AwaitDone(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  // Lets time pass. An error for the first fault, at once.
  absl::Status Run(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);

  // Cancels all playbacks and waits until they are done.
  absl::Status CancelAll(absl::Duration timeout);

  // Whether playbacks keep their figures. At first they do not.
  void Record(bool recording) { recording_ = recording; }

  const std::vector<std::unique_ptr<PlaybackCall>>& calls() const { return calls_; }

 private:
  friend class PlaybackCall;

  Load() = default;
  void NoteOpened() ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteDone() ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteFault(const absl::Status& fault) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Await(const std::size_t& count, const char* what, absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<PlaybackCall>> calls_;
  std::atomic<bool> recording_{false};

  absl::Mutex mutex_;
  std::size_t opened_ ABSL_GUARDED_BY(mutex_) = 0;  // or done without
  std::size_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status fault_ ABSL_GUARDED_BY(mutex_);  // the first one
};

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_LOAD_H_
