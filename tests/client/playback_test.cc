#include "hotline/playback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "hotline/mocks/fake_playback.h"
#include "hotline/mocks/mock_connection.h"
#include "tests/client/playback_messages.h"
#include "tests/client/timeline_messages.h"
#include "tests/support/status_matchers.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

using Response = v1::PlayTimelineResponse;

// Yields what the test feeds it, and says whether somebody reads.
class FedSource : public mocks::ListPlaybackSource {
 public:
  FedSource() : ListPlaybackSource({}, absl::OkStatus()) {}

  // Absent: the end.
  void Feed(std::optional<Response> response) {
    absl::MutexLock lock(&mu_);
    fed_.push_back(std::move(response));
  }
  void WaitForReader() {
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&reading_));
  }

  std::optional<absl::StatusOr<Response>> Next() override {
    absl::MutexLock lock(&mu_);
    reading_ = true;
    const auto fed = [this] { return !fed_.empty(); };
    mu_.Await(absl::Condition(&fed));
    reading_ = false;
    const std::optional<Response> next = std::move(fed_.front());
    fed_.pop_front();
    if (!next) return std::nullopt;
    return *next;
  }

 private:
  absl::Mutex mu_;
  bool reading_ = false;
  std::deque<std::optional<Response>> fed_;
};

// Lets a thread come as far as it can. It need not, for the test to be right.
void Yield() {
  for (int i = 0; i < 100; ++i) std::this_thread::yield();
}

// A paused playback of one event.
class PlaybackTest : public ::testing::Test {
 protected:
  static std::vector<v1::TimelineItem> Items() {
    v1::TimelineItem item;
    item.mutable_event()->mutable_event()->set_name("a");
    item.mutable_time()->set_seconds(10);
    return {item};
  }
  static v1::PlaybackStart Paused() {
    v1::PlaybackStart start;
    start.set_start_paused(true);
    return start;
  }

  mocks::FakePlayback fake_{Items()};
  Playback playback_ = fake_.Begin(Paused());
};

TEST_F(PlaybackTest, EachControlSaysWhatItIsNamed) {
  v1::Pace pace;
  pace.set_unpaced(true);
  v1::PlaybackControl several;
  several.set_control_id(77);
  several.set_play(false);
  several.set_seek_end(true);
  playback_.Play();
  playback_.Pause();
  playback_.Seek(absl::FromUnixNanos(-1));
  playback_.SeekToEvent("documents/kk-08/events/2");
  playback_.SeekToBeginning();
  playback_.SeekToEnd();
  playback_.SetPace(pace);
  playback_.Step(3);
  playback_.ReportState();
  playback_.Apply(several);
  playback_.Stop();
  std::vector<std::string> controls;
  for (const v1::PlaybackControl& control : fake_.controls()) controls.push_back(control.ShortDebugString());
  EXPECT_THAT(controls, ElementsAre("control_id: 1 play: true", "control_id: 2 play: false",
                                    "control_id: 3 seek_time { seconds: -1 nanos: 999999999 }",
                                    "control_id: 4 seek_event: \"documents/kk-08/events/2\"",
                                    "control_id: 5 seek_beginning: true", "control_id: 6 seek_end: true",
                                    "control_id: 7 pace { unpaced: true }", "control_id: 8 step: 3", "control_id: 9",
                                    "control_id: 10 seek_end: true play: false", "control_id: 11 stop: true"));
}

TEST_F(PlaybackTest, ATimeThatNoTimestampCanCarryIsMovedToTheNearestThatOneCan) {
  playback_.Seek(absl::InfinitePast());
  playback_.Seek(absl::InfiniteFuture());
  const auto controls = fake_.controls();
  EXPECT_EQ(controls[0].seek_time().seconds(), -62135596800);
  EXPECT_EQ(controls[0].seek_time().nanos(), 0);
  EXPECT_EQ(controls[1].seek_time().seconds(), 253402300799);
  EXPECT_EQ(controls[1].seek_time().nanos(), 999999999);
}

TEST_F(PlaybackTest, GetReadsWhatNobodyElseReadsAndKeepsItForTheRange) {
  const ControlAnswer step = playback_.Step();
  const ControlAnswer report = playback_.ReportState();
  EXPECT_FALSE(step.ready());
  EXPECT_EQ(Describe(step.Get()), "1@10: answer 1 paused stepped 1");
  EXPECT_TRUE(step.ready());
  EXPECT_FALSE(report.ready());
  EXPECT_EQ(Describe(step.Get()), "1@10: answer 1 paused stepped 1");
  MessageReader reader(playback_);
  EXPECT_THAT(reader.Next(4), ElementsAre("1@10: opened at 0 paused", "1@10: items 0",
                                          "1@10: answer 1 paused stepped 1", "1@10: answer 2 paused no change"));
  EXPECT_TRUE(report.ready());
}

TEST_F(PlaybackTest, OneThreadIteratesWhileAnotherOneControls) {
  std::vector<std::string> messages;
  std::thread iterating([&] {
    for (const auto& response : playback_) messages.push_back(Describe(response));
  });
  EXPECT_EQ(Describe(playback_.ReportState().Get()), "1@10: answer 1 paused no change");
  EXPECT_EQ(Describe(playback_.Play().Get()), "1@10: answer 2 playing");
  EXPECT_EQ(Describe(playback_.Stop().Get()), "1@10: answer 3 ended");
  iterating.join();
  EXPECT_THAT(messages,
              ElementsAre("1@10: opened at 0 paused", "1@10: answer 1 paused no change", "1@10: answer 2 playing",
                          "1@10: items 0 1", "1@10: answer 3 ended", "1@10: closing STOPPED"));
}

TEST_F(PlaybackTest, AnAnswerComesThoughTheThreadThatIteratesIsBusy) {
  absl::Notification busy;
  absl::Notification answered;
  std::vector<std::string> messages;
  std::thread iterating([&] {
    for (const auto& response : playback_) {
      messages.push_back(Describe(response));
      if (messages.size() > 1) continue;
      busy.Notify();
      answered.WaitForNotification();
    }
  });
  busy.WaitForNotification();
  EXPECT_EQ(Describe(playback_.ReportState().Get()), "1@10: answer 1 paused no change");
  answered.Notify();
  playback_.Stop();
  iterating.join();
  EXPECT_THAT(messages, ElementsAre("1@10: opened at 0 paused", "1@10: answer 1 paused no change",
                                    "1@10: answer 2 paused", "1@10: closing STOPPED"));
}

TEST(PlaybackThreadsTest, WhoeverWaitsForAnAnswerTakesOverWhenTheThreadThatReadsLeaves) {
  for (int round = 0; round < 50; ++round) {
    auto fed = std::make_unique<FedSource>();
    FedSource& source = *fed;
    Playback playback(std::move(fed));
    absl::Notification answered;
    std::thread iterating([&] {
      for (const auto& response : playback) {
        EXPECT_TRUE(response.ok());
        answered.WaitForNotification();
      }
    });
    source.WaitForReader();
    std::thread waiting([&] {
      EXPECT_TRUE(playback.Pause().Get().ok());
      answered.Notify();
    });
    Yield();
    source.Feed(HeartbeatAt<Response>(1));
    source.Feed(Answer(1, 1, v1::PLAYBACK_STATE_PAUSED));
    waiting.join();
    source.Feed(std::nullopt);
    iterating.join();
  }
}

TEST(PlaybackThreadsTest, WhoeverIteratesSeesTheEndThatAnotherThreadRead) {
  for (int round = 0; round < 50; ++round) {
    auto fed = std::make_unique<FedSource>();
    FedSource& source = *fed;
    Playback playback(std::move(fed));
    const ControlAnswer pause = playback.Pause();
    std::thread waiting([&] { EXPECT_EQ(pause.Get().status().code(), absl::StatusCode::kFailedPrecondition); });
    source.WaitForReader();
    std::thread iterating([&] { EXPECT_TRUE(playback.begin() == playback.end()); });
    Yield();
    source.Feed(std::nullopt);
    waiting.join();
    iterating.join();
  }
}

TEST_F(PlaybackTest, ManyThreadsControlAndEachGetsItsOwnAnswer) {
  constexpr int kThreads = 8;
  constexpr int kControls = 50;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      std::int64_t last = 0;
      for (int k = 0; k < kControls; ++k) {
        const absl::StatusOr<Response> answer = playback_.ReportState().Get();
        ASSERT_TRUE(answer.ok()) << answer.status();
        EXPECT_GT(answer->control_applied().control_id(), last);
        last = answer->control_applied().control_id();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(fake_.controls(), SizeIs(kThreads * kControls));
  for (int i = 0; i < kThreads * kControls; ++i)
    EXPECT_EQ(fake_.controls()[static_cast<std::size_t>(i)].control_id(), i + 1);
}

TEST_F(PlaybackTest, ARefusalIsAnErrorWithItsReasonAndTheRangeYieldsTheMessage) {
  EXPECT_THAT(playback_.SeekToEvent("z").Get(), FailsWith(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND"));
  MessageReader reader(playback_);
  EXPECT_THAT(reader.Next(2), ElementsAre("1@10: opened at 0 paused", "1@10: answer 1 paused EVENT_NOT_FOUND"));
}

TEST_F(PlaybackTest, AControlBehindFinishControlsIsNotSent) {
  playback_.FinishControls();
  playback_.FinishControls();
  const ControlAnswer late = playback_.Play();
  EXPECT_TRUE(late.ready());
  EXPECT_EQ(late.Get().status(), absl::FailedPreconditionError("no control may follow FinishControls()"));
  EXPECT_THAT(fake_.controls(), SizeIs(0));
}

TEST(PlaybackEndTest, WhatIsAwaitedWhenThePlaybackEndsGetsFailedPrecondition) {
  Playback playback = mocks::MakePlayback({Opened<Response>(0, 0), Answer(1, 1, v1::PLAYBACK_STATE_PAUSED)});
  const ControlAnswer first = playback.Pause();
  const ControlAnswer second = playback.Play();
  const absl::Status ended = absl::FailedPreconditionError("the playback has ended");
  EXPECT_EQ(second.Get().status(), ended);
  EXPECT_TRUE(first.Get().ok());
  const ControlAnswer late = playback.Play();
  EXPECT_TRUE(late.ready());
  EXPECT_EQ(late.Get().status(), ended);
  MessageReader reader(playback);
  EXPECT_THAT(reader.ToEnd(), SizeIs(3));
}

TEST(PlaybackEndTest, WhatIsAwaitedWhenThePlaybackFailsGetsItsError) {
  const absl::Status error = absl::DataLossError("cut");
  Playback playback = mocks::MakePlayback({Opened<Response>(0, 0)}, error);
  EXPECT_EQ(playback.Play().Get().status(), error);
  EXPECT_EQ(playback.Play().Get().status(), error);
  MessageReader reader(playback);
  EXPECT_THAT(reader.ToEnd(), ElementsAre("1@0: opened at 0", "DATA_LOSS", "end"));
}

TEST(PlaybackEndTest, AMockedPlaybackAnswersTheControlsThatItsListAnswers) {
  Playback playback = mocks::MakePlayback(
      {Opened<Response>(0, 0), Answer(1, 2, v1::PLAYBACK_STATE_PAUSED), Answer(1, 1, v1::PLAYBACK_STATE_PAUSED)});
  const ControlAnswer first = playback.Pause();
  const ControlAnswer second = playback.Play();
  EXPECT_EQ(second.Get()->control_applied().control_id(), 2);
  EXPECT_FALSE(first.ready());
  EXPECT_EQ(first.Get()->control_applied().control_id(), 1);
}

TEST_F(PlaybackTest, CancelWakesWhoeverReads) {
  std::thread canceller([&] { playback_.Cancel(); });
  MessageReader reader(playback_);
  const std::vector<std::string> messages = reader.ToEnd();
  canceller.join();
  EXPECT_EQ(messages[messages.size() - 2], "CANCELLED");
  EXPECT_EQ(playback_.Play().Get().status().code(), absl::StatusCode::kCancelled);
}

TEST_F(PlaybackTest, DestructionAnswersWhoeverWaits) {
  std::optional<Playback> playback = std::move(playback_);
  const ControlAnswer opened = playback->ReportState();
  ASSERT_TRUE(opened.Get().ok());
  fake_.Interrupt(absl::UnavailableError("cut"));
  const ControlAnswer answer = playback->Play();
  absl::Notification waits;
  std::thread waiting([&] {
    waits.Notify();
    EXPECT_EQ(answer.Get().status().code(), absl::StatusCode::kCancelled);
  });
  waits.WaitForNotification();
  playback.reset();
  waiting.join();
  EXPECT_TRUE(answer.ready());
  EXPECT_EQ(Describe(opened.Get()), "1@10: answer 1 paused no change");
}

TEST_F(PlaybackTest, APlaybackThatIsReplacedIsDestroyed) {
  const ControlAnswer report = playback_.ReportState();
  playback_ = mocks::MakePlayback({Opened<Response>(0, 0)});
  EXPECT_EQ(report.Get().status(), absl::CancelledError("the playback was destroyed"));
  MessageReader reader(playback_);
  EXPECT_THAT(reader.ToEnd(), ElementsAre("1@0: opened at 0", "end"));
}

}  // namespace
}  // namespace hotline::tests
