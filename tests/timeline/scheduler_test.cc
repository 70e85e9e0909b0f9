#include "server/timeline/scheduler.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
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

// Holds the scheduler's thread up until it is let go.
class Blocker final : public Wakeable {
 public:
  void Wake() override {
    entered_.set_value();
    released_.get_future().wait();
  }
  void AwaitEntered() { entered_.get_future().wait(); }
  void Release() { released_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> released_;
};

TEST(SchedulerTest, WhoAwaitsWakeUpsWaitsForThoseThatAreBeingMadeAndNotForOthers) {
  Scheduler scheduler;
  scheduler.AwaitWakeUps();  // none are: returns at once
  const auto blocker = std::make_shared<Blocker>();
  scheduler.WakeAt(SteadyNow(), blocker);
  blocker->AwaitEntered();
  std::atomic<bool> returned = false;
  std::thread waiting([&] {
    scheduler.AwaitWakeUps();
    returned = true;
  });
  for (int i = 0; i < 1'000; ++i) std::this_thread::yield();
  EXPECT_FALSE(returned);
  blocker->Release();
  waiting.join();
  EXPECT_TRUE(returned);
}

TEST(SchedulerTest, WhoAwaitsWakeUpsIsLetGoAfterAShortRunOfManyInOneTick) {
  Scheduler scheduler;
  const auto first = std::make_shared<Blocker>();
  const auto last = std::make_shared<Blocker>();
  const auto sleeper = std::make_shared<Sleeper>();
  const SteadyTime due = SteadyNow() + absl::Milliseconds(20);
  scheduler.WakeAt(due, first);
  for (int i = 0; i < 100; ++i) scheduler.WakeAt(due, sleeper);
  scheduler.WakeAt(due, last);
  first->AwaitEntered();
  std::promise<void> about_to_wait;
  std::promise<void> returned;
  std::thread waiting([&] {
    about_to_wait.set_value();
    scheduler.AwaitWakeUps();
    returned.set_value();
  });
  about_to_wait.get_future().wait();
  for (int i = 0; i < 1'000; ++i) std::this_thread::yield();
  first->Release();
  last->AwaitEntered();  // the scheduler hangs in a later run
  EXPECT_EQ(returned.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  last->Release();
  waiting.join();
}

}  // namespace
}  // namespace hotline::server
