#include "server/timeline/timeline.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
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
  bytes += std::string(Ties()->BlockOf(2)->Bytes(2, 5));
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
  EXPECT_EQ(Ties()->FindEvent("event/6"), 6u);
  EXPECT_EQ(Ties()->FindEvent("event/"), Ties()->size());
  EXPECT_EQ(Ties()->Find("end", Ties()->end()), 9u);
  EXPECT_EQ(Ties()->Find("event/6", Ties()->time(6)), 6u);
  EXPECT_EQ(Ties()->Find("event/6", Ties()->time(7)), Ties()->size());
  EXPECT_EQ(Ties()->key(0), "day/0");
}

TEST(TimelineTest, TimesAroundTheUnixEpochHaveNanosFromZeroUp) {
  const auto crossing = NamedTimelines()[4].timeline;
  v1::StreamTimelineResponse response;
  ASSERT_TRUE(response.ParseFromString(std::string(crossing->BlockOf(0)->Bytes(0, crossing->size()))));
  ASSERT_EQ(response.items_size(), 6);
  EXPECT_EQ(response.items(1).time().seconds(), -1);
  EXPECT_EQ(response.items(1).time().nanos(), 0);
  EXPECT_EQ(response.items(2).time().seconds(), -1);
  EXPECT_EQ(response.items(2).time().nanos(), 500'000'000);
  EXPECT_EQ(response.items(3).time().seconds(), 0);
  EXPECT_EQ(response.items(4).time().nanos(), 500'000'000);
}

// Counts how often an item is made.
class CountingContents final : public Timeline::Contents {
 public:
  explicit CountingContents(std::atomic<int>* made) : made_(made) {}
  std::string Key(const Timeline::Entry& entry) const override { return absl::StrCat("event/", entry.subject); }
  v1::TimelineItem Item(const Timeline::Entry& entry) const override {
    ++*made_;
    v1::TimelineItem item;
    item.mutable_event()->mutable_event()->set_name(Key(entry));
    return item;
  }
  std::optional<absl::Time> TimeOfEvent(absl::string_view) const override { return std::nullopt; }

 private:
  std::atomic<int>* const made_;
};

TEST(TimelineTest, OfAMillionItemsOnlyThoseAreMadeThatAPlaybackComesToAndOnce) {
  std::vector<Timeline::Entry> entries;
  for (std::uint32_t i = 0; i < 999'999; ++i) {
    entries.push_back({absl::UnixEpoch() + absl::Seconds(i), Timeline::Kind::kEvent, i});
  }
  entries.push_back({absl::UnixEpoch() + absl::Seconds(999'999), Timeline::Kind::kEnd, 0});
  TimelineOrigin origin;
  origin.start = absl::UnixEpoch();
  std::atomic<int> made = 0;
  const Timeline timeline(origin, std::move(entries), std::make_unique<CountingContents>(&made));
  EXPECT_EQ(timeline.size(), 1'000'000u);
  EXPECT_EQ(timeline.event_count(), 999'999u);
  EXPECT_EQ(made, 0);
  const auto block = timeline.BlockOf(654'321);
  EXPECT_TRUE(block->Holds(654'321));
  EXPECT_EQ(made, static_cast<int>(block->ends.size()));
  EXPECT_LE(made, 1'000);
  for (std::size_t ordinal = block->first; block->Holds(ordinal); ++ordinal) {
    EXPECT_EQ(timeline.BlockOf(ordinal), block) << "all playbacks share it, wherever in it they come to";
  }
  EXPECT_EQ(made, static_cast<int>(block->ends.size()));
}

TEST(TimelineTest, AnItemOfAnyBlockHasItsOrdinalTimeAndContents) {
  std::vector<Timeline::Entry> entries;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    entries.push_back({absl::UnixEpoch() + absl::Seconds(i), Timeline::Kind::kEvent, i});
  }
  std::atomic<int> made = 0;
  const Timeline timeline({}, std::move(entries), std::make_unique<CountingContents>(&made));
  v1::StreamTimelineResponse response;
  ASSERT_TRUE(response.ParseFromString(ItemBytes(timeline)));
  ASSERT_EQ(response.items_size(), 1'000);
  for (int i = 0; i < response.items_size(); ++i) {
    EXPECT_EQ(response.items(i).ordinal(), i);
    EXPECT_EQ(response.items(i).time().seconds(), i);
    EXPECT_EQ(response.items(i).event().event().name(), absl::StrCat("event/", i));
  }
}

TEST(TimelineTest, BeyondTheBudgetTheOldestBlocksAreLetGoAndMadeAgainWithTheSameBytes) {
  std::atomic<int> made = 0;
  const auto budget = std::make_shared<BlockBudget>(10'000);
  const auto make = [&] {
    std::vector<Timeline::Entry> entries;
    for (std::uint32_t i = 0; i < 1'000; ++i) entries.push_back({absl::UnixEpoch(), Timeline::Kind::kEvent, i});
    return std::make_unique<Timeline>(TimelineOrigin(), std::move(entries), std::make_unique<CountingContents>(&made),
                                      budget);
  };
  const auto one = make();
  auto other = make();
  const std::string bytes = ItemBytes(*one);
  EXPECT_GT(bytes.size(), 2 * budget->most);
  EXPECT_LE(budget->kept, budget->most);
  EXPECT_EQ(ItemBytes(*other), bytes);
  EXPECT_LE(budget->kept, budget->most + one->BlockOf(999)->bytes.size());
  made = 0;
  EXPECT_EQ(ItemBytes(*one), bytes);
  EXPECT_GT(made, 0);
  other.reset();
  EXPECT_LE(budget->kept, budget->most) << "what a timeline kept is given back with it";
}

TEST(TimelineTest, PlaybacksThatComeToABlockAtOnceGetTheSameBytes) {
  std::vector<Timeline::Entry> entries;
  for (std::uint32_t i = 0; i < 1'000; ++i) entries.push_back({absl::UnixEpoch(), Timeline::Kind::kEvent, i});
  std::atomic<int> made = 0;
  const Timeline timeline({}, std::move(entries), std::make_unique<CountingContents>(&made));
  std::vector<std::string> bytes(4);
  std::vector<std::thread> threads;
  for (std::string& each : bytes) threads.emplace_back([&] { each = ItemBytes(timeline); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& each : bytes) EXPECT_EQ(each, bytes[0]);
}

}  // namespace
}  // namespace hotline::server
