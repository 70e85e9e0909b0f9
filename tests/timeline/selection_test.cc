#include "server/timeline/selection.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;

constexpr auto kSent = v1::EVENT_TYPE_SENT;
constexpr auto kReceived = v1::EVENT_TYPE_RECEIVED;

// Two letters across the end of daylight time, and one at midnight in Washington.
std::shared_ptr<const Corpus> ACorpus() {
  return TinyCorpus(
      {{"a",
        "kennedy",
        "khrushchev",
        "1962-10-26",
        {{kSent, "1962-10-26T20:00-04:00", {"washington"}}, {kReceived, "1962-10-27T04:00-04:00", {"moscow"}}}},
       {"b",
        "khrushchev",
        "kennedy",
        "1962-10-28",
        {{kSent, "1962-10-28T00:00-04:00", {"moscow"}}, {kReceived, "1962-10-28T16:35-05:00", {"washington"}}}}});
}

std::vector<std::string> Keys(const Timeline& timeline) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < timeline.size(); ++i) keys.emplace_back(timeline.key(i));
  return keys;
}

std::shared_ptr<const Timeline> Build(const v1::TimelineSelection& request) {
  const auto corpus = ACorpus();
  const auto selection = ReadSelection(request, *corpus, "selection");
  EXPECT_THAT(selection, IsOk());
  return BuildTimeline(*selection, corpus);
}

TEST(SelectionTest, PlaysTheCorpussOwnSpanInItsOwnZoneByDefault) {
  EXPECT_THAT(Keys(*Build({})),
              ElementsAre("day/1962-10-26", "documents/a/events/1", "day/1962-10-27", "documents/a/events/2",
                          "day/1962-10-28", "documents/b/events/1", "documents/b/events/2", "end"));
}

TEST(SelectionTest, TheDayOfTheChangeOfClocksHas25HoursInWashingtonAnd24InMoscow) {
  v1::TimelineSelection request;
  request.set_first_day("1962-10-28");
  request.set_last_day("1962-10-28");
  EXPECT_EQ(Build(request)->end() - Build(request)->start(), absl::Hours(25));
  request.set_time_zone("Europe/Moscow");
  EXPECT_EQ(Build(request)->end() - Build(request)->start(), absl::Hours(24));
}

TEST(SelectionTest, AnAudienceHearsOnlyWhatItKnew) {
  v1::TimelineSelection request;
  request.set_audience("moscow");
  EXPECT_THAT(Keys(*Build(request)), ElementsAre("day/1962-10-26", "day/1962-10-27", "documents/a/events/2",
                                                 "day/1962-10-28", "documents/b/events/1", "end"));
}

TEST(SelectionTest, FiltersByDocumentAndByEventType) {
  v1::TimelineSelection request;
  request.mutable_filter()->add_authors("participants/kennedy");
  request.add_event_types(kReceived);
  EXPECT_THAT(Keys(*Build(request)),
              ElementsAre("day/1962-10-26", "day/1962-10-27", "documents/a/events/2", "day/1962-10-28", "end"));
}

TEST(SelectionTest, AViewSaysHowMuchOfTheDocumentAnItemCarries) {
  v1::StreamTimelineResponse response;
  ASSERT_TRUE(response.ParseFromString(ItemBytes(*Build({}), 1, 2)));
  EXPECT_EQ(response.items(0).event().document().title(), "title of a");
  EXPECT_EQ(response.items(0).event().document().kind(), v1::DOCUMENT_KIND_LETTER);
  EXPECT_EQ(response.items(0).event().document().authors_size(), 1);
  EXPECT_EQ(response.items(0).event().document().events_size(), 0);
  v1::TimelineSelection request;
  request.set_view(v1::TIMELINE_VIEW_FULL);
  ASSERT_TRUE(response.ParseFromString(ItemBytes(*Build(request), 1, 2)));
  EXPECT_EQ(response.items(0).event().document().events_size(), 2);
}

TEST(SelectionTest, AReadMaskSaysWhichFieldsOfTheDocumentAnItemCarriesAlsoWithoutAView) {
  for (const auto view : {v1::TIMELINE_VIEW_UNSPECIFIED, v1::TIMELINE_VIEW_FULL}) {
    v1::TimelineSelection request;
    request.set_view(view);
    request.mutable_read_mask()->add_paths("events");
    request.mutable_read_mask()->add_paths("name");
    v1::StreamTimelineResponse response;
    ASSERT_TRUE(response.ParseFromString(ItemBytes(*Build(request), 1, 2)));
    const v1::TimelineEvent& item = response.items(0).event();
    EXPECT_EQ(item.event().name(), "documents/a/events/1");
    EXPECT_EQ(item.document().name(), "documents/a");
    EXPECT_EQ(item.document().events_size(), 2);
    EXPECT_EQ(item.document().title(), "");
    EXPECT_EQ(item.document().authors_size(), 0);
  }
}

TEST(SelectionTest, AnAsteriskCarriesTheWholeDocument) {
  v1::TimelineSelection full;
  full.set_view(v1::TIMELINE_VIEW_FULL);
  v1::TimelineSelection all;
  all.mutable_read_mask()->add_paths("*");
  EXPECT_EQ(ItemBytes(*Build(all)), ItemBytes(*Build(full)));
  EXPECT_EQ(FingerprintOf(all), FingerprintOf(full));
}

TEST(SelectionTest, CountsEventsAndDocumentsOfEveryDayAlsoOfTheEmptyOnes) {
  v1::TimelineSelection request;
  request.set_first_day("1962-10-25");
  const auto corpus = ACorpus();
  const auto selection = ReadSelection(request, *corpus, "selection");
  const std::vector<v1::Day> days = CountDays(*selection, *corpus);
  ASSERT_EQ(days.size(), 4u);
  EXPECT_EQ(days[0].day(), "1962-10-25");
  EXPECT_EQ(days[0].event_count(), 0);
  EXPECT_EQ(days[3].event_count(), 2);
  EXPECT_EQ(days[3].document_count(), 1);
  EXPECT_EQ(FromTimestamp(days[3].end()) - FromTimestamp(days[3].start()), absl::Hours(25));
}

TEST(SelectionTest, AnEventAtTheStartOfTheSpanIsInAndOneAtItsEndOut) {
  v1::TimelineSelection request;
  request.set_first_day("1962-10-28");  // b's first event is at its midnight
  EXPECT_THAT(Keys(*Build(request)),
              ElementsAre("day/1962-10-28", "documents/b/events/1", "documents/b/events/2", "end"));
  request.set_first_day("1962-10-27");
  request.set_last_day("1962-10-27");
  EXPECT_THAT(Keys(*Build(request)), ElementsAre("day/1962-10-27", "documents/a/events/2", "end"));
}

TEST(SelectionTest, ADayMarkerCountsTheEventsOfItsDay) {
  v1::StreamTimelineResponse response;
  ASSERT_TRUE(response.ParseFromString(ItemBytes(*Build({}))));
  EXPECT_EQ(response.items(0).day_started().event_count(), 1);
  EXPECT_EQ(response.items(4).day_started().event_count(), 2);
  EXPECT_EQ(response.items(4).day_started().day(), "1962-10-28");
}

TEST(SelectionTest, ASpanOf36600DaysIsTakenAndOneMoreIsNot) {
  v1::TimelineSelection request;
  request.set_first_day("1962-10-28");
  request.set_last_day("2063-01-10");
  EXPECT_THAT(ReadSelection(request, *ACorpus(), "selection"), IsOk());
  request.set_last_day("2063-01-11");
  EXPECT_THAT(ReadSelection(request, *ACorpus(), "selection"), IsBadField("selection.last_day"));
}

TEST(SelectionTest, RefusesBadFieldsByName) {
  const auto refusal = [](auto set) {
    v1::TimelineSelection request;
    set(&request);
    return ReadSelection(request, *ACorpus(), "selection").status();
  };
  using Request = v1::TimelineSelection*;
  EXPECT_THAT(refusal([](Request r) { r->set_time_zone("Europe/Petrograd"); }), IsBadField("selection.time_zone"));
  EXPECT_THAT(refusal([](Request r) { r->set_first_day("27 October"); }), IsBadField("selection.first_day"));
  EXPECT_THAT(refusal([](Request r) { r->set_first_day("1962-10-29"); }), IsBadField("selection.first_day"));
  EXPECT_THAT(refusal([](Request r) { r->set_last_day("1962-10-25"); }), IsBadField("selection.last_day"));
  EXPECT_THAT(refusal([](Request r) { r->set_last_day("1962-02-30"); }), IsBadField("selection.last_day"));
  EXPECT_THAT(refusal([](Request r) { r->set_first_day("0001-01-01"); }), IsBadField("selection.first_day"));
  EXPECT_THAT(refusal([](Request r) { r->set_last_day("9999-12-31"); }), IsBadField("selection.last_day"));
  EXPECT_THAT(refusal([](Request r) { r->set_audience("havana"); }), IsBadField("selection.audience"));
  EXPECT_THAT(refusal([](Request r) { r->add_event_types(v1::EVENT_TYPE_UNSPECIFIED); }),
              IsBadField("selection.event_types"));
  EXPECT_THAT(refusal([](Request r) { r->set_view(static_cast<v1::TimelineView>(7)); }), IsBadField("selection.view"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_read_mask()->add_paths("copiedTo"); }),
              IsBadField("selection.read_mask.paths[0]"));
  EXPECT_THAT(refusal([](Request r) {
                r->set_view(v1::TIMELINE_VIEW_BASIC);
                r->mutable_read_mask()->add_paths("title");
              }),
              IsBadField("selection.read_mask"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->add_authors("participants/castro"); }),
              IsBadField("selection.filter.authors[0]"));
}

TEST(SelectionTest, ASpanThatATimestampCannotHoldIsRefused) {
  v1::TimelineSelection request;
  request.set_first_day("9999-12-31");
  request.set_last_day("9999-12-31");
  EXPECT_THAT(ReadSelection(request, *ACorpus(), "selection"), IsBadField("selection.last_day"));
  request.set_first_day("0001-01-01");
  request.set_last_day("0001-01-01");
  EXPECT_THAT(ReadSelection(request, *ACorpus(), "selection"), IsOk());
  request.set_time_zone("Europe/Moscow");
  EXPECT_THAT(ReadSelection(request, *ACorpus(), "selection"), IsBadField("selection.first_day"));
}

TEST(SelectionTest, AnAudienceThatIsUnknownIsToldTheKnownOnes) {
  v1::TimelineSelection request;
  request.set_audience("havana");
  EXPECT_THAT(std::string(ReadSelection(request, *ACorpus(), "selection").status().message()),
              ::testing::HasSubstr("\"washington\", \"moscow\""));
}

TEST(FingerprintTest, IgnoresTheOrderOfListsAndNothingElse) {
  v1::TimelineSelection a;
  a.mutable_filter()->add_authors("participants/kennedy");
  a.mutable_filter()->add_authors("participants/khrushchev");
  v1::TimelineSelection b;
  b.mutable_filter()->add_authors("participants/khrushchev");
  b.mutable_filter()->add_authors("participants/kennedy");
  EXPECT_EQ(FingerprintOf(a), FingerprintOf(b));
  for (const auto kind : {v1::DOCUMENT_KIND_LETTER, v1::DOCUMENT_KIND_ADDRESS}) a.mutable_filter()->add_kinds(kind);
  for (const auto kind : {v1::DOCUMENT_KIND_ADDRESS, v1::DOCUMENT_KIND_LETTER}) b.mutable_filter()->add_kinds(kind);
  EXPECT_EQ(FingerprintOf(a), FingerprintOf(b));
  b.set_audience("moscow");
  EXPECT_NE(FingerprintOf(a), FingerprintOf(b));
  EXPECT_NE(FingerprintOf({}), FingerprintOf(a));
}

TEST(FingerprintTest, TellsReadMasksApartByWhatTheyAskForAndNotByTheirForm) {
  const auto masked = [](const std::vector<std::string>& paths) {
    v1::TimelineSelection selection;
    for (const std::string& path : paths) selection.mutable_read_mask()->add_paths(path);
    return selection;
  };
  EXPECT_EQ(FingerprintOf(masked({"name", "title"})), FingerprintOf(masked({"title", "name", "title"})));
  EXPECT_NE(FingerprintOf(masked({"name", "title"})), FingerprintOf(masked({"name"})));
  EXPECT_NE(FingerprintOf(masked({"name"})), FingerprintOf(masked({"*"})));
  v1::TimelineSelection empty;
  empty.mutable_read_mask();
  EXPECT_EQ(FingerprintOf(empty), FingerprintOf({}));
}

TEST(FingerprintTest, IsTheSameOnEveryMachine) {
  // Positions are handed from replica to replica: a change of this number breaks every running playback.
  EXPECT_EQ(FingerprintOf({}), 0x80cdec720d2d35d2u);
}

TEST(TimelineTest, TheSameSelectionGivesTheSameBytesWhateverTheOrderOfItsLists) {
  v1::TimelineSelection request;
  request.add_event_types(kSent);
  request.add_event_types(kReceived);
  v1::TimelineSelection turned;
  turned.add_event_types(kReceived);
  turned.add_event_types(kSent);
  const auto a = Build(request);
  const auto b = Build(turned);
  EXPECT_EQ(ItemBytes(*a), ItemBytes(*b));
}

}  // namespace
}  // namespace hotline::server
