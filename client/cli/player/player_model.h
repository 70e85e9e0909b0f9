#ifndef HOTLINE_CLIENT_CLI_PLAYER_PLAYER_MODEL_H_
#define HOTLINE_CLIENT_CLI_PLAYER_PLAYER_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/player/key_parser.h"
#include "client/cli/text_layout.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::cli {

// A reading of a clock of this machine that never jumps: the time since an origin that all readings share.
using SteadyTime = absl::Duration;

// What is known of a timeline before it is played.
struct KnownTimeline {
  std::string revision;
  // All of them in order, or none where they are too many.
  std::vector<v1::TimelineItem> items;
  // In place of the items, in the middle of which days something happens.
  std::vector<absl::Time> eventful_days;
};

enum class PlayerState {
  kConnecting,    // nothing came yet
  kPlaying,       // the clock runs
  kPaused,        // the clock stands
  kEnded,         // everything was played
  kSilent,        // the server should have said something by now
  kReconnecting,  // the call was cut, and the library tries to take the playback up again
  kResting,       // the server closed what had stood still for long; the next key begins a new call
};

// What a viewer should be told.
struct Notice {
  Role role = Role::kPlain;
  std::string text;
};

// What to show at one moment.
struct PlayerView {
  PlayerState state = PlayerState::kConnecting;
  // Of the last call; empty while kConnecting.
  v1::PlaybackOpened opened;
  absl::Time clock;
  v1::Pace pace;
  // What happened before the clock is the first `played` of `items`: all of the timeline, or where that is too long
  // what came since the last jump. `generation` changes when `items` is another list than before, not when it grows.
  const std::vector<v1::TimelineItem>* items = nullptr;
  std::size_t played = 0;
  std::int64_t generation = 0;
  // Whether `items` has all of the timeline.
  bool complete = false;
  // How many events happened before the clock; absent where `items` does not tell.
  std::optional<std::int64_t> events_played;
  const std::vector<absl::Time>* eventful_days = nullptr;
  std::optional<Notice> notice;
};

// The player without terminal and network: what the server's messages, the keys and the time that passes come to.
//
// Between two messages it works out the clock by the pace. The clock shown never passes an item that has not come, and
// never falls within an epoch.
//
// Threads: none of its own; calls must not overlap. `now` must not fall from call to call.
class PlayerModel {
 public:
  explicit PlayerModel(KnownTimeline known);

  void OnMessage(const v1::PlayTimelineResponse& message, SteadyTime now);

  // Why the playback is cut off, as long as it is.
  void OnInterruption(const std::optional<absl::Status>& why, SteadyTime now);

  // The playback ended because it stood still.
  void OnRest(SteadyTime now);

  // Another playback goes on from position(): its messages follow.
  void OnNewPlayback(SteadyTime now);

  // The control that a key asks for. Absent where the key is none of these, or asks for what cannot be. The answers
  // that OnMessage() gets are those to these controls, in order.
  std::optional<v1::PlaybackControl> OnKey(Key key, SteadyTime now);

  // Valid until the next call that is not const.
  PlayerView View(SteadyTime now) const;

  // Whether the clock runs, so that the view differs from moment to moment.
  bool Running() const;

  // When a notice is over; InfiniteDuration() where there is none.
  SteadyTime NoticeEnds() const { return notice_ ? notice_ends_ : absl::InfiniteDuration(); }

  // From which to go on; empty until the first message.
  const std::string& position() const { return position_; }

 private:
  void OnOpened(const v1::PlayTimelineResponse& message, SteadyTime now);
  void OnAnswer(const v1::ControlApplied& answer, SteadyTime now);
  void OnItems(const v1::PlayTimelineResponse& message);
  void OnState(v1::PlaybackState state);
  void JumpTo(std::int64_t ordinal);

  bool Ended() const { return next_ >= opened_.item_count(); }
  PlayerState State(SteadyTime now) const;
  absl::Time Clock(SteadyTime now) const;
  double Speed() const;

  // What will be when the controls that are under way have been applied.
  bool WillPlay() const;
  bool WillHaveEnded() const;
  absl::Time WillBeAt(SteadyTime now) const;
  const v1::Pace& WillHavePace() const;

  v1::PlaybackControl SeekBy(absl::Duration duration, int days, SteadyTime now) const;
  std::optional<v1::PlaybackControl> ScalePace(double factor, SteadyTime now);

  void Tell(Role role, std::string text, SteadyTime now);
  std::optional<Notice> NoticeAt(SteadyTime now) const;

  KnownTimeline known_;
  bool complete_;
  std::int64_t generation_ = 0;

  v1::PlaybackOpened opened_;
  bool has_opened_ = false;
  absl::TimeZone zone_;
  std::int64_t epoch_ = 0;
  std::int64_t next_ = 0;  // ordinal of the item that comes next
  bool playing_ = true;
  v1::Pace pace_;
  std::string position_;
  std::deque<v1::PlaybackControl> unanswered_;

  // The last message came at `message_at_` and said `message_clock_`; the clock shown is not below `floor_`.
  SteadyTime message_at_;
  absl::Time message_clock_;
  absl::Time floor_;

  std::optional<absl::Status> interruption_;
  std::optional<SteadyTime> cut_at_;
  int resumes_ = 0;
  bool resting_ = false;
  bool begun_anew_ = false;  // the next `opened` is that of another playback, not of a resume

  std::optional<Notice> notice_;
  SteadyTime notice_ends_;
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_PLAYER_MODEL_H_
