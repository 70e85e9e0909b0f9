#ifndef HOTLINE_TESTS_TIMELINE_RECORDER_H_
#define HOTLINE_TESTS_TIMELINE_RECORDER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "server/timeline/player.h"

namespace hotline::server {

// Watches every message of one player and checks the guarantees on it: G1 and G2 (ordinals), G4 (never early), G5
// (monotone clock), G6 (bookmark), G9 (a position lies in its gap and decodes to the same place). A breach is a test
// failure that names the guarantee.
class Recorder {
 public:
  explicit Recorder(std::shared_ptr<const Timeline> timeline) : timeline_(std::move(timeline)) {}

  void See(const Player::Message& message);

  // Ordinals of the items seen.
  const std::vector<std::size_t>& ordinals() const { return ordinals_; }

 private:
  void CheckPosition(const Cursor& cursor);

  const std::shared_ptr<const Timeline> timeline_;
  std::vector<std::size_t> ordinals_;
  std::optional<std::size_t> expected_;
  std::optional<absl::Time> clock_;
  bool closed_ = false;
};

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_TIMELINE_RECORDER_H_
