#ifndef HOTLINE_SERVER_TIMELINE_SCHEDULER_H_
#define HOTLINE_SERVER_TIMELINE_SCHEDULER_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "server/timeline/player.h"

namespace hotline::server {

// Now, by the process's steady clock: the only place that reads it.
SteadyTime SteadyNow();

// What the scheduler wakes.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  // Called on the scheduler's thread, at or after the time that was asked for; must not block. May come without need.
  virtual void Wake() = 0;
};

// One thread that keeps time for all playbacks.
//
// Times are rounded up to ticks, so that playbacks that are due together are woken together; an earlier time than the
// one the thread waits for wakes it.
//
// Threads: any may call. The thread is joined by the destructor, which wakes nobody any more.
class Scheduler {
 public:
  // Measured with 10,000 playbacks of one item a second: of a hundred items one is later than 9 to 10 ms, of 12 to 17 ms
  // with ticks of 10 ms; those of 5 ms cost a tenth more CPU.
  static constexpr absl::Duration kTick = absl::Milliseconds(8);

  Scheduler();
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Wakes `who` once, at `time` rounded up to a tick. It is kept alive until then, and there is no way to call this
  // off: who is woken looks whether there is something to do.
  void WakeAt(SteadyTime time, std::shared_ptr<Wakeable> who);

  // Returns when no wake-ups are being made, or after a short run of them. For what a wake-up sets off on other threads
  // and may as well come in one go behind all of them: two threads that wake each other for every message spend most of
  // their time on that. Not from within Wake().
  void AwaitWakeUps();

 private:
  void Run();
  void WakeAll(std::vector<std::shared_ptr<Wakeable>> due);

  // Not absl::Mutex: the thread sanitizer does not see into the packaged Abseil.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  // By tick, counted from the steady clock's origin. Guarded by mutex_.
  std::map<std::int64_t, std::vector<std::shared_ptr<Wakeable>>> waiting_;

  std::mutex run_mutex_;
  std::condition_variable run_over_;
  bool waking_ = false;    // guarded by run_mutex_
  std::uint64_t run_ = 0;  // guarded by run_mutex_; of wake-ups, so that who waits for one does not wait for the next

  std::thread thread_;  // last, so that it starts when the rest is there
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_SCHEDULER_H_
