#include "server/timeline/scheduler.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "gtest/gtest.h"

namespace hotline::server {
namespace {

// Remembers when it was woken.
class Sleeper final : public Wakeable {
 public:
  void Wake() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_.push_back(SteadyNow());
    changed_.notify_one();
  }

  // Waits until it was woken `times` times; false where that takes too long.
  bool AwaitWakes(std::size_t times) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return woken_.size() >= times; });
  }
  std::vector<SteadyTime> woken() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return woken_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SteadyTime> woken_;
};

TEST(SchedulerTest, WakesOnceAndNeverEarly) {
  Scheduler scheduler;
  const auto sleeper = std::make_shared<Sleeper>();
  const SteadyTime due = SteadyNow() + absl::Milliseconds(15);
  scheduler.WakeAt(due, sleeper);
  ASSERT_TRUE(sleeper->AwaitWakes(1));
  EXPECT_GE(sleeper->woken().front(), due);
  EXPECT_EQ(sleeper->woken().size(), 1u);
}

TEST(SchedulerTest, AnEarlierTimeWakesTheWaitingThread) {
  Scheduler scheduler;
  const auto far = std::make_shared<Sleeper>();
  const auto near = std::make_shared<Sleeper>();
  scheduler.WakeAt(SteadyNow() + absl::Hours(1), far);
  scheduler.WakeAt(SteadyNow(), near);
  EXPECT_TRUE(near->AwaitWakes(1));
  EXPECT_TRUE(far->woken().empty());
}

TEST(SchedulerTest, WakesEveryOneOfManyInOneTick) {
  Scheduler scheduler;
  const auto sleeper = std::make_shared<Sleeper>();
  for (int i = 0; i < 1000; ++i) scheduler.WakeAt(SteadyNow() + absl::Milliseconds(5), sleeper);
  EXPECT_TRUE(sleeper->AwaitWakes(1000));
}

TEST(SchedulerTest, IsDestroyedWithoutWaitingForWhatIsFarAway) {
  const auto sleeper = std::make_shared<Sleeper>();
  {
    Scheduler scheduler;
    scheduler.WakeAt(SteadyNow() + absl::Hours(1), sleeper);
  }
  EXPECT_TRUE(sleeper->woken().empty());
  EXPECT_EQ(sleeper.use_count(), 1) << "what was never woken is let go";
}

}  // namespace
}  // namespace hotline::server
