#ifndef HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_
#define HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "server/corpus/corpus.h"
#include "server/timeline/selection.h"
#include "server/timeline/timeline.h"

namespace hotline::server {

// The timelines that are being played, so that playbacks of one selection share one. Keeps none alive by itself.
//
// Threads: any.
class TimelineCache {
 public:
  std::shared_ptr<const Timeline> Get(const Selection& selection, const Corpus& corpus) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = std::pair<std::string, std::uint64_t>;  // revision, fingerprint

  absl::Mutex mutex_;
  absl::flat_hash_map<Key, std::weak_ptr<const Timeline>> timelines_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_
