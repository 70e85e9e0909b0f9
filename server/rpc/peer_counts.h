#ifndef HOTLINE_SERVER_RPC_PEER_COUNTS_H_
#define HOTLINE_SERVER_RPC_PEER_COUNTS_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"

namespace hotline::server {

// How many each peer has of something. Keeps nothing of a peer that has none.
//
// Threads: one at a time.
class PeerCounts {
 public:
  std::size_t Of(const std::string& peer) const {
    const auto found = counts_.find(peer);
    return found == counts_.end() ? 0 : found->second;
  }
  void Add(const std::string& peer) { ++counts_[peer]; }
  // Of one that was added.
  void Remove(const std::string& peer) {
    const auto found = counts_.find(peer);
    if (--found->second == 0) counts_.erase(found);
  }

 private:
  absl::flat_hash_map<std::string, std::size_t> counts_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PEER_COUNTS_H_
