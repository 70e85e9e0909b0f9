// Controls that reach a playback in the middle of a long wait.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "hotline/v1/timeline_service.pb.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"
#include "tests/bench/scenarios.h"

namespace hotline::bench {
namespace {

constexpr int kEvents = 1000;  // all within the first day
constexpr absl::Duration kOpenTimeout = absl::Seconds(60);
constexpr absl::Duration kCloseTimeout = absl::Seconds(60);
constexpr absl::Duration kAnswerTimeout = absl::Seconds(10);

// The playbacks begin an hour into a day without events, at the slowest speed: the next item, the marker of the day
// after, is due in 96 days.
constexpr char kLastDay[] = "1962-01-10";
constexpr std::int64_t kOneOClockOnTheSecondDay = -252'370'800;  // Unix seconds
constexpr absl::Duration kHistoryToNextItem = absl::Hours(23);
constexpr double kSlowest = 0.01;

// Passes what a playback gets from gRPC's threads to the one that sends controls.
class Inbox {
 public:
  void Put(const Response& response) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (response.content == Response::Content::kControlApplied) answer_ = {SteadyNow(), response};
    if (response.items > 0 && !item_.has_value()) item_ = {SteadyNow(), response};
  }
  struct Arrival {
    absl::Duration at;
    Response response;
  };
  // The answer to the control with this id.
  absl::StatusOr<Arrival> AwaitAnswer(std::int64_t control_id) ABSL_LOCKS_EXCLUDED(mutex_) {
    const auto is_there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return answer_.has_value() && answer_->response.control_id == control_id;
    };
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&is_there), kAnswerTimeout)) {
      return absl::DeadlineExceededError(absl::StrCat("no answer to control ", control_id));
    }
    if (answer_->response.control_code != 0) {
      return absl::InternalError(
          absl::StrCat("control ", control_id, " was refused: ", answer_->response.control_code));
    }
    return *answer_;
  }
  // The first message with items since the last call.
  absl::StatusOr<Arrival> TakeItem() ABSL_LOCKS_EXCLUDED(mutex_) {
    const auto is_there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return item_.has_value(); };
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&is_there), kAnswerTimeout)) {
      return absl::DeadlineExceededError("no item after a change of pace");
    }
    const Arrival arrival = *item_;
    item_.reset();
    return arrival;
  }

 private:
  absl::Mutex mutex_;
  std::optional<Arrival> answer_ ABSL_GUARDED_BY(mutex_);
  std::optional<Arrival> item_ ABSL_GUARDED_BY(mutex_);
};

// Playbacks in a long wait, and what they answer.
class Waiting {
 public:
  Waiting(Load* load, int playbacks) {
    v1::PlayTimelineRequest request;
    v1::PlaybackStart* start = request.mutable_start();
    start->mutable_selection()->set_last_day(kLastDay);
    start->mutable_from_time()->set_seconds(kOneOClockOnTheSecondDay);
    start->mutable_pace()->set_speed(kSlowest);
    for (int i = 0; i < playbacks; ++i) {
      Each& each = each_.emplace_back(Each{std::make_unique<Inbox>(), nullptr, 0});
      PlaybackCall::Options options;
      options.method = kPlayTimeline;
      options.sends_controls = true;
      options.on_response = [inbox = each.inbox.get()](const Response& response) { inbox->Put(response); };
      each.call = &load->Start(request, options);
    }
  }

  Inbox& inbox(std::size_t playback) { return *each_[playback].inbox; }

  // Sends a control and waits for its answer. Returns how long that took.
  absl::StatusOr<absl::Duration> Ask(std::size_t playback, v1::PlaybackControl control) {
    Each& each = each_[playback];
    control.set_control_id(++each.last_control_id);
    v1::PlayTimelineRequest request;
    *request.mutable_control() = std::move(control);
    const absl::Duration sent_at = SteadyNow();
    each.call->Send(request);
    const absl::StatusOr<Inbox::Arrival> answer = each.inbox->AwaitAnswer(each.last_control_id);
    if (!answer.ok()) return answer.status();
    return answer->at - sent_at;
  }

 private:
  struct Each {
    std::unique_ptr<Inbox> inbox;
    PlaybackCall* call;
    std::int64_t last_control_id;
  };
  std::vector<Each> each_;
};

v1::PlaybackControl Play(bool play) {
  v1::PlaybackControl control;
  control.set_play(play);
  return control;
}

v1::PlaybackControl Speed(double speed) {
  v1::PlaybackControl control;
  control.mutable_pace()->set_speed(speed);
  return control;
}

struct Figures {
  std::vector<absl::Duration> pause;
  std::vector<absl::Duration> play;
  std::vector<absl::Duration> pace;
  std::vector<absl::Duration> item_late_by;  // as the server says
  std::vector<absl::Duration> item_late;     // as the client sees it, from the sending of the control on
};

// Pauses a playback and lets it play on.
absl::Status PauseAndPlay(Waiting& waiting, std::size_t playback, Figures* figures) {
  const absl::StatusOr<absl::Duration> paused = waiting.Ask(playback, Play(false));
  if (!paused.ok()) return paused.status();
  const absl::StatusOr<absl::Duration> played = waiting.Ask(playback, Play(true));
  if (!played.ok()) return played.status();
  figures->pause.push_back(*paused);
  figures->play.push_back(*played);
  return absl::OkStatus();
}

// Raises the speed so that the next item is due after `wait`, waits for it, and lowers the speed again.
absl::Status HurryToNextItem(Waiting& waiting, std::size_t playback, absl::Duration wait, Figures* figures) {
  const absl::Duration sent_at = SteadyNow();
  const absl::StatusOr<absl::Duration> pace =
      waiting.Ask(playback, Speed(absl::FDivDuration(kHistoryToNextItem, wait)));
  if (!pace.ok()) return pace.status();
  const absl::StatusOr<Inbox::Arrival> item = waiting.inbox(playback).TakeItem();
  if (!item.ok()) return item.status();
  figures->pace.push_back(*pace);
  figures->item_late_by.push_back(item->response.late_by.value_or(absl::ZeroDuration()));
  figures->item_late.push_back(item->at - sent_at - wait);
  return waiting.Ask(playback, Speed(kSlowest)).status();
}

}  // namespace

absl::StatusOr<std::string> RunPause(const BenchOptions& options) {
  const int playbacks = options.Playbacks(5000, 20);
  const std::size_t controls = options.smoke ? 20 : 2000;
  const std::size_t hurries = options.smoke ? 5 : 100;
  constexpr absl::Duration kWait = absl::Milliseconds(100);
  const absl::StatusOr<std::unique_ptr<Rig>> rig = Rig::Start(options, kEvents);
  if (!rig.ok()) return rig.status();
  Load& load = (*rig)->load();
  Waiting waiting(&load, playbacks);
  if (absl::Status status = load.AwaitOpened(kOpenTimeout); !status.ok()) return status;

  Figures figures;
  const auto some = [&](std::size_t i) { return i * 617 % static_cast<std::size_t>(playbacks); };
  const CpuWindow window((*rig)->server());
  for (std::size_t i = 0; i < controls; ++i) {
    if (absl::Status status = PauseAndPlay(waiting, some(i), &figures); !status.ok()) return status;
  }
  const CpuWindow::Used used = window.SoFar();
  for (std::size_t i = 0; i < hurries && i < static_cast<std::size_t>(playbacks); ++i) {
    if (absl::Status status = HurryToNextItem(waiting, i, kWait, &figures); !status.ok()) return status;
  }
  if (absl::Status status = load.CancelAll(kCloseTimeout); !status.ok()) return status;

  Report report(
      absl::StrFormat("pause: %d playbacks in a wait of 96 days; one after the other is paused and played, %d times",
                      playbacks, controls));
  report.AddPercentiles("pause answered after", figures.pause, AtMost(10));
  report.AddPercentiles("play answered after", figures.play, AtMost(10));
  report.AddPercentiles("change of pace answered after", figures.pace, AtMost(10));
  report.AddPercentiles("item that is due 100 ms after it: late_by", figures.item_late_by);
  report.AddPercentiles("the same, from send to receipt: late", figures.item_late);
  report.Add("server CPU a control", absl::ToDoubleMicroseconds(used.server / static_cast<std::int64_t>(2 * controls)),
             "us");
  if (absl::Status status = (*rig)->Stop(); !status.ok()) return status;
  return report.ToString();
}

}  // namespace hotline::bench
