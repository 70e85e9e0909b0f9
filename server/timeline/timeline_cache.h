#ifndef HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_
#define HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/corpus/corpus.h"
#include "server/timeline/selection.h"
#include "server/timeline/timeline.h"

namespace hotline::server {

// The timelines that are being played, so that playbacks of one selection share one. Keeps none alive by itself.
//
// Threads: any may call. It has one of its own, which builds and is joined by the destructor.
class TimelineCache {
 public:
  using Wanted = std::function<bool()>;
  using Ready = std::function<void(absl::StatusOr<std::shared_ptr<const Timeline>>)>;

  // How many items all timelines may have together: of each the index takes 24 bytes, so these a gigabyte.
  static constexpr std::size_t kMostItems = 44'000'000;

  explicit TimelineCache(std::size_t most_items = kMostItems);
  // Requests that were not met are dropped.
  ~TimelineCache();
  TimelineCache(const TimelineCache&) = delete;
  TimelineCache& operator=(const TimelineCache&) = delete;

  // Gives the selection's timeline to `ready`: at once where it is being played, otherwise on the cache's own thread
  // once it is built, so that a large one holds up no thread of gRPC's. Before it is built `wanted` is asked on that
  // thread; where it is false nothing is built and `ready` is dropped, so that calls which were given up cost nothing.
  // RESOURCE_EXHAUSTED where there are too many items already: playbacks of few selections may be many, of wide
  // selections that all differ they may not.
  void Get(Selection selection, std::shared_ptr<const Corpus> corpus, Wanted wanted, Ready ready);

 private:
  using Key = std::pair<std::string, std::uint64_t>;  // revision, fingerprint
  struct Request {
    Selection selection;
    std::shared_ptr<const Corpus> corpus;
    Wanted wanted;
    Ready ready;
  };

  struct Played {
    std::weak_ptr<const Timeline> timeline;
    std::size_t items;
  };

  void Run();
  void Build(Request request);
  // Keeps it for others, if there is room.
  absl::Status Keep(const Key& key, const std::shared_ptr<const Timeline>& timeline);
  std::shared_ptr<const Timeline> FindPlayed(const Key& key);

  const std::size_t most_items_;
  // Not absl::Mutex: the thread sanitizer does not see into the packaged Abseil.
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::shared_ptr<BlockBudget> budget_ = std::make_shared<BlockBudget>();
  bool stopping_ = false;                       // guarded by mutex_
  std::deque<Request> requests_;                // guarded by mutex_
  absl::flat_hash_map<Key, Played> timelines_;  // guarded by mutex_
  std::thread thread_;                          // last, so that it starts when the rest is there
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_TIMELINE_CACHE_H_
