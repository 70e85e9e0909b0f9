#include "server/corpus/relation_index.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/corpus.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The ids of the documents that point to one.
std::vector<std::string> PointingTo(const Corpus& corpus, const std::string& id) {
  std::vector<std::string> ids;
  const std::size_t target = corpus.IndexOf(*corpus.FindDocument("documents/" + id));
  for (const RelationIndex::Link& link : corpus.relations().To(target)) {
    EXPECT_EQ(link.target, target);
    ids.push_back(corpus.documents()[link.from].name().substr(10));
  }
  return ids;
}

TEST(RelationIndexTest, FindsWhatPointsToADocumentInTimelineOrderEachOnce) {
  // "late" is given first, points twice to "a", and to itself.
  const auto corpus = TinyCorpus({{"late", "kennedy", "khrushchev", "1962-10-28", {}, {"a", "late", "a"}},
                                  {"a", "kennedy", "khrushchev", "1962-10-25", {}},
                                  {"b", "kennedy", "khrushchev", "1962-10-26", {}, {"a"}},
                                  {"c", "kennedy", "khrushchev", "1962-10-27", {}, {"b"}}});
  EXPECT_THAT(PointingTo(*corpus, "a"), ElementsAre("b", "late"));
  EXPECT_THAT(PointingTo(*corpus, "b"), ElementsAre("c"));
  EXPECT_THAT(PointingTo(*corpus, "c"), IsEmpty());
  EXPECT_THAT(PointingTo(*corpus, "late"), ElementsAre("late"));
}

TEST(RelationIndexTest, LeavesOutWhatTheCorpusLacks) {
  const auto corpus = TinyCorpus({{"a", "kennedy", "khrushchev", "1962-10-25", {}, {"missing"}}});
  EXPECT_THAT(PointingTo(*corpus, "a"), IsEmpty());
}

}  // namespace
}  // namespace hotline::server
