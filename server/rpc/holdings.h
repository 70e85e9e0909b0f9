#ifndef HOTLINE_SERVER_RPC_HOLDINGS_H_
#define HOTLINE_SERVER_RPC_HOLDINGS_H_

#include <cstddef>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/search/archive.h"

namespace hotline::server {

// The revisions that a server holds: the current one, from which new requests are answered, and those before it, so
// that lists and playbacks which began in one of them can go on.
//
// Threads: any number at once.
class Holdings {
 public:
  // The current one among them.
  static constexpr std::size_t kMostRevisions = 4;

  explicit Holdings(std::shared_ptr<const Archive> archive);

  std::shared_ptr<const Archive> current() const;
  // How many are held.
  std::size_t size() const;
  // Null where it is not held.
  std::shared_ptr<const Archive> Find(absl::string_view revision) const;

  // Makes a revision the current one, and lets go of the oldest where there are too many. One that is held already
  // takes the place of itself.
  void Add(std::shared_ptr<const Archive> archive);

 private:
  mutable absl::Mutex mutex_;
  std::deque<std::shared_ptr<const Archive>> archives_ ABSL_GUARDED_BY(mutex_);  // the current one first; never empty
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_HOLDINGS_H_
