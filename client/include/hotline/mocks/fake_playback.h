#ifndef HOTLINE_MOCKS_FAKE_PLAYBACK_H_
#define HOTLINE_MOCKS_FAKE_PLAYBACK_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hotline/playback.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::mocks {

struct FakePlaybackOptions {
  // What `opened` says of the timeline: its zone and days, and its start and end, to which seeks are moved. An absent
  // start or end is the time of the first or the last item. The rest is filled in.
  v1::PlaybackOpened opened;

  // False: reading blocks until Advance() makes something due, so the test and the program are two threads. True:
  // reading never blocks; it lets the time pass until there is something to read. For programs of one thread.
  bool advances_when_read = false;
};

// A playback of items in memory that obeys its controls as the server does, without a server, threads or the network:
// for the tests of programs that play. Its time passes by Advance() alone.
//
//   hotline::mocks::FakePlayback fake({day, letter, end});
//   EXPECT_CALL(*connection, PlayTimeline).WillOnce([&](const auto& start) { return fake.Begin(start); });
//
// It has the server's messages, epochs, clock, pace and `longest_wait`, states, refusals with their reasons, heartbeats
// and positions. It closes where the server does: after a stop, at the end after FinishControls(), and with IDLE when
// it stood still for 30 minutes. Of `PlaybackStart` it ignores what the items are made by, `selection` and `until`, and
// both policies. It does not age and nothing is ever late.
//
// Threads: any. The playbacks may outlive it.
class FakePlayback {
 public:
  // Plays the items, whose times must not fall. Their ordinals are set here, and an end of the timeline is added where
  // none is last.
  explicit FakePlayback(std::vector<v1::TimelineItem> items, FakePlaybackOptions options = {});
  ~FakePlayback();

  // Begins a playback, which may go on from a position of an earlier one. One at a time: an earlier one is cancelled.
  Playback Begin(const v1::PlaybackStart& start = {});

  // Lets real time pass.
  void Advance(absl::Duration duration);

  // Cuts the playback off: nothing comes, the clock stands, and interruption() is `why`. Controls wait.
  void Interrupt(const absl::Status& why);
  // Takes it up again where the last message was, with another `opened`. With `advances_when_read` the next read does.
  void Resume();

  // Ends the playback with this error, behind what is still to be read.
  void Fail(const absl::Status& error);

  // The controls that were given since Begin(), in order.
  std::vector<v1::PlaybackControl> controls() const;

 private:
  class Stage;
  class Source;

  // Shared with the playbacks.
  std::shared_ptr<Stage> stage_;
};

}  // namespace hotline::mocks

#endif  // HOTLINE_MOCKS_FAKE_PLAYBACK_H_
