#include "server/rpc/playback_registry.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/rpc/playback_stream.h"
#include "server/rpc/status.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kLeastWait = absl::Milliseconds(50);
constexpr absl::Duration kRetryWhenFull = absl::Seconds(5);

absl::Status TooMany(std::size_t most) {
  return RetryLater("TOO_MANY_PLAYBACKS",
                    absl::StrCat("this replica plays ", most, " playbacks already, as many as it may"), kRetryWhenFull);
}

}  // namespace

absl::Status PlaybackRegistry::Add(const std::shared_ptr<PlaybackStream>& stream) {
  absl::MutexLock lock(&mutex_);
  if (draining_) return Draining();
  if (streams_.size() >= most_) return TooMany(most_);
  streams_.emplace(stream.get(), stream);
  return absl::OkStatus();
}

void PlaybackRegistry::Remove(PlaybackStream* stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

void PlaybackRegistry::DrainAll(absl::Duration most_wait) {
  std::vector<std::shared_ptr<PlaybackStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    for (auto& [pointer, weak] : streams_) {
      if (std::shared_ptr<PlaybackStream> stream = weak.lock()) streams.push_back(std::move(stream));
    }
  }
  absl::BitGen random;
  for (const std::shared_ptr<PlaybackStream>& stream : streams) {
    const absl::Duration spread = std::max(most_wait - kLeastWait, absl::ZeroDuration());
    stream->Drain(kLeastWait + spread * absl::Uniform(random, 0.0, 1.0));
  }
}

}  // namespace hotline::server
