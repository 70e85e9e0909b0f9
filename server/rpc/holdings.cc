#include "server/rpc/holdings.h"

#include <algorithm>
#include <utility>

namespace hotline::server {

Holdings::Holdings(std::shared_ptr<const Archive> archive) { archives_.push_back(std::move(archive)); }

std::shared_ptr<const Archive> Holdings::current() const {
  const absl::MutexLock lock(&mutex_);
  return archives_.front();
}

std::size_t Holdings::size() const {
  const absl::MutexLock lock(&mutex_);
  return archives_.size();
}

std::shared_ptr<const Archive> Holdings::Find(absl::string_view revision) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = std::find_if(archives_.begin(), archives_.end(),
                                  [revision](const auto& archive) { return archive->corpus().revision() == revision; });
  return found == archives_.end() ? nullptr : *found;
}

void Holdings::Add(std::shared_ptr<const Archive> archive) {
  std::shared_ptr<const Archive> let_go;  // is destroyed behind the lock, since a large one takes its time
  const absl::MutexLock lock(&mutex_);
  const auto same = std::find_if(archives_.begin(), archives_.end(), [&archive](const auto& held) {
    return held->corpus().revision() == archive->corpus().revision();
  });
  if (same != archives_.end()) {
    let_go = std::move(*same);
    archives_.erase(same);
  }
  archives_.push_front(std::move(archive));
  if (archives_.size() <= kMostRevisions) return;
  let_go = std::move(archives_.back());
  archives_.pop_back();
}

}  // namespace hotline::server
