#ifndef HOTLINE_CLIENT_SRC_RESUMPTION_H_
#define HOTLINE_CLIENT_SRC_RESUMPTION_H_

#include <atomic>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/src/environment.h"
#include "hotline/options.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::internal {

// When a playback whose call has ended is taken up again, and when it is not: the rules in TimelineStream's comment.
// Threads: one at a time, but for resumes().
class Resumption {
 public:
  Resumption(const ConnectionOptions& options, Environment environment);

  void OnCallBegun();

  // A message came. `progress`: it shows that the call works, so that the next cut is a new one.
  template <typename Response>
  void OnMessage(const Response& response, bool progress) {
    if (begun_ && !call_begun_) ++resumes_;
    begun_ = call_begun_ = true;
    if (response.has_closing()) closing_ = response.closing();
    if (progress) failures_ = 0;
  }

  // Whether the server said in this call that it is done with the playback, and not merely with the call. That counts,
  // even if the connection was lost right behind it.
  bool complete() const;

  // The call ended with this error though the playback is not complete: how long to wait before the next. An error:
  // there is to be none, and this is what the reader gets.
  absl::StatusOr<absl::Duration> OnCallEnded(const absl::Status& status);

  // How often a call took up what others had begun. Any thread.
  int resumes() const { return resumes_; }

 private:
  // Whether a call that ended so shows that another one would end so, too.
  bool IsFinal(const absl::Status& status) const;
  // How long the server asked to wait, in `closing` or in its status.
  absl::Duration AskedToWait(const absl::Status& status) const;

  const ConnectionOptions options_;
  const Environment environment_;

  // Whether a message has come, in any call and in this one.
  bool begun_ = false;
  bool call_begun_ = false;
  // This call's last message, where it was `closing`.
  std::optional<v1::Closing> closing_;
  // Calls that ended since the last progress, and when the first of them did.
  int failures_ = 0;
  absl::Time failing_since_;
  std::atomic<int> resumes_ = 0;
};

// How a call that ended with `status`, without `closing`, broke off.
absl::Status AsCut(const absl::Status& status);

// What the reader gets once the program has cancelled a playback.
absl::Status CancelledByProgram();

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_RESUMPTION_H_
