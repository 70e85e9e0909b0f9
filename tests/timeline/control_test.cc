#include "server/timeline/control.h"

#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "server/timeline/selection.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

class ControlTest : public ::testing::Test {
 protected:
  ControlTest() {
    v1::TimelineSelection selection;
    selection.set_audience("moscow");
    timeline_ = BuildTimeline(*ReadSelection(selection, *corpus_, "selection"), corpus_);
  }
  Control Read(const v1::PlaybackControl& request) { return ReadControl(request, *timeline_, *corpus_); }
  Control ReadPace(const v1::Pace& pace) {
    v1::PlaybackControl request;
    *request.mutable_pace() = pace;
    return Read(request);
  }

  const std::shared_ptr<const Corpus> corpus_ =
      TinyCorpus({{"a",
                   "kennedy",
                   "khrushchev",
                   "1962-10-26",
                   {{v1::EVENT_TYPE_SENT, "1962-10-26T20:00-04:00", {"washington"}},
                    {v1::EVENT_TYPE_RECEIVED, "1962-10-27T04:00-04:00", {"moscow"}}}}});
  std::shared_ptr<const Timeline> timeline_;
};

TEST_F(ControlTest, WhatIsNotSetStaysAsItIs) {
  v1::PlaybackControl request;
  request.set_control_id(7);
  const Control control = Read(request);
  EXPECT_EQ(control.id, 7);
  EXPECT_THAT(control.fault, IsOk());
  EXPECT_FALSE(control.seek.has_value() || control.pace.has_value() || control.play.has_value());
  EXPECT_EQ(control.step, 0);
  EXPECT_FALSE(control.stop);
}

TEST_F(ControlTest, PlayPauseStepAndStopAreReadAsTheyAreSet) {
  v1::PlaybackControl request;
  request.set_play(true);
  EXPECT_EQ(Read(request).play, true);
  request.set_play(false);
  request.set_step(7);
  request.set_stop(true);
  const Control control = Read(request);
  EXPECT_THAT(control.fault, IsOk());
  EXPECT_EQ(control.play, false);
  EXPECT_EQ(control.step, 7);
  EXPECT_TRUE(control.stop);
}

TEST_F(ControlTest, SeeksToATimeAnEventAndBothEnds) {
  v1::PlaybackControl request;
  *request.mutable_seek_time() = ToTimestamp(absl::UnixEpoch());
  EXPECT_EQ(Read(request).seek, absl::UnixEpoch()) << "0 is an ordinary time";
  request.set_seek_event("documents/a/events/2");
  EXPECT_EQ(Read(request).seek, corpus_->FindEvent("documents/a/events/2")->time);
  request.set_seek_beginning(true);
  EXPECT_EQ(Read(request).seek, timeline_->start());
  request.set_seek_end(true);
  EXPECT_EQ(Read(request).seek, timeline_->end());
}

TEST_F(ControlTest, AnUnknownEventIsNotFoundAndOneLeftOutIsAnotherMatter) {
  v1::PlaybackControl request;
  request.set_seek_event("documents/b/events/1");
  EXPECT_THAT(Read(request).fault, FailsWith(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND"));
  request.set_seek_event("documents/a/events/1");
  EXPECT_THAT(Read(request).fault, FailsWith(absl::StatusCode::kFailedPrecondition, "EVENT_NOT_SELECTED"));
}

TEST_F(ControlTest, WhatSaysNothingOrContradictsItselfIsNamed) {
  v1::PlaybackControl request;
  request.set_seek_beginning(false);
  EXPECT_THAT(Read(request).fault, IsBadField("control.seek_beginning"));
  request.set_seek_end(false);
  EXPECT_THAT(Read(request).fault, IsBadField("control.seek_end"));
  request.mutable_seek_time()->set_nanos(-1);
  EXPECT_THAT(Read(request).fault, IsBadField("control.seek_time"));
  request.set_seek_end(true);
  request.set_step(1);
  EXPECT_THAT(Read(request).fault, IsBadField("control.step"));
}

TEST_F(ControlTest, AStepIsOfOneToAThousandEvents) {
  v1::PlaybackControl request;
  for (const int step : {1, 1'000}) {
    request.set_step(step);
    EXPECT_EQ(Read(request).step, step);
    EXPECT_THAT(Read(request).fault, IsOk());
  }
  for (const int step : {0, -1, 1'001, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    request.set_step(step);
    EXPECT_THAT(Read(request).fault, IsBadField("control.step")) << step;
  }
}

TEST_F(ControlTest, ASpeedIsTakenAtBothLimitsAndRefusedOneStepOutside) {
  v1::Pace pace;
  for (const double speed : {0.01, 10'000'000.0}) {
    pace.set_speed(speed);
    EXPECT_EQ(ReadPace(pace).pace->speed, speed);
  }
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double speed : {std::nextafter(0.01, 0), std::nextafter(10'000'000.0, infinity), 0.0, -1.0,
                             std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 1e308, 5e-324}) {
    pace.set_speed(speed);
    EXPECT_THAT(ReadPace(pace).fault, IsBadField("control.pace.speed")) << speed;
  }
}

TEST_F(ControlTest, APaceReplacesTheWholeOfTheFormerOne) {
  v1::Pace pace;
  pace.set_unpaced(true);
  EXPECT_FALSE(ReadPace(pace).pace->speed.has_value());
  pace.set_speed(60);
  EXPECT_FALSE(ReadPace(pace).pace->longest_wait.has_value());
  pace.mutable_longest_wait()->set_seconds(2);
  EXPECT_EQ(ReadPace(pace).pace->longest_wait, absl::Seconds(2));
}

}  // namespace
}  // namespace hotline::server
