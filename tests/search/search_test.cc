#include "server/search/search.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/search/search_corpus.h"

namespace hotline::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool Never() { return false; }

// An archive that is asked one query after the other.
class Desk {
 public:
  explicit Desk(std::vector<v1::Document> documents) : archive_(SearchCorpus(std::move(documents))) {}

  SearchResult Ask(const std::string& query, const v1::DocumentFilter& filter = {}) const {
    const Searcher searcher(archive_.index());
    return *Search(Parsed(query), Filter::Make(filter, archive_.corpus(), "filter").value(), archive_.corpus(),
                   searcher, Never);
  }

  // The ids, the best first.
  std::vector<std::string> Ids(const std::string& query, const v1::DocumentFilter& filter = {}) const {
    std::vector<std::string> ids;
    for (const Hit& hit : Ask(query, filter).hits) {
      ids.push_back(archive_.corpus().documents()[hit.document].name().substr(10));
    }
    return ids;
  }

  const Archive& archive() const { return archive_; }

 private:
  const Archive archive_;
};

// One document for each text that is searched, all with the same words.
std::vector<v1::Document> OneForEachText() {
  std::vector<v1::Document> documents;
  const auto add = [&documents](const std::string& id) -> v1::Document& {
    documents.push_back(TitledDocument(id, ""));
    return documents.back();
  };
  add("title").set_title("naval quarantine");
  add("summary").set_summary("naval quarantine");
  add("heading").add_entries()->set_heading("naval quarantine");
  add("identifier").add_identifiers()->set_value("naval quarantine");
  add("alias").add_identifiers()->add_aliases("naval quarantine");
  add("claim").add_dates()->set_note("naval quarantine");
  add("event").add_events()->set_note("naval quarantine");
  add("place").add_events()->set_place("naval quarantine");
  add("actor").add_events()->set_actor("naval quarantine");
  add("channel").add_events()->set_channel("naval quarantine");
  add("text").set_text("naval quarantine");
  // What is not searched.
  add("written").add_entries()->set_description("naval quarantine");
  return documents;
}

TEST(SearchTest, LooksIntoEveryTextThatTheContractNames) {
  const Desk desk(OneForEachText());
  EXPECT_THAT(desk.Ids("\"naval quarantine\""),
              testing::UnorderedElementsAre("title", "summary", "heading", "identifier", "alias", "claim", "event",
                                            "place", "actor", "channel", "text"));
}

TEST(SearchTest, FindsParticipantsByTheirDisplayNamesInEveryRole) {
  std::vector<v1::Document> documents;
  for (const char* id : {"a", "b", "c", "d"}) documents.push_back(TitledDocument(id, id));
  documents[0].add_authors("participants/kennedy");
  documents[1].add_recipients("participants/kennedy");
  documents[2].add_copied_to("participants/kennedy");
  const Desk desk(documents);
  EXPECT_THAT(desk.Ids("\"john f kennedy\""), testing::UnorderedElementsAre("a", "b", "c"));
  EXPECT_THAT(desk.Ids("participants"), IsEmpty());  // a resource name is no text
}

TEST(SearchTest, WantsAllWordsWhereverTheyStand) {
  v1::Document both = TitledDocument("both", "The quarantine");
  both.set_summary("of naval forces");
  const Desk desk({both, TitledDocument("one", "naval"), TitledDocument("other", "quarantine")});
  EXPECT_THAT(desk.Ids("naval quarantine"), ElementsAre("both"));
  EXPECT_THAT(desk.Ids("\"naval quarantine\""), IsEmpty());
}

TEST(SearchTest, FindsFormsOfAWordAndItsBeginnings) {
  const Desk desk({TitledDocument("a", "Inspection of missiles"), TitledDocument("b", "Télégramme")});
  EXPECT_THAT(desk.Ids("inspecting MISSILE"), ElementsAre("a"));
  EXPECT_THAT(desk.Ids("inspecti*"), ElementsAre("a"));
  EXPECT_THAT(desk.Ids("inspectio* -télé*"), ElementsAre("a"));
  EXPECT_THAT(desk.Ids("telegramme"), ElementsAre("b"));
  EXPECT_THAT(desk.Ids("inspecto*"), IsEmpty());
}

TEST(SearchTest, LeavesOutWhatIsExcluded) {
  const Desk desk({TitledDocument("a", "Cuba and Turkey"), TitledDocument("b", "Cuba"), TitledDocument("c", "Berlin")});
  EXPECT_THAT(desk.Ids("cuba -turkey"), ElementsAre("b"));
  EXPECT_THAT(desk.Ids("-turkey cuba -berlin -\"not there\""), ElementsAre("b"));
}

TEST(SearchTest, PutsTheTitleBeforeANoteAndEqualsInTheOrderOfTheTimeline) {
  v1::Document note = TitledDocument("note", "A letter", "1962-10-22");
  note.add_events()->set_note("quarantine quarantine quarantine");  // more of them weigh less
  const Desk desk({TitledDocument("late", "quarantine now", "1962-10-28"), note,
                   TitledDocument("early", "quarantine now", "1962-10-23"),
                   TitledDocument("undated", "quarantine now")});
  EXPECT_THAT(desk.Ids("quarantine"), ElementsAre("early", "late", "undated", "note"));
  const SearchResult result = desk.Ask("quarantine");
  for (std::size_t i = 1; i < result.hits.size(); ++i) EXPECT_GE(result.hits[i - 1].score, result.hits[i].score);
  EXPECT_GT(result.hits.back().score, 0);
}

TEST(SearchTest, KeepsToTheFilter) {
  v1::Document from_kennedy = TitledDocument("a", "Cuba", "1962-10-27");
  from_kennedy.add_authors("participants/kennedy");
  const Desk desk({from_kennedy, TitledDocument("b", "Cuba", "1962-10-28")});
  v1::DocumentFilter filter;
  filter.add_authors("participants/kennedy");
  EXPECT_THAT(desk.Ids("cuba", filter), ElementsAre("a"));
  filter.Clear();
  filter.mutable_window()->set_first_day("1962-10-28");
  EXPECT_THAT(desk.Ids("cuba", filter), ElementsAre("b"));
}

TEST(SearchTest, IsTheSameWhateverTheOrderInWhichDocumentsWereGiven) {
  std::vector<v1::Document> documents;
  for (int i = 0; i < 50; ++i) {
    documents.push_back(TitledDocument(
        std::to_string(i), i % 3 == 0 ? "Cuba Cuba island" : "Cuba",
        absl::StrCat("1962-", absl::Dec(1 + i % 12, absl::kZeroPad2), "-", absl::Dec(1 + i % 28, absl::kZeroPad2), "T",
                     absl::Dec(i % 24, absl::kZeroPad2), ":00")));
  }
  const std::vector<std::string> ids = Desk(documents).Ids("cuba");
  EXPECT_EQ(ids.size(), 50U);
  std::reverse(documents.begin(), documents.end());
  EXPECT_EQ(Desk(documents).Ids("cuba"), ids);
}

TEST(SearchTest, StopsWhenItIsToldTo) {
  std::vector<v1::Document> documents;
  for (int i = 0; i < 10'000; ++i) documents.push_back(TitledDocument(std::to_string(i), "cuba"));
  const Desk desk(documents);
  const Searcher searcher(desk.archive().index());
  const Filter filter = Filter::Make({}, desk.archive().corpus(), "filter").value();
  int looks = 0;
  EXPECT_FALSE(
      Search(Parsed("cuba"), filter, desk.archive().corpus(), searcher, [&looks] { return ++looks == 2; }).has_value());
  EXPECT_EQ(looks, 2);
  // The searcher is as good as new.
  EXPECT_EQ(Search(Parsed("cuba"), filter, desk.archive().corpus(), searcher, Never)->hits.size(), 10'000U);
}

TEST(SearchTest, ReadsTheSameIndexOnManyThreads) {
  const Desk desk({TitledDocument("a", "Cuba and Turkey"), TitledDocument("b", "Cuba")});
  std::vector<std::thread> threads;
  std::vector<int> found(4);
  for (int& count : found) {
    threads.emplace_back([&desk, &count] {
      for (int i = 0; i < 200; ++i) count += static_cast<int>(desk.Ids("cuba").size());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(found, testing::Each(400));
}

TEST(SearchTest, SearchesACorpusWithoutTexts) {
  EXPECT_THAT(Desk({TitledDocument("a", "")}).Ids("cuba"), IsEmpty());
  EXPECT_THAT(Desk({}).Ids("cuba"), IsEmpty());
}

}  // namespace
}  // namespace hotline::server
