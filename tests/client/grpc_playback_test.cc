// Playback under control over a real socket, against a server that does as it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hotline/client.h"
#include "tests/client/playback_messages.h"
#include "tests/client/scripted_server.h"
#include "tests/client/timeline_messages.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Response = v1::PlayTimelineResponse;

constexpr v1::PlaybackState kPaused = v1::PLAYBACK_STATE_PAUSED;
const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "going away");

ConnectionOptions Impatient() {
  ConnectionOptions options;
  options.initial_backoff = absl::Milliseconds(1);
  options.stream_initial_backoff = absl::Milliseconds(1);
  return options;
}

PlayScript Ending(std::vector<PlayScript::Act> acts, grpc::Status status = grpc::Status::OK) {
  PlayScript script;
  script.acts = std::move(acts);
  script.status = std::move(status);
  return script;
}

PlayScript Hanging(std::vector<PlayScript::Act> acts) {
  PlayScript script = Ending(std::move(acts));
  script.hangs = true;
  return script;
}

Response OpenedAt(std::int64_t clock, v1::OpenedOutcome outcome = v1::OPENED_OUTCOME_FRESH) {
  return Opened<Response>(clock, 0, outcome);
}

Response Closed(std::int64_t clock) { return ClosingAt<Response>(clock, v1::CLOSING_REASON_STOPPED); }

class GrpcPlaybackTest : public ::testing::Test {
 protected:
  Playback Begin(const v1::PlaybackStart& start = {}, const ConnectionOptions& options = Impatient()) {
    return Client(MakeConnection(server_.target(), options)).PlayTimeline(start);
  }

  // The requests of the last call, as text.
  std::vector<std::string> Requests() const {
    std::vector<std::string> requests;
    const auto calls = server_.play_requests();
    for (const auto& request : calls.back()) requests.push_back(request.ShortDebugString());
    return requests;
  }

  ScriptedServer server_;
};

TEST_F(GrpcPlaybackTest, OneThreadControlsAndReads) {
  server_.ScriptPlay(Ending({{1, {OpenedAt(0)}},
                             {2, {Answer(0, 1, kPaused)}},
                             {3, {EventItems(1, {0, 1}), Answer(1, 2, kPaused, 2)}},
                             {4, {Answer(1, 3, kPaused), Closed(1)}}}));
  v1::PlaybackStart start;
  start.mutable_selection()->set_audience("washington");
  Playback playback = Begin(start);
  ASSERT_TRUE(playback.Pause().Get().ok());
  EXPECT_EQ(Describe(playback.Step(2).Get()), "1@1: answer 2 paused stepped 2");
  ASSERT_TRUE(playback.Stop().Get().ok());
  EXPECT_THAT(MessageReader(playback).ToEnd(),
              ElementsAre("1@0: opened at 0", "1@0: answer 1 paused", "1@1: items 0 1",
                          "1@1: answer 2 paused stepped 2", "1@1: answer 3 paused", "1@1: closing STOPPED", "end"));
  EXPECT_THAT(Requests(),
              ElementsAre("start { selection { audience: \"washington\" } }", "control { control_id: 1 play: false }",
                          "control { control_id: 2 step: 2 }", "control { control_id: 3 stop: true }"));
  EXPECT_EQ(playback.violations(), 0);
}

TEST_F(GrpcPlaybackTest, OneThreadIteratesWhileAnotherOneControls) {
  server_.ScriptPlay(
      Ending({{1, {OpenedAt(0)}}, {2, {Answer(0, 1, kPaused)}}, {3, {Answer(0, 2, kPaused), Closed(0)}}}));
  Playback playback = Begin();
  std::vector<std::string> messages;
  std::thread iterating([&] { messages = MessageReader(playback).ToEnd(); });
  EXPECT_EQ(Describe(playback.Pause().Get()), "1@0: answer 1 paused");
  EXPECT_EQ(Describe(playback.Stop().Get()), "1@0: answer 2 paused");
  iterating.join();
  EXPECT_THAT(messages, ElementsAre("1@0: opened at 0", "1@0: answer 1 paused", "1@0: answer 2 paused",
                                    "1@0: closing STOPPED", "end"));
}

TEST_F(GrpcPlaybackTest, ACutPlaybackIsResumedWithTheControlsThatHaveNoAnswer) {
  server_.ScriptPlay(Ending({{3, {OpenedAt(0), Answer(1, 1, kPaused), EventItems(1, {0})}}}, kUnavailable));
  server_.ScriptPlay(Ending({}, kUnavailable));
  Response paused = OpenedAt(1, v1::OPENED_OUTCOME_RESUMED);
  paused.mutable_opened()->set_paused(true);
  server_.ScriptPlay(Ending({{2, {paused, EventItems(2, {1, 2}), Answer(2, 2, kPaused, 2), Closed(2)}}}));
  Playback playback = Begin();
  playback.Pause();
  EXPECT_EQ(Describe(playback.Step(3).Get()), "1@2: answer 2 paused stepped 3");
  MessageReader(playback).ToEnd();
  EXPECT_THAT(Requests(), ElementsAre("start { from_position: \"after-1\" }", "control { control_id: 2 step: 2 }"));
  EXPECT_EQ(playback.resumes(), 1);
  EXPECT_EQ(playback.violations(), 0);
}

TEST_F(GrpcPlaybackTest, TheServerHearsThatNoControlFollows) {
  PlayScript script = Ending({{2, {OpenedAt(0), Answer(0, 1, kPaused), Closed(0)}}});
  script.waits_for_half_close = true;
  server_.ScriptPlay(script);
  Playback playback = Begin();
  MessageReader reader(playback);
  playback.Pause();
  EXPECT_EQ(reader.Next(3).back(), "1@0: closing STOPPED");
  playback.FinishControls();
  EXPECT_EQ(reader.Next(), "end");
  EXPECT_EQ(playback.resumes(), 0);
}

TEST_F(GrpcPlaybackTest, ControlsDoNotBlockThoughTheServerReadsNone) {
  PlayScript script = Hanging({{0, {OpenedAt(0)}}});
  script.reads = false;
  server_.ScriptPlay(script);
  Playback playback = Begin();
  MessageReader reader(playback);
  EXPECT_EQ(reader.Next(), "1@0: opened at 0");
  // Sixteen megabytes, more than any window.
  std::vector<ControlAnswer> answers;
  for (int i = 0; i < 256; ++i) answers.push_back(playback.SeekToEvent(std::string(65'536, 'e')));
  playback.FinishControls();
  playback.Cancel();
  for (const ControlAnswer& answer : answers) EXPECT_EQ(answer.Get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(server_.WaitForCancelledStreams(1));
}

TEST_F(GrpcPlaybackTest, ControlsFromManyThreadsArriveInTheOrderOfTheirIds) {
  constexpr int kThreads = 4;
  constexpr int kControls = 250;
  server_.ScriptPlay(Hanging({{1, {OpenedAt(0)}}}));
  Playback playback = Begin();
  MessageReader reader(playback);
  EXPECT_EQ(reader.Next(), "1@0: opened at 0");
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < kControls; ++k) playback.ReportState();
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(server_.WaitForPlayRequests(1 + kThreads * kControls));
  std::int64_t expected = 0;
  const auto calls = server_.play_requests();
  for (const auto& request : calls.back()) EXPECT_EQ(request.control().control_id(), expected++);
}

TEST_F(GrpcPlaybackTest, ASilentPlaybackIsGivenUpAndResumed) {
  ConnectionOptions options = Impatient();
  options.stream_idle_timeout = absl::Milliseconds(100);
  server_.ScriptPlay(Hanging({{1, {OpenedAt(0)}}}));
  server_.ScriptPlay(Ending({{2, {OpenedAt(0, v1::OPENED_OUTCOME_RESUMED), Answer(0, 1, kPaused), Closed(0)}}}));
  Playback playback = Begin({}, options);
  EXPECT_TRUE(playback.Pause().Get().ok());
  EXPECT_TRUE(server_.WaitForCancelledStreams(1));
  EXPECT_EQ(playback.resumes(), 1);
}

TEST_F(GrpcPlaybackTest, APlaybackSurvivesTheEndOfItsServer) {
  auto first = std::make_unique<ScriptedServer>();
  const std::string target = first->target();
  first->ScriptPlay(Hanging({{2, {OpenedAt(0), EventItems(1, {0})}}}));
  Playback playback = Client(MakeConnection(target, Impatient())).PlayTimeline();
  const ControlAnswer pause = playback.Pause();
  MessageReader reader(playback);
  EXPECT_THAT(reader.Next(2), ElementsAre("1@0: opened at 0", "1@1: items 0"));
  first = nullptr;
  ScriptedServer second(target);
  second.ScriptPlay(
      Ending({{2, {Opened<Response>(1, 1, v1::OPENED_OUTCOME_RESUMED), Answer(1, 1, kPaused), Closed(1)}}}));
  EXPECT_EQ(Describe(pause.Get()), "1@1: answer 1 paused");
  EXPECT_EQ(second.play_requests().at(0).at(0).start().from_position(), "after-1");
}

TEST_F(GrpcPlaybackTest, APlaybackThatIsNotServedFailsAtOnce) {
  Playback playback = Begin();
  EXPECT_EQ(playback.Pause().Get().status(), absl::UnimplementedError("no playback was expected"));
  EXPECT_THAT(server_.play_requests(), SizeIs(1));
}

TEST_F(GrpcPlaybackTest, APlaybackThatIsNeverReadBeginsNoCall) {
  { const ControlAnswer dropped = Begin().Pause(); }
  EXPECT_THAT(server_.play_requests(), IsEmpty());
}

TEST_F(GrpcPlaybackTest, AConnectionThatMakesNoSenseAnswersEveryControlWithItsError) {
  ConnectionOptions options;
  options.max_attempts = 0;
  Playback playback = Begin({}, options);
  EXPECT_EQ(playback.Pause().Get().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageReader(playback).ToEnd(), ElementsAre("INVALID_ARGUMENT", "end"));
}

TEST_F(GrpcPlaybackTest, DestructionCancelsAndAnswersWhoeverWaits) {
  server_.ScriptPlay(Hanging({{1, {OpenedAt(0)}}}));
  auto playback = std::make_unique<Playback>(Begin());
  const ControlAnswer pause = playback->Pause();
  std::thread waiting([&] { EXPECT_EQ(pause.Get().status().code(), absl::StatusCode::kCancelled); });
  ASSERT_TRUE(server_.WaitForPlayRequests(2));
  playback = nullptr;
  waiting.join();
  EXPECT_TRUE(server_.WaitForCancelledStreams(1));
}

TEST(GrpcPlaybackRaceTest, CancelAndControlsMayComeAtAnyMoment) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    // Not the last round's: the call that was cancelled then may reach it only now, and be played this one's script.
    ScriptedServer server;
    server.ScriptPlay(
        Ending({{1, {OpenedAt(0)}}, {2, {EventItems(1, {0})}}}, round % 2 == 0 ? grpc::Status::OK : kUnavailable));
    server.ScriptPlay(Hanging({{1, {Opened<Response>(1, 1, v1::OPENED_OUTCOME_RESUMED)}}}));
    Playback playback = Client(MakeConnection(server.target(), Impatient())).PlayTimeline();
    std::atomic<int> messages = 0;
    std::thread controlling([&] {
      std::vector<ControlAnswer> answers;
      while (messages < round % 4) {
        if (answers.size() < 100) answers.push_back(playback.ReportState());
      }
      playback.Cancel();
      answers.push_back(playback.Play());
      for (const ControlAnswer& answer : answers) EXPECT_FALSE(answer.Get().ok());
    });
    absl::Status last;
    for (const auto& response : playback) {
      last = response.status();
      ++messages;
    }
    controlling.join();
    ASSERT_EQ(last.code(), absl::StatusCode::kCancelled) << last;
  }
}

TEST(GrpcPlaybackWithoutServerTest, TheInterruptionNamesTheCauseUntilItIsGivenUp) {
  Playback playback = Client(MakeConnection("unix:/nonexistent/socket", Impatient())).PlayTimeline();
  const absl::Status error = playback.ReportState().Get().status();
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(error.message()), StartsWith("gave up after 5 attempts: "));
  EXPECT_EQ(playback.interruption(), std::nullopt);
}

}  // namespace
}  // namespace hotline::tests
