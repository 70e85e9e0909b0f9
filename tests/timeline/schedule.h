#ifndef HOTLINE_TESTS_TIMELINE_SCHEDULE_H_
#define HOTLINE_TESTS_TIMELINE_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/timeline/control.h"
#include "server/timeline/player.h"

namespace hotline::server {

// One round of a schedule: what goes in, then the player is asked, then time passes.
struct Turn {
  std::vector<Control> controls;  // before it is asked; their ids are given when they are
  bool half_close = false;
  // Where there is a message: how long its write takes, and what comes in halfway through.
  absl::Duration write;
  std::vector<Control> during_write;
  // Where there is none: after how long the wait is broken off, and how much too late.
  absl::Duration longest_sleep;
  absl::Duration oversleep;
  // Behind a message the replica dies, and this one goes on so much later.
  std::optional<std::size_t> cut_to;
  absl::Duration downtime;
};

// Everything that happens to one playback, whatever the player does.
struct Schedule {
  std::uint64_t seed = 0;
  // The same timeline, made independently on each replica.
  std::vector<std::shared_ptr<const Timeline>> replicas;
  Cursor start;
  PlayerOptions options;
  SteadyTime now;
  std::vector<Turn> turns;

  std::string ToString() const;
};

struct ScheduleResult {
  std::vector<std::string> breaches;  // empty is good
  std::size_t messages = 0;
  std::size_t cuts = 0;
  std::size_t answers = 0;
  std::size_t timed_items = 0;  // held against the wall clock
};

// Plays it, and holds every message to the guarantees.
ScheduleResult RunSchedule(const Schedule& schedule);

// The smallest schedule found, by leaving things out, that still breaks a guarantee. `schedule` must do so.
Schedule Shrink(Schedule schedule);

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_TIMELINE_SCHEDULE_H_
