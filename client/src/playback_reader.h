#ifndef HOTLINE_CLIENT_SRC_PLAYBACK_READER_H_
#define HOTLINE_CLIENT_SRC_PLAYBACK_READER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "hotline/playback.h"

namespace hotline::internal {

// Where the answer to one control arrives. Guarded by its reader's mutex.
struct AwaitedAnswer {
  std::optional<absl::StatusOr<v1::PlayTimelineResponse>> result;
};

// What a Playback and its answers share. Whoever needs a message reads the source while nobody else does, and reads for
// all: answers go to those who wait for them, and every message goes to the thread that iterates.
class PlaybackReader {
 public:
  explicit PlaybackReader(std::unique_ptr<PlaybackSource> source) : source_(std::move(source)) {}

  // Gives the control its id, and sends it unless it is too late for that.
  std::shared_ptr<AwaitedAnswer> Send(v1::PlaybackControl control);
  void FinishControls();

  // The next message of the range; absent at its end.
  std::optional<absl::StatusOr<v1::PlayTimelineResponse>> Next();

  bool IsReady(const AwaitedAnswer& awaited) const;
  absl::StatusOr<v1::PlayTimelineResponse> Wait(const AwaitedAnswer& awaited);

  // Cancels and destroys the source; what is awaited gets CANCELLED. Only answers may be asked for after it.
  void Close();

  // Not after Close().
  PlaybackSource& source() const { return *source_; }

 private:
  // Reads one message. Unlocks `mu_` meanwhile.
  void ReadOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Notes that nothing more comes, and settles what is still awaited.
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  std::unique_ptr<PlaybackSource> source_;

  mutable absl::Mutex mu_;
  // Whether a thread is in ReadOne().
  bool reading_ ABSL_GUARDED_BY(mu_) = false;
  // What was read and is still to be yielded.
  std::deque<absl::StatusOr<v1::PlayTimelineResponse>> unread_ ABSL_GUARDED_BY(mu_);
  // By control id.
  std::map<std::int64_t, std::shared_ptr<AwaitedAnswer>> awaited_ ABSL_GUARDED_BY(mu_);
  std::int64_t last_control_id_ ABSL_GUARDED_BY(mu_) = 0;
  bool controls_finished_ ABSL_GUARDED_BY(mu_) = false;
  // Set when nothing more is to be read: what a control gets that is given from now on.
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mu_);
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_PLAYBACK_READER_H_
