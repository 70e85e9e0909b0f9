#include "server/timeline/pace.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

v1::Pace Speed(double speed) {
  v1::Pace pace;
  pace.set_speed(speed);
  return pace;
}

v1::Pace DayLength(std::int64_t seconds, std::int32_t nanos = 0) {
  v1::Pace pace;
  pace.mutable_day_length()->set_seconds(seconds);
  pace.mutable_day_length()->set_nanos(nanos);
  return pace;
}

TEST(PaceTest, DefaultsToAnHourASecond) { EXPECT_EQ(ReadPace({}, "pace")->speed, 3600); }

TEST(PaceTest, TakesBothLimitsAndRefusesTheNextNumberBeyond) {
  EXPECT_THAT(ReadPace(Speed(0.01), "pace"), IsOk());
  EXPECT_THAT(ReadPace(Speed(1e7), "pace"), IsOk());
  EXPECT_THAT(ReadPace(Speed(std::nextafter(0.01, 0)), "pace"), IsBadField("pace.speed"));
  EXPECT_THAT(ReadPace(Speed(std::nextafter(1e7, 1e8)), "pace"), IsBadField("pace.speed"));
}

TEST(PaceTest, RefusesWhatIsNoSpeed) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double speed : {0.0, -0.0, -1.0, infinity, -infinity, std::nan(""), 1e308, 5e-324}) {
    EXPECT_THAT(ReadPace(Speed(speed), "pace"), IsBadField("pace.speed")) << speed;
  }
}

TEST(PaceTest, ADayLengthIsASpeed) {
  EXPECT_EQ(ReadPace(DayLength(3), "pace")->speed, 28'800);
  EXPECT_THAT(ReadPace(DayLength(0, 8'640'000), "pace"), IsOk());
  EXPECT_THAT(ReadPace(DayLength(0, 8'639'999), "pace"), IsBadField("pace.day_length"));
  EXPECT_THAT(ReadPace(DayLength(8'640'000), "pace"), IsOk());
  EXPECT_THAT(ReadPace(DayLength(8'640'001), "pace"), IsBadField("pace.day_length"));
  EXPECT_THAT(ReadPace(DayLength(0), "pace"), IsBadField("pace.day_length"));
  EXPECT_THAT(ReadPace(DayLength(-3), "pace"), IsBadField("pace.day_length"));
  EXPECT_THAT(ReadPace(DayLength(3, -1), "pace"), IsBadField("pace.day_length"));
}

TEST(PaceTest, UnpacedHasNoSpeedAndNoLongestWait) {
  v1::Pace pace;
  pace.set_unpaced(true);
  EXPECT_EQ(ReadPace(pace, "pace")->speed, std::nullopt);
  pace.mutable_longest_wait()->set_seconds(1);
  EXPECT_THAT(ReadPace(pace, "pace"), IsBadField("pace.longest_wait"));
  pace.set_unpaced(false);
  EXPECT_THAT(ReadPace(pace, "pace"), IsBadField("pace.unpaced"));
}

TEST(PaceTest, LongestWaitIsFromAMillisecondToADay) {
  v1::Pace pace;
  pace.mutable_longest_wait()->set_nanos(1'000'000);
  EXPECT_EQ(ReadPace(pace, "pace")->longest_wait, absl::Milliseconds(1));
  pace.mutable_longest_wait()->set_nanos(999'999);
  EXPECT_THAT(ReadPace(pace, "pace"), IsBadField("pace.longest_wait"));
  pace.mutable_longest_wait()->set_nanos(0);
  pace.mutable_longest_wait()->set_seconds(86'401);
  EXPECT_THAT(ReadPace(pace, "pace"), IsBadField("pace.longest_wait"));
}

TEST(PaceTest, TheSpeedIsRaisedOnlyThroughGapsThatWouldLastTooLong) {
  const Pace pace = {3600, absl::Seconds(2)};
  EXPECT_EQ(pace.SpeedThrough(absl::Hours(2)), 3600);
  EXPECT_EQ(pace.SpeedThrough(absl::Hours(20)), 36'000);
}

TEST(PaceTest, ComesBackFromItsProto) {
  for (const Pace& pace : {Pace{}, Pace{0.01, absl::Seconds(1)}, Pace{std::nullopt, std::nullopt}}) {
    EXPECT_EQ(ReadPace(ToProto(pace), "pace").value(), pace);
  }
}

}  // namespace
}  // namespace hotline::server
