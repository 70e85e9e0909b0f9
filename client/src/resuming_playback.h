#ifndef HOTLINE_CLIENT_SRC_RESUMING_PLAYBACK_H_
#define HOTLINE_CLIENT_SRC_RESUMING_PLAYBACK_H_

#include <atomic>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "client/src/environment.h"
#include "client/src/playback_call.h"
#include "client/src/playback_check.h"
#include "client/src/resumption.h"
#include "client/src/unanswered_controls.h"
#include "hotline/options.h"
#include "hotline/playback.h"

namespace hotline::internal {

// A playback under control over as many calls as it takes. Playback's comment is its contract.
class ResumingPlayback : public PlaybackSource {
 public:
  ResumingPlayback(v1::PlaybackStart start, const ConnectionOptions& options, Environment environment,
                   StartControlledCall start_call);

  std::optional<absl::StatusOr<v1::PlayTimelineResponse>> Next() override;
  void Send(const v1::PlaybackControl& control) override;
  void FinishControls() override;
  void Cancel() override;
  int resumes() const override { return resumption_.resumes(); }
  int violations() const override { return violations_; }
  std::optional<absl::Status> interruption() const override;

 private:
  // Begins a call at once, with all that is still to be said, unless cancelled.
  void OpenCall();
  // Ends the call and says how it ended.
  absl::Status CloseCall();
  // Takes note of a message. False: it carries nothing new and is not to be delivered.
  bool Accept(v1::PlayTimelineResponse* response);
  void NoteInterruption(const absl::Status& why, bool goes_on);

  const absl::Duration idle_timeout_;
  const Environment environment_;
  const StartControlledCall start_call_;

  // The next call's start. It begins behind the last message as soon as there was one.
  v1::PlaybackStart start_;
  PlaybackCheck check_;
  Resumption resumption_;
  std::atomic<int> violations_ = 0;

  // Held while `call_` changes and while others than the thread that reads use it; that one reads without it.
  mutable absl::Mutex mu_;
  std::unique_ptr<ControlledCall> call_;
  UnansweredControls unanswered_ ABSL_GUARDED_BY(mu_);
  bool controls_finished_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<absl::Status> interruption_ ABSL_GUARDED_BY(mu_);
  // Notified once, under `mu_`.
  absl::Notification cancelled_;
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_RESUMING_PLAYBACK_H_
