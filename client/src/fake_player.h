#ifndef HOTLINE_CLIENT_SRC_FAKE_PLAYER_H_
#define HOTLINE_CLIENT_SRC_FAKE_PLAYER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::internal {

// What plays in a FakePlayback: the server's player in small, without a thread or a clock. Nothing is ever late, so
// that there is no lag to be held back for, and a step is done at once.
class FakePlayer {
 public:
  // Plays `items`, of which there is at least one; `opened` says all of the timeline.
  FakePlayer(std::vector<v1::TimelineItem> items, v1::PlaybackOpened opened)
      : items_(std::move(items)), opened_(std::move(opened)) {}

  // Begins a playback in place of the last one, whose positions stay valid. An error: the start is refused, and there
  // is none.
  absl::Status Begin(const v1::PlaybackStart& start);

  // The rest is about the playback that was begun. Nothing happens while there is none.

  void Control(const v1::PlaybackControl& control);
  void HalfClose();

  // Cuts the connection until Reconnect(): nothing is sent, the clock stands, controls wait.
  void Disconnect();
  void Reconnect();
  bool connected() const { return connected_; }

  // Lets time pass, and sends what becomes due.
  void Advance(absl::Duration duration) { AdvanceTo(now_ + duration); }
  // Lets it pass until there is something to do.
  void AdvanceToNext() { AdvanceTo(Wake()); }

  // What was sent and not taken.
  std::deque<v1::PlayTimelineResponse>& sent() { return sent_; }
  // Whether nothing more will be sent.
  bool closed() const { return closed_; }

 private:
  // What a position stands for.
  struct Place {
    std::size_t next = 0;
    absl::Time clock;
    v1::Pace pace;
    bool playing = true;
  };

  bool Ended() const { return place_.next == items_.size(); }
  bool Runs() const { return place_.playing && !Ended(); }
  v1::PlaybackState State() const;
  absl::Time TimeOf(std::size_t item) const;
  // Of the clock in the gap before the next item. Absent: unpaced.
  std::optional<double> Speed() const;
  absl::Time Clock() const;
  // Makes now the moment from which the clock is reckoned.
  void SetReference();
  // When the next item is due, and when there is anything to do at all.
  absl::Duration Due() const;
  absl::Duration Wake() const;

  absl::Status GoToStart(const v1::PlaybackStart& start, bool* clamped);
  void AdvanceTo(absl::Duration time);
  void SendWhatIsDue();
  // Sends the items up to, not including, `end`.
  void SendItems(std::size_t end);
  void SendOpened(v1::OpenedOutcome outcome, bool clamped);
  void SendClosing(v1::ClosingReason reason);
  void Send(v1::PlayTimelineResponse response);

  void Apply(const v1::PlaybackControl& control);
  void ApplyChecked(const v1::PlaybackControl& control, v1::ControlApplied* answer);
  absl::Status Check(const v1::PlaybackControl& control) const;
  absl::Status CheckEvent(const std::string& name) const;
  // Returns whether the target lay outside.
  bool Seek(absl::Time target);
  absl::Time TimeOfEvent(const std::string& name) const;
  // Returns how many events there were.
  int Step(int count);

  const std::vector<v1::TimelineItem> items_;
  const v1::PlaybackOpened opened_;

  // The clock showed `place_.clock` at `reference_`.
  Place place_;
  absl::Duration reference_;
  std::int64_t epoch_ = 1;
  absl::Duration heartbeat_interval_ = absl::Seconds(5);
  absl::Duration last_sent_;
  // When something was played or asked for.
  absl::Duration last_active_;
  bool half_closed_ = false;
  bool closed_ = true;
  bool connected_ = true;
  std::deque<v1::PlaybackControl> waiting_;
  std::deque<v1::PlayTimelineResponse> sent_;

  // Over all playbacks.
  absl::Duration now_;
  // The place behind each message, by the number in its position.
  std::vector<Place> places_;
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_FAKE_PLAYER_H_
