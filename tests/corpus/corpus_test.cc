#include "server/corpus/corpus.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;

v1::Corpus Summary() {
  v1::Corpus summary;
  summary.set_title("T");
  summary.set_default_time_zone("America/New_York");
  v1::Participant* participant = summary.add_participants();
  participant->set_name("participants/ann");
  summary.add_sources()->set_name("sources/aid");
  summary.add_audiences()->set_id("west");
  return summary;
}

// A document with a claim of `date`, unless that is empty, and events at the times given, numbered in their order.
v1::Document MakeDocument(const std::string& id, const std::string& date, const std::vector<std::string>& events = {}) {
  v1::Document document;
  document.set_name("documents/" + id);
  document.add_entries();
  if (!date.empty()) *document.add_dates()->mutable_date() = *ParseDate(date, "UTC");
  int number = 0;
  for (const std::string& time : events) {
    v1::Event* event = document.add_events();
    event->set_name(absl::StrCat(document.name(), "/events/", ++number));
    *event->mutable_date() = *ParseDate(time, "UTC");
    *event->mutable_time() = ToTimestamp(Middle(event->date()));
  }
  return document;
}

std::vector<std::string> DocumentNames(const Corpus& corpus) {
  std::vector<std::string> names;
  for (const v1::Document& document : corpus.documents()) names.push_back(document.name());
  return names;
}

std::vector<std::string> EventNames(const Corpus& corpus) {
  std::vector<std::string> names;
  for (const EventRef& ref : corpus.events()) names.push_back(ref.event->name());
  return names;
}

TEST(CorpusTest, OrdersDocumentsByTheMiddleOfThePreferredClaimAndThoseWithoutLast) {
  const Corpus corpus(Summary(), {MakeDocument("open", ""), MakeDocument("day", "1962-10-22"),
                                  MakeDocument("evening", "1962-10-22T18:00"), MakeDocument("month", "1962-10"),
                                  MakeDocument("noon", "1962-10-22T12:00")});
  EXPECT_THAT(DocumentNames(corpus),
              ElementsAre("documents/month", "documents/day", "documents/noon", "documents/evening", "documents/open"));
}

TEST(CorpusTest, OrdersEventsByTimeThenByDocumentThenByNumber) {
  // "b" is given first, but "a" is first in the timeline.
  const Corpus corpus(Summary(),
                      {MakeDocument("b", "1962-10-23", {"1962-10-22T12:00", "1962-10-22T10:00", "1962-10-22T10:00"}),
                       MakeDocument("a", "1962-10-22", {"1962-10-22", "1962-10-22T10:00"})});
  EXPECT_THAT(DocumentNames(corpus), ElementsAre("documents/a", "documents/b"));
  EXPECT_THAT(EventNames(corpus), ElementsAre("documents/a/events/2", "documents/b/events/2", "documents/b/events/3",
                                              "documents/a/events/1", "documents/b/events/1"));
  for (const EventRef& ref : corpus.events()) {
    EXPECT_EQ(corpus.documents()[ref.document].name(), ref.event->name().substr(0, 11));
  }
}

TEST(CorpusTest, OrdersADocumentsEventsByNumberAndNotByName) {
  const std::vector<std::string> times(11, "1962-10-22T10:00");
  const Corpus corpus(Summary(), {MakeDocument("a", "1962", times)});
  EXPECT_EQ(corpus.documents()[0].events(1).name(), "documents/a/events/2");
  EXPECT_EQ(corpus.documents()[0].events(10).name(), "documents/a/events/11");
}

TEST(CorpusTest, CountsAndReckonsDaysInTheDefaultZone) {
  const Corpus corpus(Summary(), {MakeDocument("a", "1962-10-22", {"1962-10-22T03:59", "1962-10-29T04:59"})});
  EXPECT_EQ(corpus.summary().first_day(), "1962-10-21");
  EXPECT_EQ(corpus.summary().last_day(), "1962-10-28");
  EXPECT_EQ(corpus.summary().document_count(), 1);
  EXPECT_EQ(corpus.summary().entry_count(), 1);
  EXPECT_EQ(corpus.summary().event_count(), 2);
  EXPECT_EQ(corpus.default_zone().name(), "America/New_York");
}

TEST(CorpusTest, HasNoDaysWithoutEvents) {
  const Corpus corpus(Summary(), {MakeDocument("a", "1962-10-22")});
  EXPECT_EQ(corpus.summary().first_day(), "");
  EXPECT_EQ(corpus.summary().last_day(), "");
}

TEST(CorpusTest, FindsByName) {
  const Corpus corpus(Summary(), {MakeDocument("a", "1962", {"1962"})});
  EXPECT_EQ(corpus.FindDocument("documents/a"), &corpus.documents()[0]);
  EXPECT_EQ(corpus.FindDocument("a"), nullptr);
  EXPECT_EQ(corpus.FindEvent("documents/a/events/1"), &corpus.events()[0]);
  EXPECT_EQ(corpus.FindEvent("documents/a/events/2"), nullptr);
  EXPECT_NE(corpus.FindParticipant("participants/ann"), nullptr);
  EXPECT_EQ(corpus.FindParticipant("ann"), nullptr);
  EXPECT_NE(corpus.FindSource("sources/aid"), nullptr);
  EXPECT_EQ(corpus.FindSource("sources/x"), nullptr);
  EXPECT_NE(corpus.FindAudience("west"), nullptr);
  EXPECT_EQ(corpus.FindAudience("east"), nullptr);
}

TEST(CorpusTest, HasOneRevisionForEqualContentInAnyOrder) {
  const v1::Document a = MakeDocument("a", "1962-10-22", {"1962-10-22"});
  const v1::Document b = MakeDocument("b", "1962-10-23", {"1962-10-23"});
  const std::string revision = Corpus(Summary(), {a, b}).revision();
  EXPECT_THAT(revision, testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(Corpus(Summary(), {b, a}).revision(), revision);
}

TEST(CorpusTest, HasAnotherRevisionForOtherContent) {
  const v1::Document a = MakeDocument("a", "1962-10-22", {"1962-10-22"});
  const std::string revision = Corpus(Summary(), {a}).revision();
  v1::Document changed = a;
  changed.mutable_events(0)->set_note("n");
  EXPECT_NE(Corpus(Summary(), {changed}).revision(), revision);
  v1::Corpus summary = Summary();
  summary.set_title("U");
  EXPECT_NE(Corpus(summary, {a}).revision(), revision);
}

TEST(CorpusTest, HasAnotherRevisionWhereTheOrderOfOneDateIsAnother) {
  const v1::Document a = MakeDocument("a", "1962-10-22", {"1962-10-25"});
  const v1::Document b = MakeDocument("b", "1962-10-22", {"1962-10-26"});
  EXPECT_NE(Corpus(Summary(), {a, b}).revision(), Corpus(Summary(), {b, a}).revision());
}

TEST(CorpusTest, HashesWithSha256) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace hotline::server
