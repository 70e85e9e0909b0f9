#ifndef HOTLINE_PLAYBACK_H_
#define HOTLINE_PLAYBACK_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hotline/range_iterator.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline {

namespace internal {
struct AwaitedAnswer;
class PlaybackReader;
}  // namespace internal

// Where a Playback gets its messages and sends its controls: the SDK's own loop that resumes, or a stand-in in a
// program's tests (mocks/mock_connection.h, mocks/fake_playback.h). Programs that only play need not know it.
class PlaybackSource {
 public:
  virtual ~PlaybackSource() = default;

  // Blocks until the next message or an error. Absent: the playback is complete. Called by one thread at a time, and
  // not again after an error or the end.
  virtual std::optional<absl::StatusOr<v1::PlayTimelineResponse>> Next() = 0;

  // Sends a control, with an id higher than the last. Does not block. Any thread, also during Next(), but one at a time
  // in this and in FinishControls(). Not called behind FinishControls().
  virtual void Send(const v1::PlaybackControl& control) = 0;

  // As in Playback. At most once.
  virtual void FinishControls() = 0;

  // Makes Next() return CANCELLED soon, now and later. Any thread, any number of times.
  virtual void Cancel() = 0;

  // As in Playback.
  virtual int resumes() const = 0;
  virtual int violations() const = 0;
  virtual std::optional<absl::Status> interruption() const = 0;
};

// The answer to one control, like a future. May be dropped where it does not matter, and may outlive its Playback.
// Copies share the answer. Threads: any number at once.
class ControlAnswer {
 public:
  // True once Get() would not block. Somebody has to read the playback for that to come about.
  bool ready() const;

  // Blocks until the answer has come: the message that carried `control_applied`, with the clock, epoch and position
  // behind the control. May be called again.
  //
  // While nobody else reads the playback this does, and keeps what comes before the answer for whoever iterates. So
  // `playback.Pause().Get()` works in a program of one thread as well as beside a thread that iterates. A program that
  // never iterates keeps everything that it reads so.
  //
  // Errors: a control that the server refused has the code, message and ErrorInfo reason (error.h) of its refusal, and
  // changed nothing. If the playback ended first: its error, FAILED_PRECONDITION if it ended without one, CANCELLED if
  // it was destroyed.
  absl::StatusOr<v1::PlayTimelineResponse> Get() const;

 private:
  friend class Playback;
  ControlAnswer(std::shared_ptr<internal::PlaybackReader> reader, std::shared_ptr<internal::AwaitedAnswer> awaited)
      : reader_(std::move(reader)), awaited_(std::move(awaited)) {}

  std::shared_ptr<internal::PlaybackReader> reader_;
  std::shared_ptr<internal::AwaitedAnswer> awaited_;
};

// One playback under control, as an input range of absl::StatusOr<v1::PlayTimelineResponse>:
//
//   hotline::Playback playback = client.PlayTimeline();
//   for (absl::StatusOr<v1::PlayTimelineResponse>& response : playback) { ... }   // one thread reads,
//   absl::StatusOr<v1::PlayTimelineResponse> answer = playback.Pause().Get();     // another one, or the same, controls
//
// The range yields what the server sends: `opened`, then items, heartbeats and the answers to the controls, at last
// `closing`. Items before a control's answer belong to the state before it, items behind it to the state after it.
// Every seek that was applied opens a new epoch; within an epoch ordinals rise by one, none repeated, none missing, and
// the clock never falls.
//
// The playback resumes by itself, when and as TimelineStream does; its range then yields another `opened`. That call
// goes on with the epoch that was under way, whatever number the server gave it; only where it CONTINUED in another
// revision does it open a new one. So epochs rise over the whole playback. Controls without an answer are sent again
// before any newer one, and each is answered exactly once: `stepped` counts the events from before the cut too, and
// `no_change` may be true of a control that took effect just before the cut.
//
// An error is yielded once and ends the range, as in TimelineStream; a range that ends without one is complete: it was
// stopped, it came to its end after FinishControls(), or the server closed it because it stood still for 30 minutes
// (IDLE: play from the last position when the user comes back). At the end of history a playback does not end: it
// stays ENDED, where it can be sought.
//
// A call is begun, read and resumed only while somebody reads: iterates, or waits in ControlAnswer::Get(). Controls may
// be given before; they are sent when the call begins.
//
// Threads: one thread iterates, and it blocks meanwhile; everything else may be called from any number at once, while
// the playback lives and is not being moved. Lifetime: independent of the Client and Connection that made it.
// Destruction cancels the call, and returns when gRPC has let go of it.
class Playback {
 public:
  using Iterator = RangeIterator<Playback, absl::StatusOr<v1::PlayTimelineResponse>>;

  explicit Playback(std::unique_ptr<PlaybackSource> source);
  Playback(Playback&&) noexcept = default;
  Playback& operator=(Playback&& other) noexcept;
  ~Playback();

  // Reads the first message when called for the first time, and does not go back when called again.
  Iterator begin();
  Iterator end() { return Iterator(); }

  // The controls. None blocks; they take effect in the order of the calls, and the library numbers them. The server
  // checks them: what it refuses changes nothing, and the playback goes on.

  // Makes the clock run, or stand.
  ControlAnswer Play();
  ControlAnswer Pause();

  // Sets the clock; the next item is the first at or after it. It goes on running, or standing. Outside the timeline, a
  // time is moved to the nearer end (`clamped`).
  ControlAnswer Seek(absl::Time time);
  // To the time of the event of this name, "documents/kk-08/events/2".
  ControlAnswer SeekToEvent(const std::string& name);
  ControlAnswer SeekToBeginning();
  ControlAnswer SeekToEnd();

  // How fast from now on. Replaces the pace as a whole, `longest_wait` too.
  ControlAnswer SetPace(const v1::Pace& pace);

  // While paused, sends so many events, 1 to 1,000, with the day markers on the way; the answer comes behind them and
  // says how many there were. Controls given later wait for it.
  ControlAnswer Step(int events = 1);

  // Ends the playback.
  ControlAnswer Stop();

  // Changes nothing: the answer says how things stand.
  ControlAnswer ReportState();

  // Several as one, as PlaybackControl says; `control_id` is overwritten. If a control that both pauses and steps is
  // cut off from its answer, events that were on their way when it was given count as stepped.
  ControlAnswer Apply(v1::PlaybackControl control);

  // Says that no control follows: the playback runs on to its end and closes, or closes at once if it stands. A control
  // given later gets FAILED_PRECONDITION and is not sent.
  void FinishControls();

  // Ends the playback. Whoever reads gets CANCELLED soon, unless the playback is complete already.
  void Cancel();

  // How often a new call took the playback up again. Calls that failed before their first message do not count.
  int resumes() const;

  // How often the server broke its word: an ordinal that was not one higher than the last, a clock that fell, an epoch
  // that no seek opened, an answer out of order, an item while paused, a call that does not begin with `opened`. 0 from
  // a server that works.
  int violations() const;

  // While a cut playback, or one that could not be opened, waits to be taken up again: why, as the last error. Absent
  // while a call works, and when there will be no other.
  std::optional<absl::Status> interruption() const;

 private:
  friend Iterator;

  // Makes `current_` the next message, or absent at the end.
  void Advance();

  // Shared with the answers. Null after a move.
  std::shared_ptr<internal::PlaybackReader> reader_;
  std::optional<absl::StatusOr<v1::PlayTimelineResponse>> current_;
  bool started_ = false;
};

}  // namespace hotline

#endif  // HOTLINE_PLAYBACK_H_
