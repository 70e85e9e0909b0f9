#ifndef HOTLINE_SERVER_RPC_PLAYBACK_REGISTRY_H_
#define HOTLINE_SERVER_RPC_PLAYBACK_REGISTRY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "server/rpc/peer_counts.h"

namespace hotline::server {

class PlaybackStream;

// The playbacks that are under way, so that their number is bounded and all can be told to end.
//
// Threads: any.
class PlaybackRegistry {
 public:
  // How many there may be at once, in all and of one peer.
  PlaybackRegistry(std::size_t most, std::size_t most_per_peer) : most_(most), most_per_peer_(most_per_peer) {}

  // RESOURCE_EXHAUSTED with RetryInfo where there are too many, UNAVAILABLE once BeginDrain() was called. `peer` is
  // whose it is: the client's address without its port.
  absl::Status Add(const std::shared_ptr<PlaybackStream>& stream, std::string peer) ABSL_LOCKS_EXCLUDED(mutex_);
  // Without effect for a stream that was not added.
  void Remove(PlaybackStream* stream) ABSL_LOCKS_EXCLUDED(mutex_);

  // No stream can be added from here on. Returns those that are under way.
  std::vector<std::shared_ptr<PlaybackStream>> BeginDrain() ABSL_LOCKS_EXCLUDED(mutex_);
  bool empty() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    std::weak_ptr<PlaybackStream> stream;
    std::string peer;
  };

  const std::size_t most_;
  const std::size_t most_per_peer_;
  mutable absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<PlaybackStream*, Entry> streams_ ABSL_GUARDED_BY(mutex_);
  PeerCounts by_peer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PLAYBACK_REGISTRY_H_
