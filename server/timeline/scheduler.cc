#include "server/timeline/scheduler.h"

#include <chrono>
#include <cstddef>
#include <utility>

namespace hotline::server {
namespace {

// So many wake-ups take about a millisecond, where no items have to be made first: what waits for them waits no longer.
constexpr std::size_t kRun = 64;

std::int64_t TickAtOrAfter(SteadyTime time) {
  absl::Duration rest;
  const std::int64_t tick = absl::IDivDuration(time, Scheduler::kTick, &rest);
  return rest > absl::ZeroDuration() ? tick + 1 : tick;
}

}  // namespace

SteadyTime SteadyNow() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

Scheduler::Scheduler() : thread_([this] { Run(); }) {}

Scheduler::~Scheduler() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Scheduler::WakeAt(SteadyTime time, std::shared_ptr<Wakeable> who) {
  const std::int64_t tick = TickAtOrAfter(time);
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool earliest = waiting_.empty() || tick < waiting_.begin()->first;
  waiting_[tick].push_back(std::move(who));
  if (earliest) changed_.notify_one();
}

void Scheduler::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = waiting_.begin();
    const absl::Duration left = first->first * kTick - SteadyNow();
    if (left > absl::ZeroDuration()) {
      changed_.wait_for(lock, absl::ToChronoNanoseconds(left));
      continue;
    }
    std::vector<std::shared_ptr<Wakeable>> due = std::move(first->second);
    waiting_.erase(first);
    lock.unlock();
    WakeAll(std::move(due));
    lock.lock();
  }
}

void Scheduler::WakeAll(std::vector<std::shared_ptr<Wakeable>> due) {
  const auto begin_run = [this](bool more) {
    {
      const std::lock_guard<std::mutex> lock(run_mutex_);
      waking_ = more;
      ++run_;
    }
    run_over_.notify_all();
  };
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (i % kRun == 0) begin_run(true);
    due[i]->Wake();
    due[i].reset();
  }
  begin_run(false);
}

void Scheduler::AwaitWakeUps() {
  std::unique_lock<std::mutex> lock(run_mutex_);
  const std::uint64_t run = run_;
  run_over_.wait(lock, [&] { return !waking_ || run_ != run; });
}

}  // namespace hotline::server
