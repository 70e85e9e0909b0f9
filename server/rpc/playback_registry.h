#ifndef HOTLINE_SERVER_RPC_PLAYBACK_REGISTRY_H_
#define HOTLINE_SERVER_RPC_PLAYBACK_REGISTRY_H_

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace hotline::server {

class PlaybackStream;

// The playbacks that are under way, so that their number is bounded and all can be told to end.
//
// Threads: any.
class PlaybackRegistry {
 public:
  explicit PlaybackRegistry(std::size_t most) : most_(most) {}

  // RESOURCE_EXHAUSTED with RetryInfo where there are too many, UNAVAILABLE once DrainAll() was called.
  absl::Status Add(const std::shared_ptr<PlaybackStream>& stream) ABSL_LOCKS_EXCLUDED(mutex_);
  // Without effect for a stream that was not added.
  void Remove(PlaybackStream* stream) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends every playback, telling each client to wait a random time from 50 ms up to `most_wait`, so that they do not
  // come back all at once. No stream can be added from here on.
  void DrainAll(absl::Duration most_wait) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::size_t most_;
  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<PlaybackStream*, std::weak_ptr<PlaybackStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PLAYBACK_REGISTRY_H_
