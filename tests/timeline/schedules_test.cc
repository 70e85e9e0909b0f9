// Random schedules of controls, slow writes, late wake-ups and cuts, over five replicas.
//
//   schedules_test --schedules=1000000 --first_seed=1

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "gtest/gtest.h"
#include "server/corpus/errors.h"
#include "server/corpus/loader.h"
#include "server/timeline/selection.h"
#include "tests/timeline/schedule.h"
#include "tests/timeline/tiny_timelines.h"

ABSL_FLAG(std::uint64_t, schedules, 12'000, "how many schedules to run");
ABSL_FLAG(std::uint64_t, first_seed, 1, "seed of the first; the others follow");

namespace hotline::server {
namespace {

constexpr std::size_t kReplicas = 5;
constexpr std::size_t kTurns = 150;
constexpr std::uint64_t kParts = 12;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) { schedule_.seed = seed; }

  Schedule Make() && {
    if (Chance(25)) {
      SelectFromCorpus();
    } else {
      MakeTiny();
    }
    const Timeline& timeline = *schedule_.replicas[0];
    schedule_.now = absl::Nanoseconds(static_cast<std::int64_t>(random_() % 1'000'000'000'000'000));
    schedule_.start = {0, timeline.start(), RandomPace(), Chance(80)};
    schedule_.options.hold_clock = Chance(50);
    schedule_.options.heartbeat_interval = absl::Seconds(Pick<int>({1, 5, 30}));
    schedule_.options.controlled = Chance(60);
    if (Chance(20)) schedule_.options.until = std::max(RandomTime(), timeline.start());
    if (!schedule_.options.controlled) schedule_.start.playing = true;
    for (std::size_t i = 0; i < kTurns; ++i) schedule_.turns.push_back(RandomTurn());
    return std::move(schedule_);
  }

 private:
  bool Chance(int percent) { return random_() % 100 < static_cast<std::uint64_t>(percent); }
  template <typename T>
  T Pick(const std::vector<T>& from) {
    return from[random_() % from.size()];
  }

  void MakeTiny() {
    const std::vector<absl::Duration> gaps = {absl::ZeroDuration(),  absl::ZeroDuration(), absl::Nanoseconds(1),
                                              absl::Milliseconds(1), absl::Seconds(1),     absl::Minutes(1),
                                              absl::Hours(1),        absl::Hours(24)};
    std::vector<TinyItem> items;
    absl::Duration offset;
    for (std::uint64_t n = random_() % 15; n > 0; --n) {
      offset += Chance(20) ? absl::Nanoseconds(static_cast<std::int64_t>(random_() % 100'000'000'000'000)) : Pick(gaps);
      items.push_back({offset, Chance(33) ? Timeline::Kind::kDayStarted : Timeline::Kind::kEvent});
    }
    items.push_back({offset + Pick(gaps), Timeline::Kind::kEnd});
    for (std::size_t i = 0; i < kReplicas; ++i) schedule_.replicas.push_back(TinyTimeline(items));
  }

  void SelectFromCorpus() {
    // Each replica has loaded its own.
    static const std::vector<std::shared_ptr<const Corpus>> corpora = [] {
      std::vector<std::shared_ptr<const Corpus>> loaded;
      for (std::size_t i = 0; i < kReplicas; ++i) loaded.push_back(LoadCorpus(HOTLINE_DATA_DIR).corpus);
      return loaded;
    }();
    v1::TimelineSelection selection;
    selection.set_audience(Pick<std::string>({"", "", "washington", "moscow", "public"}));
    selection.set_time_zone(Pick<std::string>({"", "Europe/Moscow", "UTC"}));
    if (Chance(50)) selection.set_first_day("1962-10-26");
    if (Chance(50)) selection.set_last_day("1962-10-28");
    if (Chance(30)) selection.add_event_types(v1::EVENT_TYPE_SENT);
    if (Chance(30)) selection.set_view(v1::TIMELINE_VIEW_FULL);
    for (const auto& corpus : corpora) {
      schedule_.replicas.push_back(BuildTimeline(*ReadSelection(selection, *corpus, "selection"), corpus));
    }
  }

  absl::Time RandomTime() {
    const Timeline& timeline = *schedule_.replicas[0];
    const absl::Time item = timeline.time(random_() % timeline.size());
    const auto length = static_cast<std::uint64_t>(absl::ToInt64Nanoseconds(timeline.end() - timeline.start()));
    return Pick<absl::Time>(
        {timeline.start(), timeline.end(), timeline.end() + absl::Nanoseconds(5),
         timeline.start() - absl::Nanoseconds(7), item, item - absl::Nanoseconds(1), item + absl::Nanoseconds(1),
         timeline.start() + absl::Nanoseconds(static_cast<std::int64_t>(random_() % (length + 1)))});
  }

  Pace RandomPace() {
    const std::optional<double> speed = Pick<std::optional<double>>({0.01, 1, 60, 3'600, 86'400, 1e6, 1e7, {}});
    if (!speed.has_value()) return {std::nullopt, std::nullopt};
    return {speed, Pick<std::optional<absl::Duration>>({{}, {}, absl::Seconds(1), absl::Milliseconds(20)})};
  }

  Control RandomControl() {
    Control control;
    if (Chance(40)) control.seek = RandomTime();
    if (Chance(40)) control.pace = RandomPace();
    if (Chance(50)) control.play = Chance(60);
    if (Chance(30) && !control.seek.has_value()) control.step = Pick<int>({1, 1, 2, 5, 1'000});
    if (Chance(5)) control.fault = InvalidField("control.pace.speed", "out of range");
    control.stop = random_() % 500 == 0;
    return control;
  }

  std::vector<Control> RandomControls(int percent) {
    std::vector<Control> controls;
    while (Chance(percent)) controls.push_back(RandomControl());
    // As much as a client can do that does not read.
    if (random_() % 300 == 0) {
      for (int i = 0; i < 40; ++i) controls.push_back(RandomControl());
    }
    return controls;
  }

  Turn RandomTurn() {
    const auto millis = [](std::int64_t count) { return absl::Milliseconds(count); };
    Turn turn;
    turn.controls = RandomControls(20);
    turn.half_close = random_() % 300 == 0;
    turn.write = absl::Microseconds(1);
    if (Chance(30)) turn.write = Pick<absl::Duration>({{}, millis(1), millis(100), millis(400), absl::Seconds(3)});
    turn.during_write = RandomControls(10);
    turn.longest_sleep = Pick<absl::Duration>({millis(1), absl::Seconds(1), absl::Hours(28)});
    turn.oversleep = Pick<absl::Duration>({{}, {}, millis(3)});
    if (Chance(10)) turn.cut_to = random_() % kReplicas;
    turn.downtime = Pick<absl::Duration>({{}, absl::Seconds(1), absl::Minutes(16)});
    return turn;
  }

  std::mt19937_64 random_;
  Schedule schedule_;
};

// In parts, so that they run side by side.
class SchedulesTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SchedulesTest, KeepEveryGuarantee) {
  const std::uint64_t count = absl::GetFlag(FLAGS_schedules) / kParts;
  const std::uint64_t first = absl::GetFlag(FLAGS_first_seed) + GetParam() * count;
  ScheduleResult total;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Schedule schedule = Generator(seed).Make();
    const ScheduleResult result = RunSchedule(schedule);
    total.messages += result.messages;
    total.cuts += result.cuts;
    total.answers += result.answers;
    total.timed_items += result.timed_items;
    if (result.breaches.empty()) continue;
    const Schedule smallest = Shrink(schedule);
    FAIL() << RunSchedule(smallest).breaches.front() << "\n" << smallest.ToString();
  }
  std::cout << "seeds " << first << " to " << first + count - 1 << ": " << total.messages << " messages, "
            << total.answers << " answers, " << total.cuts << " cuts, " << total.timed_items
            << " items held against the wall clock\n";
  // A generator that no longer reaches something would pass without a word.
  EXPECT_GT(total.messages, 20 * count);
  EXPECT_GT(total.answers, 5 * count);
  EXPECT_GT(total.cuts, count);
  EXPECT_GT(total.timed_items, count / 2);
}

INSTANTIATE_TEST_SUITE_P(Parts, SchedulesTest, ::testing::Range<std::uint64_t>(0, kParts));

}  // namespace
}  // namespace hotline::server

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
