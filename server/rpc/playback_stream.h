#ifndef HOTLINE_SERVER_RPC_PLAYBACK_STREAM_H_
#define HOTLINE_SERVER_RPC_PLAYBACK_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/timeline/player.h"
#include "server/timeline/scheduler.h"

namespace hotline::server {

class PlaybackRegistry;

// Carries one Player over one gRPC stream.
//
// Every reaction takes the one mutex and ends in Pump(), the only place that starts a write, finishes the call or asks
// the scheduler to be woken. At most one write is under way, and Finish is never called while one is: a cancelled write
// comes back to OnWriteDone first. A write that the client does not take within the stall limit ends in cancellation.
//
// Lifetime: owns itself from Start() until gRPC calls OnDone(), which frees the player and what it plays; the scheduler
// holds the small rest until the time it was last asked for, at most the stall limit.
class PlaybackStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                             public Wakeable,
                             public std::enable_shared_from_this<PlaybackStream> {
 public:
  // `context`, `scheduler` and `registry` outlive the stream.
  PlaybackStream(grpc::CallbackServerContext* context, std::unique_ptr<Player> player, Scheduler* scheduler,
                 PlaybackRegistry* registry, absl::Duration write_stall_limit);

  // Enters the registry and begins to play. The result is what the service hands to gRPC.
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Start(std::shared_ptr<PlaybackStream> stream);

  // Ends playback at the next message with `closing` and UNAVAILABLE.
  void Drain(absl::Duration retry_after);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Wake() override;

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PumpWhileWriting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write(const Player::Message& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishOnce(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeAt(SteadyTime time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  grpc::CallbackServerContext* const context_;
  Scheduler* const scheduler_;
  PlaybackRegistry* const registry_;
  const absl::Duration write_stall_limit_;

  absl::Mutex mutex_;
  std::shared_ptr<PlaybackStream> self_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Player> player_ ABSL_GUARDED_BY(mutex_);  // null once done
  // Held by gRPC while a write is under way.
  grpc::ByteBuffer buffer_ ABSL_GUARDED_BY(mutex_);
  std::optional<SteadyTime> writing_since_ ABSL_GUARDED_BY(mutex_);
  // For when the scheduler was asked last, for the player and to look after a write; empty once that has come. So it
  // keeps few entries for a stream, however many messages are written.
  std::optional<SteadyTime> wake_at_ ABSL_GUARDED_BY(mutex_);
  std::optional<SteadyTime> stall_check_at_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PLAYBACK_STREAM_H_
