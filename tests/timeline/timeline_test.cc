#include "server/timeline/timeline.h"

#include "gtest/gtest.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/historical_date.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

std::shared_ptr<const Timeline> Ties() { return NamedTimelines()[1].timeline; }

TEST(TimelineTest, BytesAppendedToAResponseAreItsItems) {
  v1::StreamTimelineResponse head;
  head.set_epoch(1);
  std::string bytes = head.SerializeAsString();
  bytes += std::string(Ties()->Bytes(2, 5));
  v1::StreamTimelineResponse response;
  ASSERT_TRUE(response.ParseFromString(bytes));
  EXPECT_EQ(response.epoch(), 1);
  ASSERT_EQ(response.items_size(), 3);
  EXPECT_EQ(response.items(0).ordinal(), 2);
  EXPECT_EQ(response.items(2).event().event().name(), "event/4");
  EXPECT_EQ(FromTimestamp(response.items(2).time()), Ties()->time(4));
}

TEST(TimelineTest, FindsTheFirstItemAtOrAfterAndAfterATime) {
  const absl::Time tie = Ties()->time(1);
  EXPECT_EQ(Ties()->FirstAtOrAfter(tie), 1u);
  EXPECT_EQ(Ties()->FirstAtOrAfter(tie - absl::Nanoseconds(1)), 1u);
  EXPECT_EQ(Ties()->FirstAtOrAfter(tie + absl::Nanoseconds(1)), 7u);
  EXPECT_EQ(Ties()->FirstAfter(tie), 7u);
  EXPECT_EQ(Ties()->FirstAtOrAfter(Ties()->end() + absl::Seconds(1)), Ties()->size());
}

TEST(TimelineTest, FindsItemsByTheirKeys) {
  EXPECT_EQ(Ties()->FindKey("event/6"), 6u);
  EXPECT_EQ(Ties()->FindKey("end"), 9u);
  EXPECT_EQ(Ties()->FindKey("event/"), Ties()->size());
  EXPECT_EQ(Ties()->key(0), "day/0");
}

TEST(TimelineTest, TimesAroundTheUnixEpochHaveNanosFromZeroUp) {
  const auto crossing = NamedTimelines()[4].timeline;
  v1::StreamTimelineResponse response;
  ASSERT_TRUE(response.ParseFromString(std::string(crossing->Bytes(0, crossing->size()))));
  ASSERT_EQ(response.items_size(), 6);
  EXPECT_EQ(response.items(1).time().seconds(), -1);
  EXPECT_EQ(response.items(1).time().nanos(), 0);
  EXPECT_EQ(response.items(2).time().seconds(), -1);
  EXPECT_EQ(response.items(2).time().nanos(), 500'000'000);
  EXPECT_EQ(response.items(3).time().seconds(), 0);
  EXPECT_EQ(response.items(4).time().nanos(), 500'000'000);
}

}  // namespace
}  // namespace hotline::server
