#ifndef HOTLINE_CLIENT_CLI_PLAYER_PLAYBACK_FEED_H_
#define HOTLINE_CLIENT_CLI_PLAYER_PLAYBACK_FEED_H_

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "hotline/playback.h"

namespace hotline::cli {

// A playback that a thread of its own reads, for a program that waits for several things at once.
//
// It keeps no more than a few hundred messages: while nobody takes them, it reads no further.
//
// Threads: one takes and controls; the feed's own thread is joined by the destructor, which ends the playback.
class PlaybackFeed {
 public:
  // `wake_fd` is an eventfd that is written to when there is something to take; it must outlive the feed.
  PlaybackFeed(Playback playback, int wake_fd);
  ~PlaybackFeed();
  PlaybackFeed(const PlaybackFeed&) = delete;
  PlaybackFeed& operator=(const PlaybackFeed&) = delete;

  // What came since the last call, in order.
  std::vector<v1::PlayTimelineResponse> Take();

  // How the playback ended, once it has and everything was taken: OK where it is complete.
  std::optional<absl::Status> Ended() const;

  // For controls and interruption(); nobody else may iterate.
  Playback& playback() { return playback_; }

 private:
  void Read();
  void Wake() const;

  Playback playback_;
  const int wake_fd_;
  mutable std::mutex mu_;
  std::condition_variable room_;                    // something was taken, or the feed stops
  std::vector<v1::PlayTimelineResponse> messages_;  // guarded by mu_
  std::optional<absl::Status> end_;                 // guarded by mu_
  bool stopping_ = false;                           // guarded by mu_
  std::thread thread_;
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_PLAYBACK_FEED_H_
