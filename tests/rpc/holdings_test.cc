#include "server/rpc/holdings.h"

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

std::shared_ptr<const Archive> ArchiveOf(const std::string& id) {
  return std::make_shared<const Archive>(TinyCorpus({{id, "kennedy", "khrushchev", "1962-10-26", {}}}));
}

TEST(HoldingsTest, HoldTheLastFourRevisionsAndAnswerFromTheLast) {
  std::vector<std::shared_ptr<const Archive>> archives;
  for (const char* id : {"a", "b", "c", "d", "e"}) archives.push_back(ArchiveOf(id));
  Holdings holdings(archives[0]);
  for (std::size_t i = 1; i < archives.size(); ++i) {
    holdings.Add(archives[i]);
    EXPECT_EQ(holdings.current(), archives[i]);
  }
  EXPECT_EQ(holdings.Find(archives[0]->corpus().revision()), nullptr);
  for (std::size_t i = 1; i < archives.size(); ++i) {
    EXPECT_EQ(holdings.Find(archives[i]->corpus().revision()), archives[i]);
  }
  EXPECT_EQ(holdings.Find(""), nullptr);
}

TEST(HoldingsTest, ARevisionThatComesAgainTakesNoSecondPlace) {
  const auto a = ArchiveOf("a");
  Holdings holdings(a);
  const auto b = ArchiveOf("b");
  holdings.Add(b);
  for (int i = 0; i < 10; ++i) holdings.Add(ArchiveOf("a"));
  EXPECT_EQ(holdings.current()->corpus().revision(), a->corpus().revision());
  EXPECT_EQ(holdings.Find(b->corpus().revision()), b);
}

// Read again unchanged, a revision was destroyed under the lock: at a million documents nobody was answered for
// seconds.
TEST(HoldingsTest, AnswerOthersWhileWhatTheyLetGoIsDestroyed) {
  for (const bool same : {true, false}) {
    const Holdings* asked = nullptr;
    std::promise<void> answered;
    std::thread other;
    bool in_time = false;
    const std::shared_ptr<const Archive> kept = ArchiveOf("a");
    std::shared_ptr<const Archive> first(kept.get(), [&](const Archive*) {
      other = std::thread([&] {
        asked->current();
        answered.set_value();
      });
      in_time = answered.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    });
    Holdings holdings(std::move(first));
    asked = &holdings;
    if (same) {
      holdings.Add(ArchiveOf("a"));
    } else {
      for (const char* id : {"b", "c", "d", "e"}) holdings.Add(ArchiveOf(id));
    }
    ASSERT_TRUE(other.joinable()) << "nothing was let go";
    other.join();
    EXPECT_TRUE(in_time) << (same ? "the same revision" : "the oldest");
  }
}

TEST(HoldingsTest, LetGoOfTheOldest) {
  Holdings holdings(ArchiveOf("a"));
  const std::weak_ptr<const Archive> first = holdings.current();
  for (const char* id : {"b", "c", "d"}) holdings.Add(ArchiveOf(id));
  EXPECT_FALSE(first.expired());
  holdings.Add(ArchiveOf("e"));
  EXPECT_TRUE(first.expired());
}

}  // namespace
}  // namespace hotline::server
