#include "client/cli/player/player.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"
#include "client/cli/fetch.h"
#include "client/cli/player/key_parser.h"
#include "client/cli/player/playback_feed.h"
#include "client/cli/player/player_model.h"
#include "client/cli/player/player_renderer.h"
#include "client/cli/player/screen.h"

namespace hotline::cli {
namespace {

// Between two frames while the clock runs, and how often to look for what announces itself to nobody otherwise.
constexpr absl::Duration kFrameTime = absl::Milliseconds(66);
constexpr absl::Duration kIdleTime = absl::Milliseconds(250);
// The rest of a sequence comes at once; what comes later than this was typed behind the Escape key.
constexpr absl::Duration kEscapeTime = absl::Milliseconds(100);
// So that the clock shown is never far ahead of a call that was cut, and silence is noticed soon.
constexpr absl::Duration kHeartbeatInterval = absl::Seconds(1);

SteadyTime Now() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

v1::PlaybackStart StartOf(const v1::StreamTimelineRequest& request) {
  v1::PlaybackStart start;
  *start.mutable_selection() = request.selection();
  if (!request.from_position().empty()) start.set_from_position(request.from_position());
  if (request.has_pace()) *start.mutable_pace() = request.pace();
  *start.mutable_heartbeat_interval() = ToProto(kHeartbeatInterval);
  return start;
}

// A descriptor that is closed with it.
class EventFd {
 public:
  EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~EventFd() {
    if (fd_ >= 0) close(fd_);
  }
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

// What is fetched before anything is shown.
struct Setting {
  Vocabulary vocabulary;
  Documents documents;
  KnownTimeline timeline;
};

absl::StatusOr<Setting> FetchSetting(const Session& session) {
  absl::StatusOr<Vocabulary> vocabulary = FetchVocabulary(session.client);
  if (!vocabulary.ok()) return vocabulary.status();
  absl::StatusOr<Documents> documents = FetchDocuments(session.client);
  if (!documents.ok()) return documents.status();
  absl::StatusOr<KnownTimeline> timeline = FetchTimeline(session.client, session.line.selection);
  if (!timeline.ok()) return timeline.status();
  return Setting{*std::move(vocabulary), *std::move(documents), *std::move(timeline)};
}

class Player {
 public:
  Player(const Session& session, Signals& signals, const Setting& setting)
      : session_(session),
        signals_(signals),
        vocabulary_(setting.vocabulary),
        model_(setting.timeline),
        renderer_(session.page.colour, setting.vocabulary, setting.documents, session.line.selection.audience()),
        screen_(session.output) {}

  // Plays until the user, the server or a signal ends it.
  absl::Status Run();

  bool interrupted() const { return interrupted_; }

 private:
  void Begin(const v1::PlaybackStart& start);
  void TakePlayback(SteadyTime now);
  absl::Duration Draw(SteadyTime now);
  void Wait(absl::Duration most);
  void TakeSignals();
  void TakeKeys();
  void Obey(Key key);
  void Interrupt();
  void End(absl::Status status);
  std::string Summary() const;

  const Session& session_;
  Signals& signals_;
  const Vocabulary& vocabulary_;
  PlayerModel model_;
  PlayerRenderer renderer_;
  Screen screen_;
  const EventFd wake_;
  KeyParser keys_;
  SteadyTime keys_at_ = -absl::InfiniteDuration();              // when the last of them came
  std::optional<PlaybackFeed> feed_;                            // absent while at rest
  v1::ClosingReason closing_ = v1::CLOSING_REASON_UNSPECIFIED;  // where that was the last message

  bool shown_ = false;
  SteadyTime drawn_at_ = -absl::InfiniteDuration();
  bool finishing_ = false;  // no more keys
  bool interrupted_ = false;
  std::optional<absl::Status> end_;
};

absl::Status Player::Run() {
  if (signals_.fd() < 0 || wake_.get() < 0) {
    return absl::ResourceExhaustedError("no file descriptor is left to wait for signals");
  }
  Begin(StartOf(session_.line.playback));
  while (!end_) {
    const SteadyTime now = Now();
    TakePlayback(now);
    if (!end_) Wait(Draw(now));
  }
  screen_.Release();
  // From here on a signal ends the program as it does any. One that came meanwhile wanted what is being done.
  while (signals_.Next()) {
  }
  signals_.Release();
  const PlayerView view = model_.View(Now());
  const bool ended = view.state == PlayerState::kEnded;
  if (view.state != PlayerState::kConnecting) {
    session_.output.Write(Summary());
    if (!ended && (end_->ok() || MayGoOn(*end_))) TellPosition(session_, model_.position());
  }
  feed_.reset();
  return *end_;
}

void Player::Begin(const v1::PlaybackStart& start) { feed_.emplace(session_.client.PlayTimeline(start), wake_.get()); }

void Player::TakePlayback(SteadyTime now) {
  if (!feed_) return;
  for (const v1::PlayTimelineResponse& message : feed_->Take()) {
    model_.OnMessage(message, now);
    closing_ = message.closing().reason();
  }
  model_.OnInterruption(feed_->playback().interruption(), now);
  const std::optional<absl::Status> ended = feed_->Ended();
  if (!ended) return;
  if (!ended->ok() || finishing_ || closing_ != v1::CLOSING_REASON_IDLE) return End(*ended);
  model_.OnRest(now);
  feed_.reset();
}

absl::Duration Player::Draw(SteadyTime now) {
  if (now - drawn_at_ < kFrameTime) return drawn_at_ + kFrameTime - now;
  const PlayerView view = model_.View(now);
  // A playback that is refused leaves the screen alone.
  const bool something = view.state != PlayerState::kConnecting || view.notice;
  if (something && !shown_) {
    const absl::Status status = screen_.Take();
    if (!status.ok()) End(status);
    shown_ = true;
  }
  if (shown_) {
    const ScreenSize size = Screen::Size();
    screen_.Show(renderer_.Render(view, size), size);
    drawn_at_ = now;
  }
  if (session_.output.error() != 0) End(absl::OkStatus());
  return model_.Running() ? kFrameTime : kIdleTime;
}

void Player::Wait(absl::Duration most) {
  if (end_) return;
  std::array<pollfd, 3> sources = {{{STDIN_FILENO, POLLIN, 0}, {signals_.fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
  const int ready = poll(sources.data(), sources.size(),
                         static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(most, absl::Milliseconds(1)))));
  if (ready < 0 && errno != EINTR) return End(absl::InternalError(absl::StrCat("poll: ", std::strerror(errno))));
  if (ready < 0) return;
  if (sources[1].revents != 0) TakeSignals();
  if (sources[2].revents != 0) {
    eventfd_t count = 0;
    eventfd_read(wake_.get(), &count);
  }
  if ((sources[0].revents & POLLIN) != 0 && (sources[0].revents & POLLHUP) == 0) {
    TakeKeys();
  } else if (sources[0].revents != 0) {
    Interrupt();  // the terminal has gone
  }
}

void Player::TakeSignals() {
  while (const std::optional<int> signal = signals_.Next()) {
    if (*signal == SIGTSTP) {
      screen_.Release();
      signals_.Stop();
    }
    if (*signal == SIGTSTP || *signal == SIGCONT) {
      // Who let it go on may have left the terminal in any state.
      shown_ = false;
    } else if (*signal != SIGWINCH) {
      Interrupt();
    }
  }
  drawn_at_ = -absl::InfiniteDuration();
}

void Player::TakeKeys() {
  std::array<char, 256> bytes;
  const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count < 0) return Interrupt();
  // Ctrl-D that was typed before the terminal was taken over.
  if (count == 0) return Obey(Key::kNoMoreKeys);
  const SteadyTime now = Now();
  if (now - keys_at_ > kEscapeTime) keys_.Reset();
  keys_at_ = now;
  for (const Key key : keys_.Parse({bytes.data(), static_cast<std::size_t>(count)})) Obey(key);
}

void Player::Obey(Key key) {
  if (key == Key::kQuit) return End(absl::OkStatus());
  if (key == Key::kRedraw) {
    shown_ = false;
    return;
  }
  if (finishing_) return;
  const SteadyTime now = Now();
  if (key == Key::kNoMoreKeys) {
    if (!feed_) return End(absl::OkStatus());
    finishing_ = true;
    feed_->playback().FinishControls();
  }
  if (!feed_) {
    v1::PlaybackStart start = StartOf(session_.line.playback);
    start.set_from_position(model_.position());
    start.clear_pace();
    Begin(start);
    model_.OnNewPlayback(now);
  }
  const std::optional<v1::PlaybackControl> control = model_.OnKey(key, now);
  if (control) feed_->playback().Apply(*control);
}

void Player::Interrupt() {
  interrupted_ = true;
  End(absl::OkStatus());
}

void Player::End(absl::Status status) {
  if (!end_) end_ = std::move(status);
}

std::string Player::Summary() const {
  const PlayerView view = model_.View(Now());
  std::string text = view.state == PlayerState::kEnded ? "Ended" : "Stopped";
  const char* before = " at ";
  for (const Capital& capital : vocabulary_.capitals()) {
    absl::StrAppend(&text, before, absl::FormatTime("%H:%M on ", view.clock, capital.zone),
                    LongDay(absl::ToCivilDay(view.clock, capital.zone)), " in ", capital.name);
    before = ", ";
  }
  if (view.events_played) {
    absl::StrAppend(&text, ", after ", *view.events_played, " of ", Counted(view.opened.event_count(), "event"));
  }
  return text + ".\n";
}

}  // namespace

PlayerEnd RunPlayer(const Session& session, Signals& signals) {
  // Nothing is shown yet: meanwhile signals do what they do to any program. They do not to other threads, and so those
  // that gRPC starts have to be started from one.
  absl::StatusOr<Setting> setting = absl::UnknownError("");
  std::thread fetching([&] { setting = FetchSetting(session); });
  signals.Release();
  fetching.join();
  if (!setting.ok()) return {setting.status()};
  signals.Catch();
  Player player(session, signals, *setting);
  const absl::Status status = player.Run();
  return {status, player.interrupted()};
}

}  // namespace hotline::cli
