#include "server/timeline/scheduler.h"

#include <chrono>
#include <utility>

namespace hotline::server {
namespace {

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
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.join();
}

void Scheduler::WakeAt(SteadyTime time, std::shared_ptr<Wakeable> who) {
  const std::int64_t tick = TickAtOrAfter(time);
  absl::MutexLock lock(&mutex_);
  const bool earliest = waiting_.empty() || tick < waiting_.begin()->first;
  waiting_[tick].push_back(std::move(who));
  if (earliest) changed_.Signal();
}

void Scheduler::Run() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.Wait(&mutex_);
      continue;
    }
    const auto first = waiting_.begin();
    const absl::Duration left = first->first * kTick - SteadyNow();
    if (left > absl::ZeroDuration()) {
      changed_.WaitWithTimeout(&mutex_, left);
      continue;
    }
    std::vector<std::shared_ptr<Wakeable>> due = std::move(first->second);
    waiting_.erase(first);
    mutex_.Unlock();
    for (std::shared_ptr<Wakeable>& each : due) {
      each->Wake();
      each.reset();
    }
    due.clear();
    mutex_.Lock();
  }
}

}  // namespace hotline::server
