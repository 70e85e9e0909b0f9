#ifndef HOTLINE_TIMELINE_STREAM_H_
#define HOTLINE_TIMELINE_STREAM_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "hotline/range_iterator.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline {

// Where a TimelineStream gets its messages: the SDK's own loop that resumes, or a list in a program's tests
// (mocks/mock_connection.h). Programs that only play need not know it.
class TimelineSource {
 public:
  virtual ~TimelineSource() = default;

  // Blocks until the next message or an error. Absent: the playback is complete. Called by one thread, and not again
  // after an error or the end.
  virtual std::optional<absl::StatusOr<v1::StreamTimelineResponse>> Next() = 0;

  // Makes Next() return CANCELLED soon, now and later. Any thread, any number of times.
  virtual void Cancel() = 0;

  // As in TimelineStream.
  virtual int resumes() const = 0;
  virtual int violations() const = 0;
};

// One pass over a playback, as an input range of absl::StatusOr<v1::StreamTimelineResponse>:
//
//   for (absl::StatusOr<v1::StreamTimelineResponse>& response : client.StreamTimeline(request)) { ... }
//
// First comes `opened`, then items and heartbeats, at last `closing`. Ordinals rise by one, none repeated, none
// missing, also across new calls: an item that was delivered before is dropped.
//
// The stream resumes by itself, behind the last message that it delivered. It does so when the server goes away or ends
// the call for its age (`closing` with DRAINING or MAX_AGE; both are delivered, and `retry_after` is waited for), when
// the call ends without `closing` whatever its status, when nothing came for `stream_idle_timeout`, and when the server
// is full (RESOURCE_EXHAUSTED). The new call's `opened` is delivered too: its outcome is RESUMED, or CONTINUED where
// the request allows that. `stream_retry_time` bounds how long it tries; progress begins that anew.
//
// An error is yielded once and ends the range; a range that ends without one is complete. Errors: one that the server
// gave on purpose (ErrorInfo.domain "hotline", but not UNAVAILABLE, RESOURCE_EXHAUSTED or CANCELLED), one that says
// before the first message that the call cannot work (UNIMPLEMENTED, UNAUTHENTICATED), the last error with "gave up
// after N attempts" when that time, or before the first message `max_attempts`, is used up, and CANCELLED after
// Cancel(). A `closing` with IDLE ends the range without error: reconnect when the user comes back.
//
// Threads: one thread iterates, and it blocks meanwhile; Cancel(), resumes() and violations() may be called from any
// while the stream lives and is not being moved. Lifetime: independent of the Client and Connection that made it.
// Destruction cancels the call, and returns when gRPC has let go of it.
class TimelineStream {
 public:
  using Iterator = RangeIterator<TimelineStream, absl::StatusOr<v1::StreamTimelineResponse>>;

  explicit TimelineStream(std::unique_ptr<TimelineSource> source) : source_(std::move(source)) {}

  // Reads the first message when called for the first time, and does not go back when called again.
  Iterator begin();
  Iterator end() { return Iterator(); }

  // Ends the playback. The thread that iterates gets CANCELLED soon, unless the playback is complete already.
  void Cancel() { source_->Cancel(); }

  // How often a new call took the playback up again. Calls that failed before their first message do not count.
  int resumes() const { return source_->resumes(); }

  // How often the server broke its word within an epoch: an ordinal that was not one higher than the last, or a clock
  // that fell. 0 from a server that works.
  int violations() const { return source_->violations(); }

 private:
  friend Iterator;

  // Makes `current_` the next message, or absent at the end.
  void Advance();

  std::unique_ptr<TimelineSource> source_;
  std::optional<absl::StatusOr<v1::StreamTimelineResponse>> current_;
  bool started_ = false;
};

}  // namespace hotline

#endif  // HOTLINE_TIMELINE_STREAM_H_
