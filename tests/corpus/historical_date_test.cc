#include "server/corpus/historical_date.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hotline::server {
namespace {

using ::testing::HasSubstr;

constexpr char kWashington[] = "America/New_York";
constexpr char kMoscow[] = "Europe/Moscow";

std::string Utc(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", FromTimestamp(timestamp), absl::UTCTimeZone());
}

// "earliest latest PRECISION edtf", or the message of the error.
std::string Read(const std::string& expression, const std::string& zone) {
  const absl::StatusOr<v1::HistoricalDate> date = ParseDate(expression, zone);
  if (!date.ok()) {
    EXPECT_EQ(date.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(date.status().message());
  }
  EXPECT_EQ(date->time_zone(), zone);
  EXPECT_EQ(date->as_written(), "");
  return absl::StrCat(Utc(date->earliest()), " ", Utc(date->latest()), " ",
                      v1::DatePrecision_Name(date->precision()).substr(15), " ", date->edtf(),
                      date->approximate() ? " approximate" : "", date->inferred() ? " inferred" : "");
}

TEST(HistoricalDateTest, ReadsDaysInTheirZone) {
  EXPECT_EQ(Read("1962-10-22", kWashington), "1962-10-22T04:00:00Z 1962-10-23T04:00:00Z DAY 1962-10-22");
  EXPECT_EQ(Read("1962-10-22", kMoscow), "1962-10-21T21:00:00Z 1962-10-22T21:00:00Z DAY 1962-10-22");
}

TEST(HistoricalDateTest, GivesTheDayOnWhichDaylightTimeEndedTwentyFiveHours) {
  EXPECT_EQ(Read("1962-10-28", kWashington), "1962-10-28T04:00:00Z 1962-10-29T05:00:00Z DAY 1962-10-28");
  const absl::StatusOr<v1::HistoricalDate> date = ParseDate("1962-10-28", kWashington);
  EXPECT_EQ(Middle(*date), absl::FromCivil(absl::CivilMinute(1962, 10, 28, 16, 30), absl::UTCTimeZone()));
  EXPECT_EQ(Read("1962-04-29", kWashington), "1962-04-29T05:00:00Z 1962-04-30T04:00:00Z DAY 1962-04-29");
}

TEST(HistoricalDateTest, ReadsMonthsAndYears) {
  EXPECT_EQ(Read("1962-10", kMoscow), "1962-09-30T21:00:00Z 1962-10-31T21:00:00Z MONTH 1962-10");
  EXPECT_EQ(Read("1962-12~", "UTC"), "1962-12-01T00:00:00Z 1963-01-01T00:00:00Z MONTH 1962-12~ approximate");
  EXPECT_EQ(Read("1962", "UTC"), "1962-01-01T00:00:00Z 1963-01-01T00:00:00Z YEAR 1962");
}

TEST(HistoricalDateTest, ReadsMinutesAsInstants) {
  EXPECT_EQ(Read("1962-10-22T18:00", kWashington),
            "1962-10-22T22:00:00Z 1962-10-22T22:00:00Z MINUTE 1962-10-22T18:00:00-04:00");
  EXPECT_EQ(Read("1962-10-28T16:35-05:00", kWashington),
            "1962-10-28T21:35:00Z 1962-10-28T21:35:00Z MINUTE 1962-10-28T16:35:00-05:00");
  EXPECT_EQ(Read("1962-10-24T14:00Z", kWashington),
            "1962-10-24T14:00:00Z 1962-10-24T14:00:00Z MINUTE 1962-10-24T10:00:00-04:00");
  EXPECT_EQ(Read("1962-10-24T14:00", "Asia/Kolkata"),
            "1962-10-24T08:30:00Z 1962-10-24T08:30:00Z MINUTE 1962-10-24T14:00:00+05:30");
}

TEST(HistoricalDateTest, WritesAnInstantInUtcWhereTheOffsetHasSeconds) {
  EXPECT_EQ(Read("1800-01-01T12:00", kWashington),
            "1800-01-01T16:56:02Z 1800-01-01T16:56:02Z MINUTE 1800-01-01T16:56:02+00:00");
}

TEST(HistoricalDateTest, ReadsHoursAndWritesTheirDay) {
  EXPECT_EQ(Read("1962-10-22T18", kWashington), "1962-10-22T22:00:00Z 1962-10-22T23:00:00Z HOUR 1962-10-22");
}

TEST(HistoricalDateTest, ReadsMarks) {
  EXPECT_EQ(Read("1962-10-28?", "UTC"), "1962-10-28T00:00:00Z 1962-10-29T00:00:00Z DAY 1962-10-28? inferred");
  EXPECT_EQ(Read("1962-10-28%", "UTC"),
            "1962-10-28T00:00:00Z 1962-10-29T00:00:00Z DAY 1962-10-28% approximate inferred");
  EXPECT_EQ(Read("1962-10-23T01:00+03:00~", kMoscow),
            "1962-10-22T22:00:00Z 1962-10-22T22:00:00Z MINUTE 1962-10-23T01:00:00+03:00 approximate");
}

TEST(HistoricalDateTest, ReadsIntervals) {
  EXPECT_EQ(Read("1962-10-24/1962-10-25", "UTC"),
            "1962-10-24T00:00:00Z 1962-10-26T00:00:00Z DAY 1962-10-24/1962-10-25");
  EXPECT_EQ(Read("1962-10-24/1962-11~", "UTC"),
            "1962-10-24T00:00:00Z 1962-12-01T00:00:00Z MONTH 1962-10-24/1962-11~ approximate");
  EXPECT_EQ(Read("1962-10-25T00:00/1962-10-25T08:45?", kMoscow),
            "1962-10-24T21:00:00Z 1962-10-25T05:45:00Z DAY 1962-10-25? inferred");
  EXPECT_EQ(Read("1962-10-24T17:00?/1962-10-25T01:45?", kWashington),
            "1962-10-24T21:00:00Z 1962-10-25T05:45:00Z DAY 1962-10-24?/1962-10-25? inferred");
}

TEST(HistoricalDateTest, RefusesIntervalsThatEndBeforeTheyBegin) {
  EXPECT_THAT(Read("1962-10-25/1962-10-24", "UTC"), HasSubstr("the interval ends before it begins"));
  EXPECT_THAT(Read("1962-10-25T10:00/1962-10-25T10:00", "UTC"), HasSubstr("the interval ends before it begins"));
  EXPECT_THAT(Read("1962/1962/1962", "UTC"), HasSubstr("is not a date"));
  EXPECT_THAT(Read("1962-10-25/", "UTC"), HasSubstr("is not a date"));
}

TEST(HistoricalDateTest, RefusesAnOffsetThatContradictsTheZone) {
  EXPECT_EQ(Read("1962-10-28T16:35-04:00", kWashington),
            "\"1962-10-28T16:35-04:00\" is not a date: the offset -04:00 contradicts the zone America/New_York, which "
            "is at -05:00 then");
  EXPECT_THAT(Read("1962-10-27T17:00+04:00", kMoscow), HasSubstr("which is at +03:00 then"));
}

TEST(HistoricalDateTest, AsksForTheOffsetOfATimeThatCameTwice) {
  EXPECT_THAT(Read("1962-10-28T01:30", kWashington), HasSubstr("twice; add the offset, -04:00 or -05:00"));
  EXPECT_THAT(Read("1962-10-28T01:30-04:00", kWashington), HasSubstr("1962-10-28T05:30:00Z "));
  EXPECT_THAT(Read("1962-10-28T01:30-05:00", kWashington), HasSubstr("1962-10-28T06:30:00Z "));
}

TEST(HistoricalDateTest, RefusesTimesAndDaysThatTheClockSkipped) {
  EXPECT_THAT(Read("1962-04-29T02:30", kWashington), HasSubstr("the clock in America/New_York skipped that time"));
  EXPECT_THAT(Read("2011-12-30", "Pacific/Apia"), HasSubstr("the calendar in Pacific/Apia skipped that day"));
}

TEST(HistoricalDateTest, RefusesWhatIsNoDate) {
  for (const char* text : {"",
                           "62",
                           "196x",
                           "1962-1",
                           "1962-13",
                           "1962-00",
                           "1962-02-29",
                           "1962-10-32",
                           "0000",
                           "1962-10-22T",
                           "1962-10-22T24",
                           "1962-10-22T18:60",
                           "1962-10-22T18:00:00",
                           "1962-10-22 18:00",
                           "1962-10-22T18:00-4",
                           "1962-10-22T18:00+24:00",
                           "1962-10-22T18:00z",
                           "1962-10-22??",
                           "?",
                           "~",
                           " 1962",
                           "1962 ",
                           "-1962",
                           "1962-10-22T18:00Z+00:00"}) {
    EXPECT_THAT(Read(text, "UTC"), HasSubstr("is not a date")) << text;
  }
}

TEST(HistoricalDateTest, HoldsTheYearsThatTimestampHolds) {
  EXPECT_EQ(Read("0001-01-01", "UTC"), "1-01-01T00:00:00Z 1-01-02T00:00:00Z DAY 0001-01-01");
  EXPECT_EQ(Read("9999-12-31T23:59", "UTC"),
            "9999-12-31T23:59:00Z 9999-12-31T23:59:00Z MINUTE 9999-12-31T23:59:00+00:00");
  EXPECT_THAT(Read("0001-01-01", kMoscow), HasSubstr("only the years 1 to 9999, reckoned in UTC, can be held"));
  EXPECT_THAT(Read("9999-12-31", "UTC"), HasSubstr("only the years 1 to 9999, reckoned in UTC, can be held"));
}

TEST(HistoricalDateTest, KnowsOnlyTheZonesThatTzdataLists) {
  for (const char* name : {"America/New_York", "Europe/Moscow", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"}) {
    EXPECT_TRUE(FindZone(name).ok()) << name;
  }
  for (const char* name : {"", "utc", "america/new_york", "America//New_York", "America/New_York/", "/America/New_York",
                           "America/../Europe/Moscow", "America", "Fixed/UTC+05:00:00", "localtime", "libc:localtime",
                           "posix/Europe/Moscow", "right/Europe/Moscow", "zone.tab", "leapseconds", "Mars/Base", " UTC",
                           "file:/etc/localtime"}) {
    EXPECT_EQ(FindZone(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(FindZone("Moscow").status().message(),
            "\"Moscow\" is not a time zone: expected an IANA name such as \"America/New_York\" or \"UTC\"");
  EXPECT_THAT(Read("1962", "Moscow"), HasSubstr("\"Moscow\" is not a time zone"));
}

TEST(HistoricalDateTest, ConvertsTimesBefore1970) {
  const absl::Time time = absl::UnixEpoch() - absl::Milliseconds(250);
  EXPECT_EQ(ToTimestamp(time).seconds(), -1);
  EXPECT_EQ(ToTimestamp(time).nanos(), 750000000);
  EXPECT_EQ(FromTimestamp(ToTimestamp(time)), time);
}

TEST(HistoricalDateTest, BeginsADayAtTheJumpWhereMidnightWasSkipped) {
  const absl::TimeZone sao_paulo = *FindZone("America/Sao_Paulo");
  // On 4 November 2018 clocks went from 00:00 to 01:00.
  EXPECT_EQ(StartOfDay(absl::CivilDay(2018, 11, 4), sao_paulo),
            absl::FromCivil(absl::CivilHour(2018, 11, 4, 3), absl::UTCTimeZone()));
}

TEST(HistoricalDateTest, ReadsAndWritesDays) {
  EXPECT_EQ(ParseDay("1962-10-27"), absl::CivilDay(1962, 10, 27));
  EXPECT_EQ(FormatDay(absl::CivilDay(62, 1, 2)), "0062-01-02");
  for (const char* text : {"", "1962-10", "1962-2-01", "1962-02-29", "1962-10-27 ", "27 October 1962", "0000-01-01"}) {
    EXPECT_FALSE(ParseDay(text).has_value()) << text;
  }
}

TEST(HistoricalDateTest, MakesADayLikeTheExpressionDoes) {
  const v1::HistoricalDate made = DayDate(absl::CivilDay(1962, 10, 28), kWashington, *FindZone(kWashington));
  EXPECT_EQ(made.SerializeAsString(), ParseDate("1962-10-28", kWashington)->SerializeAsString());
}

}  // namespace
}  // namespace hotline::server
