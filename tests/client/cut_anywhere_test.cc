// Random controls and random cuts: whatever is lost on the way, the program sees one playback that keeps every promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "client/src/fake_player.h"
#include "client/src/playback_call.h"
#include "client/src/resuming_playback.h"
#include "tests/client/fake_environment.h"
#include "tests/client/playback_messages.h"

namespace hotline::tests {
namespace {

using Response = v1::PlayTimelineResponse;

// A number from 0 up to, not including, `end`.
int Draw(std::mt19937* random, int end) { return static_cast<int>((*random)() % static_cast<unsigned>(end)); }

// A call to a server that plays, over a connection that loses what was written and what was sent when it is cut.
class FragileCall : public internal::ControlledCall {
 public:
  FragileCall(internal::FakePlayer* server, std::mt19937* random, bool cuts)
      : server_(server),
        random_(random),
        writes_left_(cuts ? Draw(random, 8) : 1'000'000),
        reads_left_(cuts ? Draw(random, 12) : 1'000'000) {}

  void Write(const v1::PlayTimelineRequest& request) override {
    if (writes_left_-- <= 0) return;
    if (request.has_start()) {
      begun_ = true;
      status_ = server_->Begin(request.start());
    } else if (request.control().step() > 1 && request.control().step() <= 10) {
      StepOneByOne(request.control());
    } else {
      server_->Control(request.control());
    }
  }
  void FinishWrites() override {
    if (writes_left_ > 0) server_->HalfClose();
  }

  bool Read(Response* response, absl::Duration) override {
    if (!begun_ || reads_left_-- <= 0) status_ = absl::UnavailableError("cut");
    if (!status_.ok()) return false;
    while (server_->sent().empty() && !server_->closed()) server_->AdvanceToNext();
    if (server_->sent().empty()) return false;
    *response = std::move(server_->sent().front());
    server_->sent().pop_front();
    return true;
  }
  absl::Status status() const override { return status_; }
  void Cancel() override { status_ = absl::CancelledError("by gRPC"); }

 private:
  // So that a step can be cut in its middle: each event comes in a message of its own, and one answer behind them.
  void StepOneByOne(const v1::PlaybackControl& control) {
    v1::PlaybackControl one = control;
    one.set_step(1);
    std::deque<Response> before = std::move(server_->sent());
    server_->sent().clear();
    for (int i = 0; i < control.step(); ++i) server_->Control(one);
    int stepped = 0;
    std::optional<Response> answer;
    for (Response& response : server_->sent()) {
      if (!response.has_control_applied()) {
        before.push_back(std::move(response));
        continue;
      }
      stepped += response.control_applied().stepped();
      answer = std::move(response);
    }
    if (answer) {
      answer->mutable_control_applied()->set_stepped(stepped);
      before.push_back(*std::move(answer));
    }
    server_->sent() = std::move(before);
  }

  internal::FakePlayer* const server_;
  std::mt19937* const random_;
  // How many of either come through.
  int writes_left_;
  int reads_left_;
  bool begun_ = false;
  absl::Status status_;
};

std::vector<v1::TimelineItem> RandomItems(std::mt19937* random) {
  std::vector<v1::TimelineItem> items(static_cast<std::size_t>(Draw(random, 12)) + 1);
  std::int64_t time = 0;
  std::int64_t ordinal = 0;
  for (v1::TimelineItem& item : items) {
    time += Draw(random, 3) * 1'000;
    item.set_ordinal(ordinal++);
    item.mutable_time()->set_seconds(time);
    if (Draw(random, 3) == 0) {
      item.mutable_day_started();
    } else {
      item.mutable_event()->mutable_event()->set_name("event");
    }
  }
  items.back().mutable_end_of_timeline();
  return items;
}

v1::PlaybackControl RandomControl(std::mt19937* random) {
  v1::PlaybackControl control;
  switch (Draw(random, 10)) {
    case 0:
      control.mutable_seek_time()->set_seconds(Draw(random, 15) * 1'000);
      break;
    case 1:
      control.set_seek_event(Draw(random, 2) == 0 ? "event" : "none");
      break;
    case 2:
      control.set_seek_end(true);
      break;
    case 3:
      control.mutable_pace()->set_speed(Draw(random, 3) * 1'000);  // 0 is refused
      break;
    case 4:
      control.set_play(true);
      break;
    case 5:
      control.set_play(false);
      control.set_seek_beginning(true);
      break;
    case 6:
    case 7:
      control.set_play(false);
      break;
    default:
      control.set_step(Draw(random, 5) + 1);
  }
  return control;
}

// What the range yielded so far, held against what was asked.
class Recorder {
 public:
  void See(const Response& response) {
    EXPECT_GE(response.epoch(), epoch_);
    epoch_ = response.epoch();
    for (const v1::TimelineItem& item : response.items()) events_ += item.has_event() ? 1 : 0;
    if (!response.has_control_applied()) return;
    const v1::ControlApplied& answer = response.control_applied();
    EXPECT_EQ(answer.control_id(), ++last_answer_);
    const v1::PlaybackControl& control = asked_[static_cast<std::size_t>(answer.control_id() - 1)];
    if (control.has_step() && answer.code() == 0) {
      EXPECT_EQ(answer.stepped(), events_) << "of control " << answer.control_id();
      EXPECT_TRUE(answer.stepped() == control.step() || answer.state() == v1::PLAYBACK_STATE_ENDED);
    }
    events_ = 0;
  }
  void Ask(const v1::PlaybackControl& control) { asked_.push_back(control); }
  std::int64_t last_answer() const { return last_answer_; }
  std::int64_t asked() const { return static_cast<std::int64_t>(asked_.size()); }

 private:
  std::int64_t epoch_ = 1;
  std::int64_t last_answer_ = 0;
  // Since the last answer.
  int events_ = 0;
  std::vector<v1::PlaybackControl> asked_;
};

// Plays one schedule; returns how often it was resumed.
int PlaySchedule(unsigned seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<v1::TimelineItem> items = RandomItems(&random);
  v1::PlaybackOpened opened;
  *opened.mutable_start() = items.front().time();
  *opened.mutable_end() = items.back().time();
  internal::FakePlayer server(items, opened);
  FakeEnvironment environment;
  ConnectionOptions options;
  options.stream_retry_time = absl::Hours(24);
  bool cuts = true;
  Playback playback(std::make_unique<internal::ResumingPlayback>(v1::PlaybackStart(), options, environment.Get(), [&] {
    return std::make_unique<FragileCall>(&server, &random, cuts);
  }));
  Recorder recorder;
  const auto give = [&](const v1::PlaybackControl& control) {
    recorder.Ask(control);
    return playback.Apply(control);
  };
  std::vector<ControlAnswer> answers;
  int rounds = 100;
  for (const auto& response : playback) {
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) break;
    recorder.See(*response);
    if (--rounds > 0) {
      if (Draw(&random, 3) == 0) answers.push_back(give(RandomControl(&random)));
    } else if (rounds == 0) {
      cuts = Draw(&random, 2) == 0;
      v1::PlaybackControl stop;
      stop.set_stop(true);
      answers.push_back(give(stop));
    }
  }
  EXPECT_EQ(recorder.last_answer(), recorder.asked());
  for (const ControlAnswer& answer : answers) EXPECT_TRUE(answer.ready());
  EXPECT_EQ(playback.violations(), 0);
  return playback.resumes();
}

TEST(CutAnywhereTest, EveryControlIsAnsweredOnceAndEveryPromiseIsKept) {
  int resumes = 0;
  for (unsigned seed = 1; seed <= 300 && !::testing::Test::HasFailure(); ++seed) resumes += PlaySchedule(seed);
  EXPECT_GT(resumes, 300);
}

}  // namespace
}  // namespace hotline::tests
