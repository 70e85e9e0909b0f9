#include "client/cli/player/playback_feed.h"

#include <sys/eventfd.h>

#include <cstddef>
#include <utility>

namespace hotline::cli {
namespace {

constexpr std::size_t kMostMessages = 256;

}  // namespace

PlaybackFeed::PlaybackFeed(Playback playback, int wake_fd) : playback_(std::move(playback)), wake_fd_(wake_fd) {
  thread_ = std::thread([this] { Read(); });
}

PlaybackFeed::~PlaybackFeed() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
  }
  room_.notify_one();
  playback_.Cancel();
  thread_.join();
}

std::vector<v1::PlayTimelineResponse> PlaybackFeed::Take() {
  std::vector<v1::PlayTimelineResponse> taken;
  {
    const std::lock_guard<std::mutex> lock(mu_);
    taken.swap(messages_);
  }
  room_.notify_one();
  return taken;
}

std::optional<absl::Status> PlaybackFeed::Ended() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return messages_.empty() ? end_ : std::nullopt;
}

void PlaybackFeed::Read() {
  absl::Status status;
  for (absl::StatusOr<v1::PlayTimelineResponse>& response : playback_) {
    std::unique_lock<std::mutex> lock(mu_);
    room_.wait(lock, [this] { return messages_.size() < kMostMessages || stopping_; });
    if (stopping_) break;
    if (response.ok()) {
      messages_.push_back(*std::move(response));
    } else {
      status = response.status();
    }
    lock.unlock();
    Wake();
  }
  {
    const std::lock_guard<std::mutex> lock(mu_);
    end_ = status;
  }
  Wake();
}

// Fails only where the counter is full, and then it is readable.
void PlaybackFeed::Wake() const { eventfd_write(wake_fd_, 1); }

}  // namespace hotline::cli
