#include "server/timeline/position.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "server/timeline/token.h"
#include "tests/support/status_matchers.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::shared_ptr<const Timeline> Sparse() { return NamedTimelines().front().timeline; }

token::Position At(const Timeline& timeline, std::size_t next, absl::Duration behind_previous) {
  const absl::Time previous = next == 0 ? timeline.start() : timeline.time(next - 1);
  return DecodePosition(EncodePosition(timeline, {next, previous + behind_previous, {}, true}), "p").value();
}

TEST(PositionTest, StaysBelowTheLimitWithTheLongestNames) {
  TimelineOrigin origin;
  origin.revision = "0123456789abcdef";
  origin.fingerprint = std::numeric_limits<std::uint64_t>::max();
  origin.start = absl::FromUnixSeconds(-1'000'000'000) + absl::Nanoseconds(1);
  const auto timeline = MakeTimeline(
      origin, {{origin.start, Timeline::Kind::kEvent, "documents/" + std::string(63, 'x') + "/events/2147483647"},
               {origin.start, Timeline::Kind::kEnd, "end"}});
  const Cursor cursor = {1, origin.start + absl::Nanoseconds(0), {0.123456789, absl::Nanoseconds(1'000'001)}, false};
  EXPECT_LE(EncodePosition(*timeline, cursor).size(), kMostTokenBytes);
}

TEST(PositionTest, KeepsThePaceAndWhetherTheClockStands) {
  const auto timeline = Sparse();
  for (const bool playing : {true, false}) {
    for (const Pace& pace : {Pace{0.01, absl::Milliseconds(1)}, Pace{std::nullopt, std::nullopt}}) {
      const Cursor cursor = {2, timeline->time(1), pace, playing};
      const auto position = DecodePosition(EncodePosition(*timeline, cursor), "p");
      ASSERT_THAT(position, IsOk());
      const auto resumed = ResumeAt(*position, *timeline, "p");
      ASSERT_THAT(resumed, IsOk());
      EXPECT_EQ(resumed->pace, pace);
      EXPECT_EQ(resumed->playing, playing);
    }
  }
}

TEST(PositionTest, AnotherSelectionIsRefused) {
  token::Position position = At(*Sparse(), 2, absl::Seconds(1));
  position.set_fingerprint(43);
  EXPECT_THAT(ResumeAt(position, *Sparse(), "p"), FailsWith(kInvalid, "SELECTION_MISMATCH"));
  EXPECT_THAT(ContinueAt(position, *Sparse(), "p"), FailsWith(kInvalid, "SELECTION_MISMATCH"));
}

TEST(PositionTest, AnOrdinalBeyondTheEndIsRefused) {
  token::Position position = At(*Sparse(), 2, absl::Seconds(1));
  for (const std::int64_t ordinal :
       {std::int64_t{-1}, static_cast<std::int64_t>(Sparse()->size()) + 1, std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()}) {
    position.set_next_ordinal(ordinal);
    EXPECT_THAT(ResumeAt(position, *Sparse(), "p"), FailsWith(kInvalid, "POSITION_INCONSISTENT")) << ordinal;
  }
}

TEST(PositionTest, AnotherPreviousItemIsRefused) {
  token::Position position = At(*Sparse(), 2, absl::Seconds(1));
  for (const std::string key : {"event/7", "event/0", "day/0", "end", ""}) {
    position.set_previous_key(key);
    EXPECT_THAT(ResumeAt(position, *Sparse(), "p"), FailsWith(kInvalid, "POSITION_INCONSISTENT")) << key;
  }
}

TEST(PositionTest, AClockOutsideItsGapIsRefused) {
  EXPECT_THAT(ResumeAt(At(*Sparse(), 2, absl::ZeroDuration()), *Sparse(), "p"), IsOk());
  EXPECT_THAT(ResumeAt(At(*Sparse(), 2, absl::Hours(23)), *Sparse(), "p"), IsOk());
  EXPECT_THAT(ResumeAt(At(*Sparse(), 2, absl::Hours(23) + absl::Nanoseconds(1)), *Sparse(), "p"),
              FailsWith(kInvalid, "POSITION_INCONSISTENT"));
  EXPECT_THAT(ResumeAt(At(*Sparse(), 2, -absl::Nanoseconds(1)), *Sparse(), "p"),
              FailsWith(kInvalid, "POSITION_INCONSISTENT"));
  token::Position position = At(*Sparse(), 2, absl::Seconds(1));
  position.mutable_clock()->set_nanos(-1);
  EXPECT_THAT(ResumeAt(position, *Sparse(), "p"), FailsWith(kInvalid, "POSITION_INCONSISTENT"));
}

TEST(PositionTest, APaceOutOfRangeIsRefused) {
  for (const double speed : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), 1e300}) {
    token::Position position = At(*Sparse(), 2, absl::Seconds(1));
    position.set_speed(speed);
    EXPECT_THAT(ResumeAt(position, *Sparse(), "p"), FailsWith(kInvalid, "POSITION_INCONSISTENT")) << speed;
  }
}

TEST(PositionTest, ContinuesBehindTheSameItemWhereOthersWereInserted) {
  const auto old_one = TinyTimeline({{absl::Hours(1), Timeline::Kind::kEvent}, {absl::Hours(5), Timeline::Kind::kEnd}});
  TimelineOrigin origin = old_one->origin();
  origin.revision = "fedcba9876543210";
  const auto new_one = MakeTimeline(origin, {{old_one->start(), Timeline::Kind::kEvent, "event/new"},
                                             {old_one->time(0), Timeline::Kind::kEvent, "event/0"},
                                             {old_one->end(), Timeline::Kind::kEnd, "end"}});
  const auto cursor = ContinueAt(At(*old_one, 1, absl::Minutes(30)), *new_one, "p");
  ASSERT_THAT(cursor, IsOk());
  EXPECT_EQ(cursor->next, 2u);
  EXPECT_EQ(cursor->clock, old_one->time(0) + absl::Minutes(30));
}

TEST(PositionTest, ContinuesWhereTheLastItemIsGoneOrMovedWithoutPlayingItTwice) {
  const auto old_one = TinyTimeline({{absl::Hours(1), Timeline::Kind::kEvent}, {absl::Hours(5), Timeline::Kind::kEnd}});
  const absl::Time former = old_one->time(0);
  const NamedItem before = {former - absl::Minutes(30), Timeline::Kind::kEvent, "event/before"};
  const NamedItem tie = {former, Timeline::Kind::kEvent, "event/tie"};
  const NamedItem behind = {former + absl::Minutes(30), Timeline::Kind::kEvent, "event/behind"};
  const NamedItem end = {old_one->end(), Timeline::Kind::kEnd, "end"};
  const auto moved_to = [](absl::Time time) { return NamedItem{time, Timeline::Kind::kEvent, "event/0"}; };
  struct Case {
    std::string what;
    std::vector<NamedItem> items;
    std::size_t next;
  };
  const std::vector<Case> cases = {
      {"gone", {before, tie, behind, end}, 2},
      {"earlier", {moved_to(old_one->start()), before, tie, behind, end}, 3},
      {"later", {before, tie, behind, moved_to(former + absl::Hours(1)), end}, 4},
  };
  for (const Case& each : cases) {
    const auto new_one = MakeTimeline(old_one->origin(), each.items);
    const auto cursor = ContinueAt(At(*old_one, 1, absl::ZeroDuration()), *new_one, "p");
    ASSERT_THAT(cursor, IsOk()) << each.what;
    EXPECT_EQ(cursor->next, each.next) << each.what;
    EXPECT_EQ(cursor->clock, std::max(former, new_one->time(each.next - 1))) << each.what;
  }
}

TEST(PositionTest, AContinuedClockDoesNotPassAnItemThatWasNotSent) {
  const auto old_one = TinyTimeline({{absl::Hours(1), Timeline::Kind::kEvent}, {absl::Hours(5), Timeline::Kind::kEnd}});
  const absl::Time inserted = old_one->time(0) + absl::Hours(1);
  const auto new_one = MakeTimeline(old_one->origin(), {{old_one->time(0), Timeline::Kind::kEvent, "event/0"},
                                                        {inserted, Timeline::Kind::kEvent, "event/new"},
                                                        {old_one->end(), Timeline::Kind::kEnd, "end"}});
  const auto cursor = ContinueAt(At(*old_one, 1, absl::Hours(3)), *new_one, "p");
  ASSERT_THAT(cursor, IsOk());
  EXPECT_EQ(cursor->next, 1u);
  EXPECT_EQ(cursor->clock, inserted);
}

TEST(PositionTest, ContinuesBehindTheFormerEndWithWhatIsNewAtThatInstant) {
  const auto old_one =
      TinyTimeline({{absl::ZeroDuration(), Timeline::Kind::kDayStarted}, {absl::Hours(24), Timeline::Kind::kEnd}});
  TimelineOrigin origin = old_one->origin();
  origin.revision = "fedcba9876543210";
  const auto new_one = MakeTimeline(origin, {{old_one->start(), Timeline::Kind::kDayStarted, "day/0"},
                                             {old_one->end(), Timeline::Kind::kDayStarted, "day/1"},
                                             {old_one->end() + absl::Hours(1), Timeline::Kind::kEvent, "event/new"},
                                             {old_one->end() + absl::Hours(24), Timeline::Kind::kEnd, "end"}});
  const auto position =
      DecodePosition(EncodePosition(*old_one, {old_one->size(), old_one->end(), {}, true}), "p").value();
  EXPECT_EQ(ContinueAt(position, *new_one, "p")->next, 1u);
}

}  // namespace
}  // namespace hotline::server
