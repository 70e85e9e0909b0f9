#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::testing::ElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// One playback under control, as a client program sees it.
class Playback {
 public:
  explicit Playback(RunningServer& server) : stream_(server.timeline().PlayTimeline(&context_)) {}

  bool Write(const v1::PlayTimelineRequest& request) { return stream_->Write(request); }
  void Start(const v1::PlaybackStart& start) {
    v1::PlayTimelineRequest request;
    *request.mutable_start() = start;
    EXPECT_TRUE(Write(request));
  }
  // Sends a control with the next id.
  void Send(v1::PlaybackControl control) {
    control.set_control_id(++last_id_);
    v1::PlayTimelineRequest request;
    *request.mutable_control() = std::move(control);
    EXPECT_TRUE(Write(request));
  }

  // The next message; nullopt where the call is over.
  std::optional<v1::PlayTimelineResponse> Read() {
    v1::PlayTimelineResponse response;
    if (!stream_->Read(&response)) return std::nullopt;
    for (const v1::TimelineItem& item : response.items()) ordinals_.push_back(item.ordinal());
    return response;
  }
  // Reads until a message is as wanted, and returns it; the last that came, and a failure, where there is none.
  v1::PlayTimelineResponse ReadUntil(const std::function<bool(const v1::PlayTimelineResponse&)>& wanted) {
    v1::PlayTimelineResponse last;
    while (std::optional<v1::PlayTimelineResponse> response = Read()) {
      if (wanted(*response)) return *response;
      last = *std::move(response);
    }
    ADD_FAILURE() << "the call ended before; last came " << last.ShortDebugString();
    return last;
  }
  v1::PlayTimelineResponse ReadAnswer() {
    return ReadUntil([this](const v1::PlayTimelineResponse& response) {
      return response.has_control_applied() && response.control_applied().control_id() == last_id_;
    });
  }
  v1::PlayTimelineResponse Ask(v1::PlaybackControl control) {
    Send(std::move(control));
    return ReadAnswer();
  }

  void HalfClose() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }
  // What the call ended with; reads what is left first.
  absl::Status Finish() {
    while (Read().has_value()) {
    }
    return FromWire(stream_->Finish());
  }
  const std::vector<std::int64_t>& ordinals() const { return ordinals_; }

 private:
  Context context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PlayTimelineRequest, v1::PlayTimelineResponse>> stream_;
  std::int64_t last_id_ = 0;
  std::vector<std::int64_t> ordinals_;
};

v1::PlaybackStart Paused() {
  v1::PlaybackStart start;
  start.set_start_paused(true);
  return start;
}
v1::PlaybackStart AtSpeed(double speed) {
  v1::PlaybackStart start;
  start.mutable_pace()->set_speed(speed);
  return start;
}
v1::PlaybackStart Unpaced() {
  v1::PlaybackStart start;
  start.mutable_pace()->set_unpaced(true);
  return start;
}
v1::PlaybackControl ToPlay(bool play) {
  v1::PlaybackControl control;
  control.set_play(play);
  return control;
}
v1::PlaybackControl ToStep(int events) {
  v1::PlaybackControl control;
  control.set_step(events);
  return control;
}
v1::PlaybackControl ToSeekEvent(const std::string& name) {
  v1::PlaybackControl control;
  control.set_seek_event(name);
  return control;
}
v1::PlaybackControl ToSpeed(double speed) {
  v1::PlaybackControl control;
  control.mutable_pace()->set_speed(speed);
  return control;
}
v1::PlaybackControl ToStop() {
  v1::PlaybackControl control;
  control.set_stop(true);
  return control;
}

bool IsOpened(const v1::PlayTimelineResponse& response) { return response.has_opened(); }
bool IsClosing(const v1::PlayTimelineResponse& response) { return response.has_closing(); }
bool IsEnd(const v1::PlayTimelineResponse& response) {
  return response.items_size() > 0 && response.items(response.items_size() - 1).has_end_of_timeline();
}

class PlayTimelineTest : public ::testing::Test {
 protected:
  RunningServer server_;
};

TEST_F(PlayTimelineTest, APauseInAWaitOfDaysIsAnsweredAtOnceAndTheAnswerTellsTheState) {
  Playback playback(server_);
  playback.Start(AtSpeed(0.01));
  const v1::PlayTimelineResponse opened = playback.ReadUntil(IsOpened);
  EXPECT_FALSE(opened.opened().paused());
  EXPECT_EQ(opened.epoch(), 1);
  const v1::PlayTimelineResponse answer = playback.Ask(ToPlay(false));
  EXPECT_EQ(answer.control_applied().code(), 0);
  EXPECT_EQ(answer.control_applied().state(), v1::PLAYBACK_STATE_PAUSED);
  EXPECT_FALSE(answer.control_applied().no_change());
  EXPECT_TRUE(playback.Ask(ToPlay(false)).control_applied().no_change());
  EXPECT_TRUE(playback.Ask({}).control_applied().no_change()) << "nothing set: it reports";
}

TEST_F(PlayTimelineTest, ASeekToAnEventOpensANewEpochThereAndAStepSendsItThenAnswers) {
  Playback playback(server_);
  playback.Start(Paused());
  const v1::PlayTimelineResponse sought = playback.Ask(ToSeekEvent("documents/kk-08/events/2"));
  EXPECT_EQ(sought.epoch(), 2);
  EXPECT_EQ(FromTimestamp(sought.clock()), ShippedCorpus()->FindEvent("documents/kk-08/events/2")->time);
  EXPECT_EQ(sought.control_applied().state(), v1::PLAYBACK_STATE_PAUSED);
  playback.Send(ToStep(1));
  const v1::PlayTimelineResponse items =
      playback.ReadUntil([](const v1::PlayTimelineResponse& response) { return response.items_size() > 0; });
  EXPECT_EQ(items.items(0).ordinal(), sought.control_applied().first_ordinal());
  EXPECT_EQ(items.items(0).event().event().name(), "documents/kk-08/events/2");
  const v1::PlayTimelineResponse stepped = playback.ReadAnswer();
  EXPECT_EQ(stepped.control_applied().stepped(), 1);
  EXPECT_EQ(FromTimestamp(stepped.clock()), FromTimestamp(sought.clock()));
}

TEST_F(PlayTimelineTest, AChangeOfPaceInAWaitOfDaysTakesEffectAtOnce) {
  Playback playback(server_);
  playback.Start(AtSpeed(0.01));
  playback.ReadUntil(IsOpened);
  playback.Send(ToSpeed(10'000'000));
  playback.ReadUntil(IsEnd);
  EXPECT_EQ(playback.ordinals().back() + 1, static_cast<std::int64_t>(playback.ordinals().size()));
}

TEST_F(PlayTimelineTest, AtTheEndItStaysAndCanSeekAndStops) {
  Playback playback(server_);
  playback.Start(Unpaced());
  playback.ReadUntil(IsEnd);
  EXPECT_EQ(playback.Ask({}).control_applied().state(), v1::PLAYBACK_STATE_ENDED);
  v1::PlaybackControl back;
  back.set_seek_beginning(true);
  EXPECT_EQ(playback.Ask(back).control_applied().first_ordinal(), 0);
  playback.ReadUntil(IsEnd);
  EXPECT_EQ(playback.Ask(ToStop()).control_applied().code(), 0);
  EXPECT_EQ(playback.ReadUntil(IsClosing).closing().reason(), v1::CLOSING_REASON_STOPPED);
  EXPECT_THAT(playback.Finish(), IsOk());
}

TEST_F(PlayTimelineTest, ARefusedControlIsAnsweredWithCodeAndReasonAndPlaybackGoesOnAsItWas) {
  Playback playback(server_);
  playback.Start(Paused());
  const v1::PlayTimelineResponse before = playback.Ask({});
  const auto refused = [&](v1::PlaybackControl control, absl::StatusCode code, const std::string& reason) {
    control.set_play(true);  // nothing of it is applied, so neither is this
    const v1::PlayTimelineResponse answer = playback.Ask(control);
    EXPECT_EQ(answer.control_applied().code(), static_cast<int>(code)) << control.ShortDebugString();
    EXPECT_EQ(answer.control_applied().reason(), reason) << control.ShortDebugString();
    EXPECT_NE(answer.control_applied().message(), "");
    EXPECT_EQ(answer.control_applied().state(), v1::PLAYBACK_STATE_PAUSED);
    EXPECT_EQ(answer.position(), before.position());
    EXPECT_EQ(answer.epoch(), 1);
  };
  for (const double speed :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e308, 5e-324}) {
    refused(ToSpeed(speed), kInvalid, "INVALID_FIELD");
  }
  refused(ToStep(1), absl::StatusCode::kFailedPrecondition, "STEP_WHILE_PLAYING");
  refused(ToStep(0), kInvalid, "INVALID_FIELD");
  refused(ToStep(1'001), kInvalid, "INVALID_FIELD");
  refused(ToSeekEvent("documents/kk-99/events/1"), absl::StatusCode::kNotFound, "EVENT_NOT_FOUND");
  v1::PlaybackControl both = ToStep(1);
  both.set_seek_beginning(true);
  refused(both, kInvalid, "INVALID_FIELD");
  v1::PlaybackControl nowhere;
  nowhere.set_seek_end(false);
  refused(nowhere, kInvalid, "INVALID_FIELD");
}

TEST_F(PlayTimelineTest, ASeekOutOfRangeIsMovedToTheNearerEndAndSaysSo) {
  Playback playback(server_);
  playback.Start(Paused());
  v1::PlaybackControl seek;
  *seek.mutable_seek_time() = ToTimestamp(absl::UnixEpoch());
  EXPECT_TRUE(playback.Ask(seek).control_applied().clamped());
  seek.set_seek_end(true);
  EXPECT_FALSE(playback.Ask(seek).control_applied().clamped());
}

TEST_F(PlayTimelineTest, AnEventThatTheSelectionLeavesOutCannotBeSought) {
  v1::PlaybackStart start = Paused();
  start.mutable_selection()->set_audience("moscow");
  start.mutable_selection()->add_event_types(v1::EVENT_TYPE_RECEIVED);
  std::string left_out;
  for (const EventRef& event : ShippedCorpus()->events()) {
    if (event.event->type() == v1::EVENT_TYPE_SENT) left_out = event.event->name();
  }
  Playback playback(server_);
  playback.Start(start);
  const v1::PlayTimelineResponse answer = playback.Ask(ToSeekEvent(left_out));
  EXPECT_EQ(answer.control_applied().code(), static_cast<int>(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(answer.control_applied().reason(), "EVENT_NOT_SELECTED");
}

// What breaks the protocol, and the reason that the call ends with.
struct Violation {
  std::string what;
  std::vector<v1::PlayTimelineRequest> requests;
  std::string reason;
};

std::vector<Violation> Violations() {
  v1::PlayTimelineRequest start;
  *start.mutable_start() = Paused();
  const auto control = [](std::int64_t id) {
    v1::PlayTimelineRequest request;
    request.mutable_control()->set_control_id(id);
    return request;
  };
  return {{"a control first", {control(1)}, "START_MISSING"},
          {"a second start", {start, start}, "START_REPEATED"},
          {"an id of 0", {start, control(0)}, "CONTROL_ID_NOT_RISING"},
          {"an id below 0", {start, control(-1)}, "CONTROL_ID_NOT_RISING"},
          {"an id again", {start, control(1), control(1)}, "CONTROL_ID_NOT_RISING"},
          {"an id that falls", {start, control(7), control(6)}, "CONTROL_ID_NOT_RISING"},
          {"nothing set", {start, {}}, "REQUEST_EMPTY"},
          {"nothing set at first", {{}}, "REQUEST_EMPTY"}};
}

TEST_F(PlayTimelineTest, AViolationOfTheProtocolEndsTheCallAndSaysWhich) {
  for (const Violation& each : Violations()) {
    Playback playback(server_);
    for (const v1::PlayTimelineRequest& request : each.requests) playback.Write(request);
    EXPECT_THAT(playback.Finish(), FailsWith(kInvalid, each.reason)) << each.what;
  }
}

TEST_F(PlayTimelineTest, ABadStartEndsTheCallAndNamesTheField) {
  v1::PlaybackStart start = Paused();
  start.mutable_pace()->set_speed(0);
  Playback playback(server_);
  playback.Start(start);
  EXPECT_EQ(playback.Read(), std::nullopt) << "no `opened`";
  EXPECT_THAT(playback.Finish(), IsBadField("start.pace.speed"));
}

TEST_F(PlayTimelineTest, HalfCloseEndsWhatStandsAndLetsWhatRunsPlayToItsEnd) {
  struct Case {
    std::string what;
    v1::PlaybackStart start;
    bool read_to_end;
    v1::ClosingReason reason;
  };
  for (const Case& each : {Case{"opening", Unpaced(), false, v1::CLOSING_REASON_END},
                           Case{"playing", AtSpeed(10'000'000), false, v1::CLOSING_REASON_END},
                           Case{"paused", Paused(), false, v1::CLOSING_REASON_HALF_CLOSED},
                           Case{"ended", Unpaced(), true, v1::CLOSING_REASON_END}}) {
    Playback playback(server_);
    playback.Start(each.start);
    if (each.read_to_end) playback.ReadUntil(IsEnd);
    playback.HalfClose();
    EXPECT_EQ(playback.ReadUntil(IsClosing).closing().reason(), each.reason) << each.what;
    EXPECT_THAT(playback.Finish(), IsOk()) << each.what;
  }
}

TEST_F(PlayTimelineTest, HalfCloseWithoutAStartIsAViolation) {
  Playback playback(server_);
  playback.HalfClose();
  EXPECT_THAT(playback.Finish(), FailsWith(kInvalid, "START_MISSING"));
}

TEST_F(PlayTimelineTest, FiftyControlsWithoutReadingAreAllAnsweredInOrderEachWithItsOwnState) {
  Playback playback(server_);
  playback.Start(Paused());
  for (int i = 0; i < 50; ++i) {
    v1::PlaybackControl control;
    *control.mutable_seek_time() = ToTimestamp(ShippedCorpus()->events()[static_cast<std::size_t>(i % 20)].time);
    playback.Send(control);
  }
  playback.ReadUntil(IsOpened);
  for (int i = 0; i < 50; ++i) {
    const std::optional<v1::PlayTimelineResponse> answer = playback.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->control_applied().control_id(), i + 1);
    EXPECT_EQ(answer->epoch(), i + 2);
    EXPECT_EQ(FromTimestamp(answer->clock()), ShippedCorpus()->events()[static_cast<std::size_t>(i % 20)].time);
  }
}

TEST_F(PlayTimelineTest, APositionGoesOnPausedOnAnotherServerUnlessTheStartSaysOtherwise) {
  Playback first(server_);
  first.Start(Paused());
  first.Send(ToStep(3));
  const v1::PlayTimelineResponse stepped = first.ReadAnswer();
  RunningServer other;
  for (const std::optional<bool> paused : {std::optional<bool>(), std::optional<bool>(false)}) {
    Playback second(other);
    v1::PlaybackStart start;
    start.set_from_position(stepped.position());
    if (paused.has_value()) start.set_start_paused(*paused);
    second.Start(start);
    const v1::PlayTimelineResponse opened = second.ReadUntil(IsOpened);
    EXPECT_EQ(opened.opened().outcome(), v1::OPENED_OUTCOME_RESUMED);
    EXPECT_EQ(opened.opened().paused(), !paused.has_value());
    EXPECT_EQ(opened.opened().first_ordinal(), stepped.control_applied().first_ordinal());
    EXPECT_EQ(FromTimestamp(opened.clock()), FromTimestamp(stepped.clock()));
  }
}

TEST_F(PlayTimelineTest, ADrainClosesWithAPositionAlsoWhatIsPaused) {
  Playback playback(server_);
  playback.Start(Paused());
  playback.Ask(ToStep(2));
  std::thread drain([this] { server_.server().Drain({absl::Seconds(10)}); });
  const v1::PlayTimelineResponse closing = playback.ReadUntil(IsClosing);
  EXPECT_EQ(closing.closing().reason(), v1::CLOSING_REASON_DRAINING);
  EXPECT_GT(TimeUtil::DurationToNanoseconds(closing.closing().retry_after()), 0);
  EXPECT_THAT(playback.Finish(), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  drain.join();
}

TEST(PlayTimelineLimitsTest, ACallWithoutAStartIsEndedByTheStallLimitAndCountsAsAPlaybackUntilThen) {
  PlaybackLimits limits;
  limits.most_playbacks = 1;
  limits.stall = absl::Milliseconds(300);
  RunningServer server(ShippedCorpus(), limits);
  Playback silent(server);
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  bool refused = false;
  for (absl::Status status; !refused; refused = absl::IsResourceExhausted(status)) {
    ASSERT_LT(absl::Now(), deadline);
    Playback other(server);
    other.HalfClose();
    status = other.Finish();
  }
  EXPECT_THAT(silent.Finish(), FailsWith(kInvalid, "START_MISSING"));
}

TEST(PlayTimelineLimitsTest, APlaybackIsClosedForItsAgeWithAPosition) {
  PlaybackLimits limits;
  limits.age = absl::Milliseconds(100);
  RunningServer server(ShippedCorpus(), limits);
  Playback playback(server);
  playback.Start(Paused());
  const v1::PlayTimelineResponse closing = playback.ReadUntil(IsClosing);
  EXPECT_EQ(closing.closing().reason(), v1::CLOSING_REASON_MAX_AGE);
  EXPECT_NE(closing.position(), "");
  EXPECT_THAT(playback.Finish(), FailsWith(absl::StatusCode::kUnavailable, "PLAYBACK_TOO_OLD"));
}

}  // namespace
}  // namespace hotline::server
