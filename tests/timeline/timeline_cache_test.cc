#include "server/timeline/timeline_cache.h"

#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

std::shared_ptr<const Corpus> ACorpus() {
  return TinyCorpus({{"a",
                      "kennedy",
                      "khrushchev",
                      "1962-10-26",
                      {{v1::EVENT_TYPE_SENT, "1962-10-26T20:00-04:00", {"washington"}},
                       {v1::EVENT_TYPE_RECEIVED, "1962-10-27T04:00-04:00", {"moscow"}}}}});
}

Selection Select(const Corpus& corpus, const std::string& audience) {
  v1::TimelineSelection request;
  request.set_audience(audience);
  return *ReadSelection(request, corpus, "selection");
}

// Waits for what the cache gives.
std::shared_ptr<const Timeline> Get(TimelineCache& cache, const std::shared_ptr<const Corpus>& corpus,
                                    const std::string& audience) {
  auto given = std::make_shared<std::promise<std::shared_ptr<const Timeline>>>();
  cache.Get(
      Select(*corpus, audience), corpus, [] { return true; },
      [given](absl::StatusOr<std::shared_ptr<const Timeline>> timeline) { given->set_value(*std::move(timeline)); });
  return given->get_future().get();
}

TEST(TimelineCacheTest, PlaybacksOfOneSelectionShareATimelineAndNoneIsKept) {
  const auto corpus = ACorpus();
  TimelineCache cache;
  std::shared_ptr<const Timeline> first = Get(cache, corpus, "");
  EXPECT_EQ(Get(cache, corpus, ""), first);
  EXPECT_NE(Get(cache, corpus, "moscow"), first);
  const std::weak_ptr<const Timeline> gone = first;
  first.reset();
  // The cache's thread may be letting go of it just now; what it builds next, it builds after that.
  Get(cache, corpus, "washington");
  EXPECT_TRUE(gone.expired());
}

TEST(TimelineCacheTest, OneThatIsPlayedIsGivenAtOnceOnTheThreadThatAsks) {
  const auto corpus = ACorpus();
  TimelineCache cache;
  const std::shared_ptr<const Timeline> played = Get(cache, corpus, "");
  std::shared_ptr<const Timeline> given;
  cache.Get(
      Select(*corpus, ""), corpus, [] { return true; },
      [&](absl::StatusOr<std::shared_ptr<const Timeline>> timeline) { given = *std::move(timeline); });
  EXPECT_EQ(given, played);
}

TEST(TimelineCacheTest, ManyThatAskAtOnceGetTheSame) {
  const auto corpus = ACorpus();
  TimelineCache cache;
  std::vector<std::future<std::shared_ptr<const Timeline>>> futures;
  for (int i = 0; i < 4; ++i) {
    futures.push_back(std::async(std::launch::async, [&] { return Get(cache, corpus, ""); }));
  }
  std::vector<std::shared_ptr<const Timeline>> given;
  for (auto& future : futures) given.push_back(future.get());
  for (const auto& timeline : given) EXPECT_EQ(timeline, given[0]);
}

TEST(TimelineCacheTest, DestructionDropsWhatWasNotBuilt) {
  const auto corpus = ACorpus();
  auto cache = std::make_unique<TimelineCache>();
  auto held = std::make_shared<int>(0);
  for (int i = 0; i < 1'000; ++i) {
    cache->Get(
        Select(*corpus, ""), corpus, [] { return true; }, [held](const absl::StatusOr<std::shared_ptr<const Timeline>>&) {});
  }
  cache.reset();
  EXPECT_EQ(held.use_count(), 1);
}

TEST(TimelineCacheTest, WhatWouldTakeTooMuchMemoryWithAllOthersIsRefusedUntilOneOfThemIsDone) {
  const auto corpus = ACorpus();
  std::size_t items = 0;
  {
    TimelineCache cache;
    items = Get(cache, corpus, "")->size();
  }
  TimelineCache cache(/*most_items=*/items);
  std::shared_ptr<const Timeline> first = Get(cache, corpus, "");
  const auto ask = [&] {
    std::promise<absl::Status> given;
    cache.Get(
        Select(*corpus, "moscow"), corpus, [] { return true; },
        [&](const absl::StatusOr<std::shared_ptr<const Timeline>>& timeline) { given.set_value(timeline.status()); });
    return given.get_future().get();
  };
  EXPECT_THAT(ask(), FailsWith(absl::StatusCode::kResourceExhausted, "TIMELINES_EXHAUSTED"));
  first.reset();
  EXPECT_THAT(ask(), IsOk());
}

TEST(TimelineCacheTest, WhatIsNoLongerWantedIsNotBuilt) {
  const auto corpus = ACorpus();
  TimelineCache cache;
  bool given = false;
  cache.Get(
      Select(*corpus, "moscow"), corpus, [] { return false; }, [&](const auto&) { given = true; });
  Get(cache, corpus, "");  // the one after it
  EXPECT_FALSE(given);
}

}  // namespace
}  // namespace hotline::server
