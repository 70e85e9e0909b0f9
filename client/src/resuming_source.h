#ifndef HOTLINE_CLIENT_SRC_RESUMING_SOURCE_H_
#define HOTLINE_CLIENT_SRC_RESUMING_SOURCE_H_

#include <atomic>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "client/src/environment.h"
#include "client/src/epoch_check.h"
#include "client/src/playback_call.h"
#include "client/src/resumption.h"
#include "hotline/options.h"
#include "hotline/timeline_stream.h"

namespace hotline::internal {

// A playback over as many calls as it takes. TimelineStream's comment is its contract: when it resumes, what ends it.
class ResumingSource : public TimelineSource {
 public:
  ResumingSource(v1::StreamTimelineRequest request, const ConnectionOptions& options, Environment environment,
                 StartTimelineCall start_call);

  std::optional<absl::StatusOr<v1::StreamTimelineResponse>> Next() override;
  void Cancel() override;
  int resumes() const override { return resumption_.resumes(); }
  int violations() const override { return violations_; }

 private:
  // Begins a call at once, unless cancelled.
  void OpenCall();
  // Ends the call and says how it ended.
  absl::Status CloseCall();
  // Takes note of a message. False: it carries nothing new and is not to be delivered.
  bool Accept(v1::StreamTimelineResponse* response);

  const absl::Duration idle_timeout_;
  const Environment environment_;
  const StartTimelineCall start_call_;

  // The next call's request. It begins behind the last message as soon as there was one.
  v1::StreamTimelineRequest request_;
  EpochCheck epoch_check_;
  Resumption resumption_;
  std::atomic<int> violations_ = 0;

  // Held while `call_` changes and while Cancel() uses it. The thread that reads uses `call_` without it.
  absl::Mutex mu_;
  std::unique_ptr<TimelineCall> call_;
  // Notified once, under `mu_`.
  absl::Notification cancelled_;
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_RESUMING_SOURCE_H_
