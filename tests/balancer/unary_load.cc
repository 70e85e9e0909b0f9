#include "tests/balancer/unary_load.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/time/clock.h"

namespace hotline::balancer {
namespace {

// One call; each number is another kind.
absl::Status Call(const Client& client, int number) {
  switch (number % 6) {
    case 0:
      return client.GetCorpus().status();
    case 1:
      return client.GetDocument("documents/letter-0").status();
    case 2:
      return client.ListDocumentsPage().status();
    case 3: {
      v1::SearchDocumentsRequest request;
      request.set_query("letter");
      return client.SearchDocumentsPage(request).status();
    }
    case 4:
      return client.ResolveReference("letter-0").status();
    default:
      return client.ListDays().status();
  }
}

}  // namespace

UnaryLoad::UnaryLoad(const std::vector<Client>& clients, int threads, int calls_a_second) : begun_at_(absl::Now()) {
  const absl::Duration interval = absl::Seconds(threads) / std::max(calls_a_second, 1);
  for (int i = 0; i < threads && calls_a_second > 0; ++i) {
    threads_.emplace_back([this, i, interval, clients] { Run(i, interval, clients); });
  }
}

UnaryLoad::~UnaryLoad() { Finish(); }

UnaryFigures UnaryLoad::Finish() {
  {
    const absl::MutexLock lock(&mutex_);
    finishing_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const absl::MutexLock lock(&mutex_);
  return figures_;
}

void UnaryLoad::Run(int first, absl::Duration interval, const std::vector<Client>& clients) {
  absl::Time turn = begun_at_;
  for (int number = first;; ++number) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithDeadline(absl::Condition(&finishing_), turn)) return;
    }
    const absl::Time begun_at = absl::Now();
    const absl::Status status = Call(clients[static_cast<std::size_t>(number) % clients.size()], number);
    const absl::Time ended_at = absl::Now();
    turn = std::max(turn + interval, ended_at);
    const absl::MutexLock lock(&mutex_);
    ++figures_.calls;
    figures_.durations.push_back(ended_at - begun_at);
    if (!status.ok()) {
      ++figures_.failed;
      ++figures_.failures[status.ToString()];
    }
  }
}

}  // namespace hotline::balancer
