#ifndef HOTLINE_SERVER_RPC_DOCUMENT_SEARCH_H_
#define HOTLINE_SERVER_RPC_DOCUMENT_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/filter.h"
#include "server/corpus/read_mask.h"
#include "server/rpc/holdings.h"
#include "server/rpc/paging.h"
#include "server/search/search.h"
#include "server/search/tokenizer.h"

namespace hotline::server {

struct SearchLimits {
  // How many are made at once, each on a thread of its own.
  std::size_t threads = 2;
  // How many more may wait for one.
  std::size_t most_waiting = 1'000;
  // One that takes longer is given up.
  absl::Duration longest = absl::Seconds(5);
  // A thread that had nothing to do for so long closes its connection, so that no revision is kept by it alone.
  absl::Duration longest_idle = absl::Seconds(10);
};

// Makes the searches of a server, on threads of its own: at a million documents one takes up to a second, which no
// reaction may. Keeps the last results, so that the pages of a list cost one search.
//
// Threads: any may call. Lifetime: what waits when it is destroyed is dropped; so it outlives the calls.
class DocumentSearch {
 public:
  using Response = absl::StatusOr<v1::SearchDocumentsResponse>;

  // `holdings` outlive it.
  DocumentSearch(const Holdings* holdings, const SearchLimits& limits);
  ~DocumentSearch();
  DocumentSearch(const DocumentSearch&) = delete;
  DocumentSearch& operator=(const DocumentSearch&) = delete;

  // Gives `done` one page of SearchDocuments, or why there is none; on one of its threads, or at once where the request
  // is refused. `given_up` says whether nobody waits for it any more, in which case CANCELLED is given.
  void Search(const v1::SearchDocumentsRequest& request, std::function<bool()> given_up,
              std::function<void(Response)> done);

  // How many wait for a thread.
  std::size_t waiting() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    return waiting_.size();
  }

 private:
  struct Job {
    Query query;
    Page page;
    Filter filter;
    ReadMask mask;
    std::function<bool()> given_up;
    std::function<void(Response)> done;
  };
  // What a thread searches with: a connection to the revision that it was asked about last.
  struct Worker;
  struct Kept {
    std::weak_ptr<const Archive> archive;
    std::uint64_t fingerprint;
    std::shared_ptr<const SearchResult> result;
  };

  // Checks the request. Where it is good, what is left is work.
  absl::StatusOr<Job> MakeJob(const v1::SearchDocumentsRequest& request);
  void Run();
  Response Answer(Job& job, Worker& worker);
  absl::StatusOr<std::shared_ptr<const SearchResult>> Find(Job& job, Worker& worker);

  std::shared_ptr<const SearchResult> FindKept(const Page& page) ABSL_LOCKS_EXCLUDED(mutex_);
  void Keep(const Page& page, std::shared_ptr<const SearchResult> result) ABSL_LOCKS_EXCLUDED(mutex_);

  const Holdings* const holdings_;
  const SearchLimits limits_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Job> waiting_ ABSL_GUARDED_BY(mutex_);
  std::deque<Kept> kept_ ABSL_GUARDED_BY(mutex_);          // the last used first
  Tokenizer tokenizer_ ABSL_GUARDED_BY(tokenizer_mutex_);  // of queries
  absl::Mutex tokenizer_mutex_;
  std::vector<std::thread> threads_;  // last, so that they start when the rest is there
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_DOCUMENT_SEARCH_H_
