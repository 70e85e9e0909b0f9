#include "server/timeline/timeline_cache.h"

namespace hotline::server {

TimelineCache::TimelineCache() : thread_([this] { Run(); }) {}

TimelineCache::~TimelineCache() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void TimelineCache::Get(Selection selection, std::shared_ptr<const Corpus> corpus, Wanted wanted, Ready ready) {
  if (std::shared_ptr<const Timeline> played = FindPlayed({corpus->revision(), selection.fingerprint})) {
    return ready(std::move(played));
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back({std::move(selection), std::move(corpus), std::move(wanted), std::move(ready)});
  }
  changed_.notify_one();
}

std::shared_ptr<const Timeline> TimelineCache::FindPlayed(const Key& key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = timelines_.find(key);
  return found == timelines_.end() ? nullptr : found->second.lock();
}

void TimelineCache::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !requests_.empty(); });
    if (stopping_) return;
    Request request = std::move(requests_.front());
    requests_.pop_front();
    lock.unlock();
    Build(std::move(request));
    lock.lock();
  }
}

void TimelineCache::Build(Request request) {
  if (!request.wanted()) return;
  const Key key(request.corpus->revision(), request.selection.fingerprint);
  // Of several that waited for one timeline, the first has it built.
  std::shared_ptr<const Timeline> timeline = FindPlayed(key);
  if (timeline == nullptr) {
    timeline = BuildTimeline(request.selection, std::move(request.corpus), budget_);
    const std::lock_guard<std::mutex> lock(mutex_);
    absl::erase_if(timelines_, [](const auto& entry) { return entry.second.expired(); });
    timelines_[key] = timeline;
  }
  request.ready(std::move(timeline));
}

}  // namespace hotline::server
