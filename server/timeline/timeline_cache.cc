#include "server/timeline/timeline_cache.h"

namespace hotline::server {

std::shared_ptr<const Timeline> TimelineCache::Get(const Selection& selection, const Corpus& corpus) {
  const Key key(corpus.revision(), selection.fingerprint);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = timelines_.find(key);
    if (found != timelines_.end()) {
      if (std::shared_ptr<const Timeline> timeline = found->second.lock()) return timeline;
    }
  }
  // Built without the lock, so that a large one holds up nobody; of two built at once, the later one is shared on.
  std::shared_ptr<const Timeline> timeline = BuildTimeline(selection, corpus);
  const std::lock_guard<std::mutex> lock(mutex_);
  absl::erase_if(timelines_, [](const auto& entry) { return entry.second.expired(); });
  timelines_[key] = timeline;
  return timeline;
}

}  // namespace hotline::server
