#include "client/cli/civil_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

constexpr char kWashington[] = "America/New_York";
constexpr char kMoscow[] = "Europe/Moscow";
const absl::civil_year_t kYear = 1962;

absl::TimeZone Zone(const char* name) { return *FindZone(name); }

TEST(ClockInWordsTest, NamesTheDayOnlyWhereItIsNotToday) {
  const v1::HistoricalDate released = Minute("1962-10-28T16:35:00-05:00", kWashington);
  const absl::CivilDay today(1962, 10, 28);
  EXPECT_EQ(ClockInWords(released, Zone(kWashington), today, kYear), "16:35");
  EXPECT_EQ(ClockInWords(released, Zone(kMoscow), today, kYear), "29 Oct 00:35");
}

TEST(ClockInWordsTest, KnowsThatWashingtonLeftDaylightTimeOnThe28th) {
  const absl::CivilDay today(1962, 10, 28);
  EXPECT_EQ(ClockInWords(Minute("1962-10-28T05:30:00Z", kWashington), Zone(kWashington), today, kYear), "01:30");
  EXPECT_EQ(ClockInWords(Minute("1962-10-28T06:30:00Z", kWashington), Zone(kWashington), today, kYear), "01:30");
  EXPECT_EQ(ClockInWords(Minute("1962-10-28T07:30:00Z", kWashington), Zone(kWashington), today, kYear), "02:30");
}

TEST(ClockInWordsTest, ADayHasNoHourInAnyZoneAndKeepsItsDay) {
  const v1::HistoricalDate day = Day("1962-10-24", kMoscow);
  EXPECT_EQ(ClockInWords(day, Zone(kWashington), absl::CivilDay(1962, 10, 24), kYear), "--:--");
  EXPECT_EQ(ClockInWords(day, Zone(kWashington), absl::CivilDay(1962, 10, 25), kYear), "24 Oct --:--");
}

TEST(ClockInWordsTest, SaysAboutBeforeTheClock) {
  v1::HistoricalDate date = Minute("1962-10-22T18:00:00-04:00", kWashington);
  date.set_approximate(true);
  const absl::CivilDay today(1962, 10, 22);
  EXPECT_EQ(ClockInWords(date, Zone(kWashington), today, kYear), "about 18:00");
  EXPECT_EQ(ClockInWords(date, Zone(kMoscow), today, kYear), "about 23 Oct 01:00");
}

TEST(ClockInWordsTest, AnHourHasNoMinutes) {
  v1::HistoricalDate date = Minute("1962-10-22T18:00:00-04:00", kWashington);
  date.set_precision(v1::DATE_PRECISION_HOUR);
  *date.mutable_latest() = At("1962-10-22T19:00:00-04:00");
  EXPECT_EQ(ClockInWords(date, Zone(kWashington), absl::CivilDay(1962, 10, 22), kYear), "18:--");
}

TEST(DateInWordsTest, SaysTheYearOnlyWhereItIsUnusual) {
  EXPECT_EQ(DateInWords(Day("1962-10-27", kMoscow), 1962), "27 Oct");
  EXPECT_EQ(DateInWords(Day("1963-01-02", kMoscow), 1962), "2 Jan 1963");
}

TEST(DateInWordsTest, ReadsAClockWhereTheDateWasReckoned) {
  EXPECT_EQ(DateInWords(Minute("1962-10-28T16:35:00-05:00", kMoscow), kYear), "29 Oct 00:35");
}

TEST(DateInWordsTest, AnIntervalOfInstantsHasTheDaysOfTheZoneThatIsAsked) {
  v1::HistoricalDate date = Day("1962-10-24", kWashington);
  *date.mutable_earliest() = At("1962-10-24T17:00:00-04:00");
  *date.mutable_latest() = At("1962-10-25T01:45:00-04:00");
  EXPECT_EQ(DateInWords(date, Zone(kWashington), kYear), "24 to 25 Oct");
  EXPECT_EQ(DateInWords(date, Zone(kMoscow), kYear), "25 Oct");
  EXPECT_EQ(DoubtInWords(date, kYear), "hour not recorded: between 24 Oct 17:00 and 25 Oct 01:45 (America/New_York)");
}

TEST(DateInWordsTest, AMonthAndAYearStayWhatTheyAre) {
  v1::HistoricalDate date = Day("1962-10-01", kMoscow);
  *date.mutable_latest() = At("1962-11-01T00:00:00+03:00");
  date.set_precision(v1::DATE_PRECISION_MONTH);
  EXPECT_EQ(DateInWords(date, kYear), "Oct 1962");
  date.set_precision(v1::DATE_PRECISION_YEAR);
  EXPECT_EQ(DateInWords(date, kYear), "1962");
}

TEST(DateInWordsTest, FallsBackToEdtfInAnUnknownZone) {
  v1::HistoricalDate date = Day("1962-10-27", kMoscow);
  date.set_time_zone("Mars/Olympus");
  EXPECT_EQ(DateInWords(date, kYear), "1962-10-27");
}

TEST(DoubtInWordsTest, NamesWhatIsMissingAndWhatWasConcluded) {
  EXPECT_EQ(DoubtInWords(Minute("1962-10-27T10:00:00-04:00", kWashington), kYear), "");
  v1::HistoricalDate day = Day("1962-10-28", kWashington);
  EXPECT_EQ(DoubtInWords(day, kYear), "hour not recorded");
  day.set_inferred(true);
  EXPECT_EQ(DoubtInWords(day, kYear), "hour not recorded, inferred");
}

TEST(DaySpanTest, SaysNoMoreThanDiffers) {
  const absl::CivilDay last(1962, 10, 28);
  EXPECT_EQ(DaySpan(absl::CivilDay(1962, 10, 21), last), "21 to 28 October 1962");
  EXPECT_EQ(DaySpan(absl::CivilDay(1962, 9, 30), last), "30 September to 28 October 1962");
  EXPECT_EQ(DaySpan(absl::CivilDay(1961, 9, 30), last), "30 September 1961 to 28 October 1962");
  EXPECT_EQ(DaySpan(last, last), "28 October 1962");
}

TEST(LongDayTest, NamesTheWeekday) {
  EXPECT_EQ(LongDayWithWeekday(absl::CivilDay(1962, 10, 27)), "Saturday, 27 October 1962");
}

TEST(DurationInWordsTest, GivesTheTwoLargestUnits) {
  EXPECT_EQ(DurationInWords(absl::Hours(31)), "1 d 7 h");
  EXPECT_EQ(DurationInWords(absl::Hours(24) + absl::Minutes(5)), "1 d");
  EXPECT_EQ(DurationInWords(absl::Minutes(775)), "12 h 55 min");
  EXPECT_EQ(DurationInWords(absl::Milliseconds(1500)), "1.5 s");
  EXPECT_EQ(DurationInWords(-absl::Minutes(5)), "-5 min");
  EXPECT_EQ(DurationInWords(absl::ZeroDuration()), "0 s");
}

TEST(ToProtoTest, KeepsNanoseconds) {
  EXPECT_EQ(ToDuration(ToProto(absl::Milliseconds(1500))), absl::Milliseconds(1500));
  EXPECT_EQ(ToProto(absl::Milliseconds(1500)).nanos(), 500'000'000);
}

TEST(ParseDayTest, TakesOneFormOnly) {
  EXPECT_EQ(ParseDay("1962-10-27"), absl::CivilDay(1962, 10, 27));
  EXPECT_FALSE(ParseDay("1962-10-7"));
  EXPECT_FALSE(ParseDay("1962-02-30"));
  EXPECT_FALSE(ParseDay("27 October"));
}

}  // namespace
}  // namespace hotline::cli
