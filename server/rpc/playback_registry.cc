#include "server/rpc/playback_registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/rpc/playback_stream.h"
#include "server/rpc/status.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kRetryWhenFull = absl::Seconds(5);

absl::Status TooMany(std::size_t most) {
  return RetryLater("TOO_MANY_PLAYBACKS",
                    absl::StrCat("this replica plays ", most, " playbacks already, as many as it may"), kRetryWhenFull);
}

absl::Status TooManyOfPeer(std::size_t most) {
  return RetryLater("TOO_MANY_PLAYBACKS_OF_PEER",
                    absl::StrCat("this replica plays ", most, " playbacks for your address already, as many as it may"),
                    kRetryWhenFull);
}

}  // namespace

absl::Status PlaybackRegistry::Add(const std::shared_ptr<PlaybackStream>& stream, std::string peer) {
  absl::MutexLock lock(&mutex_);
  if (draining_) return Draining();
  if (streams_.size() >= most_) return TooMany(most_);
  if (by_peer_.Of(peer) >= most_per_peer_) return TooManyOfPeer(most_per_peer_);
  by_peer_.Add(peer);
  streams_.emplace(stream.get(), Entry{stream, std::move(peer)});
  return absl::OkStatus();
}

void PlaybackRegistry::Remove(PlaybackStream* stream) {
  absl::MutexLock lock(&mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  by_peer_.Remove(found->second.peer);
  streams_.erase(found);
}

std::vector<std::shared_ptr<PlaybackStream>> PlaybackRegistry::BeginDrain() {
  std::vector<std::shared_ptr<PlaybackStream>> streams;
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  for (auto& [pointer, entry] : streams_) {
    if (std::shared_ptr<PlaybackStream> stream = entry.stream.lock()) streams.push_back(std::move(stream));
  }
  return streams;
}

bool PlaybackRegistry::empty() const {
  absl::MutexLock lock(&mutex_);
  return streams_.empty();
}

}  // namespace hotline::server
