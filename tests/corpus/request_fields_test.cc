#include "server/corpus/request_fields.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

google::protobuf::Timestamp Timestamp(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return timestamp;
}

google::protobuf::Duration Duration(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

TEST(RequestFieldsTest, TimestampsAreOfTheYears1To9999) {
  EXPECT_THAT(ReadTimestamp(Timestamp(-62135596800, 0), "t"), IsOk());
  EXPECT_THAT(ReadTimestamp(Timestamp(253402300799, 999'999'999), "t"), IsOk());
  EXPECT_THAT(ReadTimestamp(Timestamp(-62135596801, 0), "t"), IsBadField("t"));
  EXPECT_THAT(ReadTimestamp(Timestamp(253402300800, 0), "t"), IsBadField("t"));
  EXPECT_THAT(ReadTimestamp(Timestamp(0, -1), "t"), IsBadField("t"));
  EXPECT_THAT(ReadTimestamp(Timestamp(0, 1'000'000'000), "t"), IsBadField("t"));
}

TEST(RequestFieldsTest, TimesAroundTheUnixEpochAreOrdinaryTimes) {
  EXPECT_EQ(ReadTimestamp(Timestamp(0, 0), "t").value(), absl::UnixEpoch());
  EXPECT_EQ(ReadTimestamp(Timestamp(-1, 500'000'000), "t").value(), absl::UnixEpoch() - absl::Milliseconds(500));
}

TEST(RequestFieldsTest, DurationsHaveSecondsAndNanosOfOneSign) {
  EXPECT_EQ(ReadDuration(Duration(-1, -500'000'000), "d").value(), -absl::Milliseconds(1500));
  EXPECT_EQ(ReadDuration(Duration(0, -5), "d").value(), -absl::Nanoseconds(5));
  EXPECT_THAT(ReadDuration(Duration(1, -1), "d"), IsBadField("d"));
  EXPECT_THAT(ReadDuration(Duration(0, 1'000'000'000), "d"), IsBadField("d"));
  EXPECT_THAT(ReadDuration(Duration(std::numeric_limits<std::int64_t>::max(), 0), "d"), IsBadField("d"));
}

TEST(RequestFieldsTest, DurationsComeBackFromTheirProto) {
  for (const absl::Duration duration : {absl::ZeroDuration(), absl::Nanoseconds(-1), absl::Milliseconds(1500)}) {
    EXPECT_EQ(ReadDuration(ToProtoDuration(duration), "d").value(), duration);
  }
}

TEST(RequestFieldsTest, ADayIsWrittenInOneWayAndIsInTheCalendar) {
  EXPECT_EQ(ReadDay("1962-10-27", "day").value(), absl::CivilDay(1962, 10, 27));
  EXPECT_EQ(ReadDay("1964-02-29", "day").value(), absl::CivilDay(1964, 2, 29));
  for (const char* text : {"", "1962-2-27", "1962-02-30", "1962-10-27 ", "27-10-1962", "1962-10-27T00:00", "+962-10-27",
                           "0000-01-01", "19620-01-01"}) {
    EXPECT_THAT(ReadDay(text, "day"), IsBadField("day")) << text;
  }
}

TEST(RequestFieldsTest, AZoneIsOneOfTzdatasAndTheDefaultWhereNoneIsNamed) {
  EXPECT_EQ(ReadZone("", "Europe/Moscow", "zone")->name, "Europe/Moscow");
  EXPECT_EQ(ReadZone("UTC", "Europe/Moscow", "zone")->name, "UTC");
  for (const char* name : {"Mars/Olympus", "europe/moscow", "/etc/passwd", "../UTC", "EST5EDT,M3.2.0", " "}) {
    EXPECT_THAT(ReadZone(name, "UTC", "zone"), IsBadField("zone")) << name;
  }
}

TEST(RequestFieldsTest, ANameIsACollectionAndAnId) {
  EXPECT_THAT(CheckName("documents/kk-08", "documents", "name"), IsOk());
  EXPECT_THAT(CheckName("documents/" + std::string(63, 'a'), "documents", "name"), IsOk());
  for (const std::string& name :
       {std::string("kk-08"), std::string("documents/"), std::string("sources/kk-08"), std::string("documents/Kk"),
        std::string("documents/a/b"), "documents/" + std::string(64, 'a')}) {
    EXPECT_THAT(CheckName(name, "documents", "name"), IsBadField("name")) << name;
  }
}

}  // namespace
}  // namespace hotline::server
