#include "hotline/mocks/fake_playback.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/src/fake_player.h"

namespace hotline::mocks {
namespace {

std::vector<v1::TimelineItem> WithOrdinalsAndEnd(std::vector<v1::TimelineItem> items) {
  if (items.empty() || !items.back().has_end_of_timeline()) {
    v1::TimelineItem end;
    end.mutable_end_of_timeline();
    *end.mutable_time() = items.empty() ? google::protobuf::Timestamp() : items.back().time();
    items.push_back(std::move(end));
  }
  std::int64_t ordinal = 0;
  for (v1::TimelineItem& item : items) item.set_ordinal(ordinal++);
  return items;
}

// Fills in what `opened` says of the whole timeline.
v1::PlaybackOpened Describe(v1::PlaybackOpened opened, const std::vector<v1::TimelineItem>& items) {
  if (!opened.has_start()) *opened.mutable_start() = items.front().time();
  if (!opened.has_end()) *opened.mutable_end() = items.back().time();
  opened.set_item_count(static_cast<std::int64_t>(items.size()));
  opened.set_event_count(
      std::count_if(items.begin(), items.end(), [](const v1::TimelineItem& item) { return item.has_event(); }));
  return opened;
}

}  // namespace

// What the fake and its playbacks share.
struct FakePlayback::Stage {
  Stage(const std::vector<v1::TimelineItem>& items, const FakePlaybackOptions& options)
      : advances_when_read(options.advances_when_read), player(items, Describe(options.opened, items)) {}

  void Resume() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    if (player.connected()) return;
    player.Reconnect();
    interruption.reset();
    ++resumes;
  }

  const bool advances_when_read;
  absl::Mutex mu;
  // How many playbacks were begun. The rest is about the last of them.
  int begun ABSL_GUARDED_BY(mu) = 0;
  internal::FakePlayer player ABSL_GUARDED_BY(mu);
  std::vector<v1::PlaybackControl> controls ABSL_GUARDED_BY(mu);
  bool cancelled ABSL_GUARDED_BY(mu) = false;
  // Not OK: how it ends behind what was sent.
  absl::Status error ABSL_GUARDED_BY(mu);
  std::optional<absl::Status> interruption ABSL_GUARDED_BY(mu);
  int resumes ABSL_GUARDED_BY(mu) = 0;
};

// One playback's end of the stage. Deaf and dumb once another one was begun.
class FakePlayback::Source : public PlaybackSource {
 public:
  Source(std::shared_ptr<Stage> stage, int number) : stage_(std::move(stage)), number_(number) {}

  std::optional<absl::StatusOr<v1::PlayTimelineResponse>> Next() override {
    absl::MutexLock lock(&stage_->mu);
    const auto settled = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(stage_->mu) {
      return !IsOnStage() || stage_->cancelled || !stage_->player.sent().empty() || !stage_->error.ok() ||
             stage_->player.closed();
    };
    while (stage_->advances_when_read && !settled()) {
      stage_->Resume();
      stage_->player.AdvanceToNext();
    }
    stage_->mu.Await(absl::Condition(&settled));
    const bool complete = stage_->player.closed() && stage_->player.sent().empty();
    if (!IsOnStage() || (stage_->cancelled && !complete)) return absl::CancelledError("cancelled by the program");
    if (!stage_->player.sent().empty()) {
      v1::PlayTimelineResponse response = std::move(stage_->player.sent().front());
      stage_->player.sent().pop_front();
      return response;
    }
    if (!stage_->error.ok()) return stage_->error;
    return std::nullopt;
  }

  void Send(const v1::PlaybackControl& control) override {
    absl::MutexLock lock(&stage_->mu);
    if (!IsOnStage()) return;
    stage_->controls.push_back(control);
    stage_->player.Control(control);
  }
  void FinishControls() override {
    absl::MutexLock lock(&stage_->mu);
    if (IsOnStage()) stage_->player.HalfClose();
  }
  void Cancel() override {
    absl::MutexLock lock(&stage_->mu);
    if (IsOnStage()) stage_->cancelled = true;
  }

  int resumes() const override {
    absl::MutexLock lock(&stage_->mu);
    return IsOnStage() ? stage_->resumes : 0;
  }
  int violations() const override { return 0; }
  std::optional<absl::Status> interruption() const override {
    absl::MutexLock lock(&stage_->mu);
    return IsOnStage() ? stage_->interruption : std::nullopt;
  }

 private:
  bool IsOnStage() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(stage_->mu) { return stage_->begun == number_; }

  const std::shared_ptr<Stage> stage_;
  const int number_;
};

FakePlayback::FakePlayback(std::vector<v1::TimelineItem> items, FakePlaybackOptions options)
    : stage_(std::make_shared<Stage>(WithOrdinalsAndEnd(std::move(items)), options)) {}

FakePlayback::~FakePlayback() = default;

Playback FakePlayback::Begin(const v1::PlaybackStart& start) {
  absl::MutexLock lock(&stage_->mu);
  stage_->error = stage_->player.Begin(start);
  stage_->controls.clear();
  stage_->cancelled = false;
  stage_->interruption.reset();
  stage_->resumes = 0;
  return Playback(std::make_unique<Source>(stage_, ++stage_->begun));
}

void FakePlayback::Advance(absl::Duration duration) {
  absl::MutexLock lock(&stage_->mu);
  stage_->player.Advance(duration);
}

void FakePlayback::Interrupt(const absl::Status& why) {
  absl::MutexLock lock(&stage_->mu);
  stage_->player.Disconnect();
  if (!stage_->player.connected()) stage_->interruption = why;
}

void FakePlayback::Resume() {
  absl::MutexLock lock(&stage_->mu);
  stage_->Resume();
}

void FakePlayback::Fail(const absl::Status& error) {
  absl::MutexLock lock(&stage_->mu);
  stage_->error = error;
  stage_->interruption.reset();
  stage_->player.Disconnect();
}

std::vector<v1::PlaybackControl> FakePlayback::controls() const {
  absl::MutexLock lock(&stage_->mu);
  return stage_->controls;
}

}  // namespace hotline::mocks
