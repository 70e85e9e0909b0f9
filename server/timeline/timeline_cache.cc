#include "server/timeline/timeline_cache.h"

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"

namespace hotline::server {

TimelineCache::TimelineCache(std::size_t most_items) : most_items_(most_items), thread_([this] { Run(); }) {}

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
  return found == timelines_.end() ? nullptr : found->second.timeline.lock();
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
    if (absl::Status full = Keep(key, timeline); !full.ok()) return request.ready(std::move(full));
  }
  request.ready(std::move(timeline));
}

absl::Status TimelineCache::Keep(const Key& key, const std::shared_ptr<const Timeline>& timeline) {
  const std::lock_guard<std::mutex> lock(mutex_);
  absl::erase_if(timelines_, [](const auto& entry) { return entry.second.timeline.expired(); });
  std::size_t items = timeline->size();
  for (const auto& [other, played] : timelines_) items += played.items;
  if (items > most_items_) {
    return Failure(absl::StatusCode::kResourceExhausted, "TIMELINES_EXHAUSTED",
                   absl::StrCat("the selections that are being played have ", items - timeline->size(),
                                " items together, and this one has ", timeline->size(), "; allowed are ", most_items_,
                                ": ask another replica, or for fewer days"));
  }
  timelines_[key] = {timeline, timeline->size()};
  return absl::OkStatus();
}

}  // namespace hotline::server
