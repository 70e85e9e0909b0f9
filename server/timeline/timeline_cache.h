#ifndef HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_
#define HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/corpus/corpus.h"
#include "server/timeline/selection.h"
#include "server/timeline/timeline.h"

namespace hotline::server {

// The timelines that are being played, so that playbacks of one selection share one. Keeps none alive by itself.
//
// Threads: any.
class TimelineCache {
 public:
  std::shared_ptr<const Timeline> Get(const Selection& selection, const Corpus& corpus);

 private:
  using Key = std::pair<std::string, std::uint64_t>;  // revision, fingerprint

  // Not absl::Mutex: the thread sanitizer does not see into the packaged Abseil.
  std::mutex mutex_;
  absl::flat_hash_map<Key, std::weak_ptr<const Timeline>> timelines_;  // guarded by mutex_
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_
