#ifndef HOTLINE_SERVER_CORPUS_PARALLEL_H_
#define HOTLINE_SERVER_CORPUS_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

namespace hotline::server {

// Calls `work(i)` once for each i below `count`, in any order, from as many threads as there are processors and the
// work is worth, the caller's among them. Returns when all are done.
template <typename Work>
void ForEachIndex(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1u);
  for (std::size_t i = 1; i < std::min(processors, count); ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

// Cuts the numbers below `count` into runs, calls `work(begin, end, &result)` for each as ForEachIndex does, each with
// an empty vector of its own for what it finds, and appends these to `found` in the order of the runs.
template <typename Found, typename Work>
void CollectInRuns(std::size_t count, std::vector<Found>* found, const Work& work) {
  constexpr std::size_t kRun = 4096;
  std::vector<std::vector<Found>> results((count + kRun - 1) / kRun);
  ForEachIndex(results.size(), [&](std::size_t i) { work(i * kRun, std::min(count, (i + 1) * kRun), &results[i]); });
  for (std::vector<Found>& result : results) {
    std::move(result.begin(), result.end(), std::back_inserter(*found));
  }
}

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_PARALLEL_H_
