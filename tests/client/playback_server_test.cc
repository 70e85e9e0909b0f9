// Playback under control by the SDK and by the server as two programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hotline/client.h"
#include "hotline/error.h"
#include "hotline/mocks/fake_playback.h"
#include "tests/client/playback_messages.h"
#include "tests/client/running_hotlined.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAreArray;

v1::Pace Speed(double speed) {
  v1::Pace pace;
  pace.set_speed(speed);
  return pace;
}

v1::PlaybackStart Paused() {
  v1::PlaybackStart start;
  start.set_start_paused(true);
  start.mutable_selection()->set_audience("washington");
  return start;
}

// Controls of every kind, good and bad, on a playback whose clock stands. Returns all that comes back.
std::vector<std::string> ControlInEveryWay(Playback playback, const std::string& event) {
  v1::PlaybackControl several;
  several.set_seek_event(event);
  *several.mutable_pace() = Speed(60);
  several.set_play(false);
  v1::PlaybackControl step_and_seek;
  step_and_seek.set_step(1);
  step_and_seek.set_seek_beginning(true);
  v1::PlaybackControl pause_and_step;
  pause_and_step.set_play(false);
  pause_and_step.set_step(2);
  v1::PlaybackControl play_and_step;
  play_and_step.set_play(true);
  play_and_step.set_step(2);
  v1::Pace both = Speed(60);
  both.mutable_longest_wait()->set_seconds(-1);

  playback.ReportState();
  playback.Pause();
  playback.Step();
  playback.Step(3);
  playback.Step(0);
  playback.Step(1'001);
  playback.SetPace(Speed(60));
  playback.SetPace(Speed(60));
  playback.SetPace(Speed(0));
  playback.SetPace(both);
  playback.Seek(absl::FromUnixSeconds(-226'818'000));
  playback.Step();
  playback.SeekToEvent(event);
  playback.SeekToEvent("documents/kk-99/events/1");
  playback.Step(2);
  playback.Apply(several);
  playback.Apply(step_and_seek);
  playback.Apply(pause_and_step);
  playback.Apply(play_and_step);
  playback.Seek(absl::InfinitePast());
  playback.Seek(absl::InfiniteFuture());
  playback.Step(2);
  playback.SeekToEnd();
  playback.SeekToBeginning();
  playback.Step(1'000);
  playback.Step();
  playback.Stop();
  const std::vector<std::string> messages = MessageReader(playback).ToEnd();
  EXPECT_EQ(playback.violations(), 0);
  return messages;
}

class PlaybackServerTest : public ::testing::Test {
 protected:
  Client MakeClient() const {
    ConnectionOptions options;
    options.stream_initial_backoff = absl::Milliseconds(100);
    return Client(MakeConnection(server_.address(), options));
  }

  RunningHotlined server_;
};

TEST_F(PlaybackServerTest, TheFakeSaysWhatTheServerSays) {
  const Client client = MakeClient();
  v1::StreamTimelineRequest everything;
  *everything.mutable_selection() = Paused().selection();
  everything.mutable_pace()->set_unpaced(true);
  mocks::FakePlaybackOptions options;
  std::vector<v1::TimelineItem> items;
  for (const auto& response : client.StreamTimeline(everything)) {
    ASSERT_TRUE(response.ok()) << response.status();
    if (response->has_opened()) options.opened = response->opened();
    items.insert(items.end(), response->items().begin(), response->items().end());
  }
  std::string event;
  for (const v1::TimelineItem& item : items) {
    if (item.has_event() && item.ordinal() > 5 && event.empty()) event = item.event().event().name();
  }
  ASSERT_FALSE(event.empty());
  mocks::FakePlayback fake(items, options);
  EXPECT_THAT(ControlInEveryWay(client.PlayTimeline(Paused()), event),
              ElementsAreArray(ControlInEveryWay(fake.Begin(Paused()), event)));
}

// Steps through everything; the server ends in the middle of it, and is back later. Controls are given meanwhile.
TEST_F(PlaybackServerTest, ControlsGivenWhileTheServerIsAwayAreAnsweredByTheNext) {
  for (const auto& [signal, exit_code] : {std::pair(SIGKILL, 128 + SIGKILL), std::pair(SIGTERM, 0)}) {
    Playback playback = MakeClient().PlayTimeline(Paused());
    std::vector<std::int64_t> ordinals;
    std::thread iterating([&] {
      for (const auto& response : playback) {
        ASSERT_TRUE(response.ok()) << response.status();
        for (const v1::TimelineItem& item : response->items()) ordinals.push_back(item.ordinal());
      }
    });
    ASSERT_EQ(playback.Step(3).Get()->control_applied().stepped(), 3);
    server_.End(signal, exit_code);
    const ControlAnswer step = playback.Step(4);
    const ControlAnswer refused = playback.SeekToEvent("documents/kk-99/events/1");
    const ControlAnswer rest = playback.Step(1'000);
    ASSERT_NO_FATAL_FAILURE(server_.Restart());
    EXPECT_EQ(step.Get()->control_applied().stepped(), 4);
    EXPECT_EQ(GetErrorInfo(refused.Get().status())->reason, "EVENT_NOT_FOUND");
    EXPECT_EQ(rest.Get()->control_applied().state(), v1::PLAYBACK_STATE_ENDED);
    EXPECT_TRUE(playback.Stop().Get().ok());
    iterating.join();
    EXPECT_EQ(playback.resumes(), 1);
    EXPECT_EQ(playback.violations(), 0);
    ASSERT_GT(ordinals.size(), 10u);
    for (std::size_t i = 0; i < ordinals.size(); ++i) EXPECT_EQ(ordinals[i], static_cast<std::int64_t>(i));
  }
}

TEST_F(PlaybackServerTest, APauseHoldsOverTheEndOfTheServer) {
  v1::PlaybackStart start;
  *start.mutable_pace() = Speed(86'400);
  Playback playback = MakeClient().PlayTimeline(start);
  const auto paused = playback.Pause().Get();
  ASSERT_TRUE(paused.ok()) << paused.status();
  server_.End(SIGKILL, 128 + SIGKILL);
  ASSERT_NO_FATAL_FAILURE(server_.Restart());
  const auto report = playback.ReportState().Get();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->clock().SerializeAsString(), paused->clock().SerializeAsString());
  EXPECT_EQ(report->control_applied().state(), v1::PLAYBACK_STATE_PAUSED);
  EXPECT_EQ(playback.SetPace(Speed(86'400)).Get()->control_applied().no_change(), true);
}

}  // namespace
}  // namespace hotline::tests
