#ifndef HOTLINE_SERVER_RPC_PLAYBACK_STREAM_H_
#define HOTLINE_SERVER_RPC_PLAYBACK_STREAM_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/rpc/holdings.h"
#include "server/rpc/metrics.h"
#include "server/timeline/player.h"
#include "server/timeline/scheduler.h"
#include "server/timeline/start.h"
#include "server/timeline/timeline_cache.h"

namespace hotline::server {

class PlaybackRegistry;

struct PlaybackLimits {
  // How many playbacks there may be at once.
  std::size_t most_playbacks = 10'000;
  // How many of them of one peer, which is an address without its port: behind a proxy all clients are one.
  std::size_t most_playbacks_per_peer = 10'000;
  // A write that the client does not take within this ends the stream, and so does a `start` that does not come.
  absl::Duration stall = absl::Seconds(60);
  // A playback is closed for its age at this, give or take a tenth, so that load moves on to new replicas.
  absl::Duration age = absl::Hours(1);
};

// What all playbacks of a server share. What is pointed to outlives them.
struct PlaybackEnvironment {
  const Holdings* holdings;
  PlaybackLimits limits;
  TimelineCache* timelines;
  PlaybackRegistry* registry;
  Scheduler* scheduler;
  // Null: not counted.
  PlaybackMetrics* metrics = nullptr;
};

// The corpus that a playback is to be of, to its end: the revision of the position from which it starts, where that is
// held, and otherwise the current one.
std::shared_ptr<const Corpus> CorpusFor(const v1::PlaybackStart& start, const Holdings& holdings);

// The operations of one gRPC call, whichever RPC's: what a reactor inherits.
class PlaybackCall {
 public:
  virtual void BeginWrite(const grpc::ByteBuffer* response) = 0;
  // Not for StreamTimeline, which has no requests but the first.
  virtual void BeginRead(grpc::ByteBuffer* request) = 0;
  virtual void End(const absl::Status& status) = 0;
  virtual void Cancel() = 0;

 protected:
  ~PlaybackCall() = default;
};

// Carries one Player over one gRPC call.
//
// Every reaction takes the one mutex and ends in Pump(), the only place that begins a write or a read, ends the call or
// asks the scheduler to be woken. At most one write is under way, and the call is never ended while one is: a cancelled
// write comes back to OnWriteDone first. A write that the client does not take within the stall limit ends in
// cancellation.
//
// Lifetime: shared by the call's reactor, until OnDone(), which frees the player and what it plays; by the scheduler,
// until the time it was last asked for, at most the stall limit or a heartbeat; and by the cache until it has built
// the timeline, or dropped it.
class PlaybackStream final : public Wakeable, public std::enable_shared_from_this<PlaybackStream> {
 public:
  // `environment` outlives the stream; `call` lives until OnDone(). `controlled`: for PlayTimeline.
  PlaybackStream(const PlaybackEnvironment& environment, PlaybackCall* call, bool controlled);

  // Each begins the playback of a peer, or ends the call where there is no room for it: with the start that the call
  // brought, or by reading it.
  void BeginWith(absl::StatusOr<v1::PlaybackStart> start, std::string peer) ABSL_LOCKS_EXCLUDED(mutex_);
  void BeginReading(std::string peer) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends playback at the next message with `closing` and UNAVAILABLE.
  void Drain(absl::Duration retry_after) ABSL_LOCKS_EXCLUDED(mutex_);

  // Reactions of the call, each passed on by its reactor.
  void OnReadDone(bool ok) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() ABSL_LOCKS_EXCLUDED(mutex_);

  void Wake() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool WantsTimeline() ABSL_LOCKS_EXCLUDED(mutex_);
  // Has the timeline got, and then the player made.
  void Open(CheckedStart start) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnTimeline(const CheckedStart& start, absl::StatusOr<std::shared_ptr<const Timeline>> timeline)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Chooses the corpus, and checks the start against it; `prefix` is that of its fields' names.
  absl::StatusOr<CheckedStart> TakeStart(v1::PlaybackStart start, absl::string_view prefix)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes what was read. A start is checked and handed out, for Open() without the lock.
  absl::Status TakeRequest(std::optional<CheckedStart>* start) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeControl(const v1::PlaybackControl& control) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeHalfClose() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PumpRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PumpPlayer(SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Looks after what the client has to do within the stall limit: take a write, send a start.
  void WatchForStall(SteadyTime since, SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write(const Player::Message& message, SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Count(const Player::Message& message, SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // `ending`: how it is counted.
  template <typename Ending>
  void EndOnce(const absl::Status& status, Ending ending) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeAt(SteadyTime time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const PlaybackEnvironment& environment_;
  PlaybackCall* const call_;
  const bool controlled_;
  const SteadyTime began_at_;

  absl::Mutex mutex_;
  std::shared_ptr<const Corpus> corpus_ ABSL_GUARDED_BY(mutex_);  // null until the start has come
  std::unique_ptr<Player> player_ ABSL_GUARDED_BY(mutex_);        // null until the timeline is there, and once done
  // Held by gRPC while a write, or a read, is under way.
  grpc::ByteBuffer write_buffer_ ABSL_GUARDED_BY(mutex_);
  grpc::ByteBuffer read_buffer_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<SteadyTime> writing_since_ ABSL_GUARDED_BY(mutex_);
  // For when the scheduler was asked last, for the player and to look after a stall; empty once that has come. So it
  // keeps few entries for a stream, however many messages are written.
  std::optional<SteadyTime> wake_at_ ABSL_GUARDED_BY(mutex_);
  std::optional<SteadyTime> stall_check_at_ ABSL_GUARDED_BY(mutex_);

  bool started_ ABSL_GUARDED_BY(mutex_) = false;      // the start has come
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;  // no request will come any more
  std::int64_t last_control_id_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);  // not OK: ends the call as soon as no write is under way
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool stalled_ ABSL_GUARDED_BY(mutex_) = false;  // and cancelled for that
  bool written_ ABSL_GUARDED_BY(mutex_) = false;  // the first message was
  // From when it was let in until it is done.
  std::optional<PlaybackCount> count_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PLAYBACK_STREAM_H_
