#include "client/cli/player/playback_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "hotline/mocks/fake_playback.h"
#include "hotline/mocks/mock_connection.h"

namespace hotline::cli {
namespace {

constexpr int kLongest = 20'000;  // milliseconds

std::vector<v1::TimelineItem> Events(int count) {
  std::vector<v1::TimelineItem> items(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    items[static_cast<std::size_t>(i)].mutable_event();
    items[static_cast<std::size_t>(i)].mutable_time()->set_seconds(i);
  }
  return items;
}

v1::PlaybackStart ASecondASecond() {
  v1::PlaybackStart start;
  start.mutable_pace()->set_speed(1);
  start.mutable_heartbeat_interval()->set_seconds(30);
  return start;
}

class PlaybackFeedTest : public ::testing::Test {
 protected:
  ~PlaybackFeedTest() override { close(wake_); }

  // Waits for what wakes the program. False: nothing did.
  bool Woken() {
    pollfd source = {wake_, POLLIN, 0};
    if (poll(&source, 1, kLongest) != 1) return false;
    eventfd_t count = 0;
    return eventfd_read(wake_, &count) == 0;
  }

  // Takes until there are so many messages, or the playback has ended.
  void TakeUntil(PlaybackFeed& feed, std::size_t count) {
    while (taken_.size() < count && !feed.Ended()) {
      for (v1::PlayTimelineResponse& message : feed.Take()) taken_.push_back(std::move(message));
      if (taken_.size() < count && !feed.Ended()) {
        ASSERT_TRUE(Woken());
      }
    }
  }

  const int wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::vector<v1::PlayTimelineResponse> taken_;
};

TEST_F(PlaybackFeedTest, GivesWhatComesInOrderAndWakesForIt) {
  mocks::FakePlayback fake(Events(3));
  PlaybackFeed feed(fake.Begin(ASecondASecond()), wake_);
  TakeUntil(feed, 2);
  EXPECT_TRUE(taken_.at(0).has_opened());
  EXPECT_EQ(taken_.at(1).items(0).ordinal(), 0);
  fake.Advance(absl::Seconds(1));
  TakeUntil(feed, 3);
  EXPECT_EQ(taken_.at(2).items(0).ordinal(), 1);
  EXPECT_EQ(feed.Ended(), std::nullopt);
}

TEST_F(PlaybackFeedTest, ControlsAreAnswered) {
  mocks::FakePlayback fake(Events(3));
  PlaybackFeed feed(fake.Begin(ASecondASecond()), wake_);
  feed.playback().Pause();
  TakeUntil(feed, 3);
  EXPECT_EQ(taken_.at(2).control_applied().state(), v1::PLAYBACK_STATE_PAUSED);
}

TEST_F(PlaybackFeedTest, EndsWithTheErrorOnceAllWasTaken) {
  mocks::FakePlayback fake(Events(3));
  PlaybackFeed feed(fake.Begin(ASecondASecond()), wake_);
  fake.Fail(absl::UnavailableError("gave up"));
  TakeUntil(feed, 3);
  EXPECT_EQ(taken_.size(), 2U);
  EXPECT_EQ(feed.Ended(), absl::UnavailableError("gave up"));
}

TEST_F(PlaybackFeedTest, EndsWithoutErrorWhenComplete) {
  mocks::FakePlayback fake(Events(2));
  PlaybackFeed feed(fake.Begin(ASecondASecond()), wake_);
  feed.playback().FinishControls();
  fake.Advance(absl::Seconds(5));
  TakeUntil(feed, 100);
  EXPECT_EQ(taken_.back().closing().reason(), v1::CLOSING_REASON_END);
  EXPECT_EQ(feed.Ended(), absl::OkStatus());
}

TEST_F(PlaybackFeedTest, WhoDoesNotTakeLosesNothing) {
  std::vector<v1::PlayTimelineResponse> messages(1000);
  for (std::size_t i = 0; i < messages.size(); ++i) messages[i].set_epoch(static_cast<int>(i));
  PlaybackFeed feed(mocks::MakePlayback(messages), wake_);
  ASSERT_TRUE(Woken());
  TakeUntil(feed, 1000);
  ASSERT_EQ(taken_.size(), 1000U);
  for (std::size_t i = 0; i < taken_.size(); ++i) EXPECT_EQ(taken_[i].epoch(), static_cast<int>(i));
}

TEST_F(PlaybackFeedTest, IsDestroyedAtAnyMoment) {
  std::vector<v1::PlayTimelineResponse> messages(1000);
  {
    // It waits for somebody to take what fills it.
    PlaybackFeed feed(mocks::MakePlayback(messages), wake_);
    ASSERT_TRUE(Woken());
  }
  mocks::FakePlayback fake(Events(3));
  // It waits for a message.
  PlaybackFeed feed(fake.Begin(ASecondASecond()), wake_);
  ASSERT_TRUE(Woken());
}

}  // namespace
}  // namespace hotline::cli
