#include "client/cli/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const Page kPlain = {80, false};
const Page kColoured = {80, true};

v1::ListDocumentsResponse SampleList() {
  v1::ListDocumentsResponse response;
  for (const v1::Document& document : SampleDocuments()) *response.add_documents() = document;
  response.set_total_size(response.documents_size());
  return response;
}

v1::GetThreadResponse SampleThread() {
  v1::GetThreadResponse thread;
  for (const v1::Document& document : SampleDocuments()) *thread.add_documents() = document;
  v1::ThreadEdge* edge = thread.add_edges();
  edge->set_document("documents/kk-13");
  edge->set_target("documents/kk-08");
  edge->set_type(v1::RELATION_TYPE_REPLIES_TO);
  edge->set_source("sources/frus-6");
  edge->mutable_delay()->set_seconds(46500);
  v1::Crossing* crossing = thread.add_crossings();
  crossing->set_first("documents/kk-09");
  crossing->set_second("documents/kk-13");
  return thread;
}

TEST(RenderCorpusTest, ShowsCountsSpanAndVocabularies) {
  const std::string text = RenderCorpus(kPlain, SampleVocabulary(), "0123abcd");
  EXPECT_THAT(text, HasSubstr("26 to 28 October 1962, in the zone America/New_York"));
  EXPECT_THAT(text, HasSubstr("4 documents with 5 events; the finding aid lists them in 5 entries"));
  EXPECT_THAT(text, HasSubstr("0123abcd"));
  EXPECT_THAT(text, ContainsRegex("khrushchev +Никита Хрущёв +Moscow"));
  EXPECT_THAT(text, ContainsRegex("public +the public +nowhere in particular"));
  EXPECT_LE(WidestLine(text), 80);
}

TEST(RenderListTest, ShowsWhereSourcesDisagree) {
  const std::string text = RenderList(kPlain, SampleVocabulary(), {SampleList()});
  EXPECT_THAT(text, ContainsRegex("kk-09  27 Oct or 26 Oct: +public letter +Khrushchev to Kennedy: the public"));
  EXPECT_THAT(text, HasSubstr("FRUS / finding aid"));
  EXPECT_THAT(text, HasSubstr("4 documents, 5 entries in the finding aid"));
  EXPECT_THAT(text, Not(HasSubstr("IN WINDOW")));
  EXPECT_LE(WidestLine(text), 80);
}

TEST(RenderListTest, WithAWindowEachRowSaysHowSurelyItFallsInIt) {
  v1::ListDocumentsResponse response = SampleList();
  for (int i = 0; i < response.documents_size(); ++i) {
    response.add_certainties(i == 0 ? v1::CERTAINTY_DEFINITE : v1::CERTAINTY_POSSIBLE);
  }
  response.set_time_zone("Europe/Moscow");
  const std::string text = RenderList(kPlain, SampleVocabulary(), {response});
  EXPECT_THAT(text, ContainsRegex("kk-08 .*certain .*private letter"));
  EXPECT_THAT(text, ContainsRegex("kk-09 .*possible .*public letter"));
  EXPECT_THAT(text, HasSubstr("days of Europe/Moscow"));
  EXPECT_LE(WidestLine(text), 80);
}

v1::SearchDocumentsResponse SampleSearch() {
  v1::SearchDocumentsResponse response;
  v1::SearchHit* hit = response.add_hits();
  *hit->mutable_document() = SampleDocument("kk-09");
  v1::FieldMatch* title = hit->add_matches();
  title->set_field("title");
  title->add_ranges()->set_end(10);  // "Khrushchev"
  v1::FieldMatch* note = hit->add_matches();
  note->set_field("dates[1].note");
  note->set_snippet("before Turkey behind");
  note->mutable_snippet_range()->set_start(100);
  note->mutable_snippet_range()->set_end(120);
  note->set_text_length(500);
  note->add_ranges()->set_start(107);
  note->mutable_ranges(0)->set_end(113);
  note->add_ranges()->set_start(400);  // not in the snippet
  note->mutable_ranges(1)->set_end(410);
  hit->set_certainty(v1::CERTAINTY_POSSIBLE);
  hit->set_date_source("sources/finding-aid");
  v1::Facet* days = response.add_facets();
  days->set_property("day");
  days->set_value_count(30);
  for (const char* day : {"1962-10-28", "1962-10-26"}) {
    days->add_counts()->set_value(day);
    days->mutable_counts(days->counts_size() - 1)->set_count(4);
  }
  v1::Facet* kinds = response.add_facets();
  kinds->set_property("kind");
  kinds->set_value_count(1);
  kinds->add_counts()->set_value("DOCUMENT_KIND_LETTER");
  kinds->mutable_counts(0)->set_count(7);
  response.add_facets()->set_property("author");
  response.set_total_size(7);
  response.set_time_zone("Europe/Moscow");
  return response;
}

v1::TimeWindow OneDay() {
  v1::TimeWindow window;
  window.set_first_day("1962-10-26");
  window.set_last_day("1962-10-26");
  return window;
}

TEST(RenderSearchTest, MarksWhatWasFoundAndSaysWhere) {
  const std::string text = RenderSearch(kPlain, SampleVocabulary(), OneDay(), {SampleSearch()});
  EXPECT_THAT(text, HasSubstr("1  kk-09  *Khrushchev* to Kennedy"));
  EXPECT_THAT(text, HasSubstr("note on the date of finding aid: … before *Turkey* behind …"));
  EXPECT_THAT(text, ContainsRegex("possible by[ \n]+finding aid"));
  EXPECT_LE(WidestLine(text), 80);
}

TEST(RenderSearchTest, AZoneAloneAsksForNoCertainty) {
  v1::TimeWindow zone;
  zone.set_time_zone("Europe/Moscow");
  EXPECT_THAT(RenderSearch(kPlain, SampleVocabulary(), zone, {SampleSearch()}), Not(HasSubstr("possible")));
}

TEST(RenderSearchTest, NoLineIsWiderThanThePage) {
  for (int width : {60, 80, 110}) {
    for (bool colour : {false, true}) {
      EXPECT_LE(WidestLine(RenderSearch({width, colour}, SampleVocabulary(), OneDay(), {SampleSearch()})), width);
    }
  }
}

TEST(RenderSearchTest, MarksByColourOnATerminal) {
  const std::string text = RenderSearch(kColoured, SampleVocabulary(), OneDay(), {SampleSearch()});
  EXPECT_THAT(text, Not(HasSubstr("*")));
  EXPECT_THAT(WithoutEscapes(text), HasSubstr("before Turkey behind"));
  EXPECT_THAT(text, Not(HasSubstr("before Turkey")));  // an escape stands between them
}

TEST(RenderSearchTest, ShowsTheFacetsOfTheWholeWithDaysInOrder) {
  const std::string text = RenderSearch(kPlain, SampleVocabulary(), OneDay(), {SampleSearch()});
  EXPECT_THAT(text, HasSubstr("day        26 Oct (4), 28 Oct (4), and 28 more\n"));
  EXPECT_THAT(text, HasSubstr("kind       letter (7)\n"));
  EXPECT_THAT(text, Not(HasSubstr("author ")));
  EXPECT_THAT(text, HasSubstr("7 documents, of which the best 1 are shown; days of Europe/Moscow\n"));
}

TEST(RenderSearchTest, NothingFoundIsACount) {
  EXPECT_EQ(RenderSearch(kPlain, SampleVocabulary(), {}, {v1::SearchDocumentsResponse()}), "0 documents\n");
}

TEST(PointAtTest, PointsByColumnsAndNotByBytes) {
  EXPECT_THAT(PointAt("a AND b", 2, 3, 60), ::testing::ElementsAre("a AND b", "  ^^^"));
  EXPECT_THAT(PointAt("ё \"b", 2, 1, 60), ::testing::ElementsAre("ё \"b", "  ^"));
  EXPECT_THAT(PointAt("導弹 (", 3, 1, 60), ::testing::ElementsAre("導弹 (", "     ^"));
  EXPECT_THAT(PointAt("", 0, 0, 60), ::testing::ElementsAre("", "^"));
}

TEST(PointAtTest, StaysOnOneLineAndCommandsNoTerminal) {
  EXPECT_THAT(PointAt("a\nb\t(", 4, 1, 60), ::testing::ElementsAre("a b (", "    ^"));
  EXPECT_THAT(PointAt("é\x1B[31m\u009B5m", 1, 1, 60), ::testing::ElementsAre("é [31m 5m", " ^"));
}

TEST(PointAtTest, OfALongQueryShowsWhatStandsAroundThePlace) {
  const std::string words(100, 'a');
  EXPECT_THAT(PointAt(words + " AND b", 101, 3, 20), ::testing::ElementsAre("…aaaaaaaa AND b", "          ^^^"));
  EXPECT_THAT(PointAt("a AND " + words, 2, 3, 20), ::testing::ElementsAre("a AND aaaaaaaaaaaaa…", "  ^^^"));
  EXPECT_THAT(PointAt(words + " AND " + words, 101, 3, 20),
              ::testing::ElementsAre("…aaaaaaaa AND aaaaa…", "          ^^^"));
  EXPECT_THAT(PointAt("\"" + words, 0, 101, 20),
              ::testing::ElementsAre("\"" + words.substr(0, 18) + "…", std::string(20, '^')));
  EXPECT_THAT(PointAt("導導導導導導導導導導 (", 11, 1, 20), ::testing::ElementsAre("…導導導導 (", "          ^"));
}

TEST(RenderComparisonTest, SaysWhatEachHasAndByHowMuchTheyDiffer) {
  v1::CompareSourcesResponse response;
  const auto add = [&response](const std::string& id, v1::ComparisonOutcome outcome) {
    v1::DateComparison* comparison = response.add_comparisons();
    comparison->set_document("documents/" + id);
    comparison->set_outcome(outcome);
    v1::OutcomeCount* count = response.add_counts();
    count->set_outcome(outcome);
    count->set_count(1);
    return comparison;
  };
  v1::DateComparison* agree = add("kk-01", v1::COMPARISON_OUTCOME_AGREES);
  *agree->mutable_first()->mutable_date() = Day("1962-10-26", "America/New_York");
  *agree->mutable_second()->mutable_date() = Day("1962-10-26", "America/New_York");
  v1::DateComparison* differ = add("kk-02", v1::COMPARISON_OUTCOME_DIFFERS);
  *differ->mutable_first()->mutable_date() = Day("1962-10-26", "America/New_York");
  *differ->mutable_second()->mutable_date() = Day("1962-10-24", "America/New_York");
  differ->set_day_difference(-2);
  v1::DateComparison* hours = add("kk-03", v1::COMPARISON_OUTCOME_DIFFERS);
  hours->mutable_difference()->set_seconds(3 * 3600);
  hours->set_day_difference(0);
  *add("kk-04", v1::COMPARISON_OUTCOME_ONLY_SECOND)->mutable_second()->mutable_date() =
      Day("1962-10-26", "Europe/Moscow");
  const std::string text =
      RenderComparison(kPlain, SampleVocabulary(), "sources/finding-aid", "sources/frus-6", {response});
  EXPECT_THAT(text, ContainsRegex("kk-01 +26 Oct +26 Oct +agree"));
  EXPECT_THAT(text, ContainsRegex("kk-02 +26 Oct +24 Oct +FRUS 2 days earlier"));
  EXPECT_THAT(text, ContainsRegex("kk-03 .*FRUS 3 h later"));
  EXPECT_THAT(text, ContainsRegex("kk-04 +- +26 Oct +only FRUS"));
  EXPECT_THAT(text, HasSubstr("4 documents: they agree on 1, differ on 1"));
  EXPECT_LE(WidestLine(text), 80);
}

TEST(RenderListTest, NamesASourceThatIsNotThePreferredOne) {
  v1::ListDocumentsResponse response;
  for (const char* source : {"sources/frus-6", "sources/finding-aid"}) {
    *response.add_documents() = SampleDocument("kk-09");
    response.add_certainties(v1::CERTAINTY_DEFINITE);
    response.add_date_sources(source);
  }
  const std::string text = RenderList(kPlain, SampleVocabulary(), {response});
  EXPECT_THAT(text, ContainsRegex("certain +public letter"));
  EXPECT_THAT(text, HasSubstr("certain by finding aid"));
}

TEST(RenderThreadTest, CountsDelaysInHoursAndTellsDoubtAboutThemAndCrossings) {
  v1::GetThreadResponse thread = SampleThread();
  thread.mutable_edges(0)->mutable_delay()->set_seconds(31 * 3600 + 2 * 60 + 5);
  thread.mutable_crossings(0)->set_approximate(true);
  std::string text = RenderThread({110, false}, SampleVocabulary(), thread);
  EXPECT_THAT(text, HasSubstr("answers kk-08 after 31 h 2 min (FRUS)"));
  EXPECT_THAT(text, HasSubstr("× may have crossed kk-09"));
  EXPECT_THAT(text, HasSubstr("kk-09 and kk-13 may have crossed: their times leave it open."));
  thread.mutable_edges(0)->mutable_delay()->set_seconds(-7200);
  thread.mutable_edges(0)->set_approximate(true);
  text = RenderThread({110, false}, SampleVocabulary(), thread);
  EXPECT_THAT(text, HasSubstr("answers kk-08 about 2 h before it was known (FRUS)"));
}

TEST(RenderListTest, JoinsAllPages) {
  const std::string text = RenderList(kPlain, SampleVocabulary(), {SampleList(), SampleList()});
  EXPECT_THAT(text, HasSubstr("10 entries in the finding aid"));
}

TEST(RenderListTest, AnEmptyListIsACountAndNoTable) {
  EXPECT_EQ(RenderList(kPlain, SampleVocabulary(), {v1::ListDocumentsResponse()}),
            "0 documents, 0 entries in the finding aid\n");
}

TEST(RenderDocumentTest, ShowsTheClaimsSideBySideAndMarksThePreferredOne) {
  const std::string text = RenderDocument(kPlain, SampleVocabulary(), SampleDocument("kk-09"), SampleThread());
  EXPECT_THAT(text, ContainsRegex("● 27 Oct 1962 +○ 26 Oct 1962\n"));
  EXPECT_THAT(text, ContainsRegex("  FRUS \\(preferred\\) +finding aid\n"));
  EXPECT_THAT(text, ContainsRegex("  1962-10-27 +1962-10-26\n"));
  EXPECT_THAT(text, ContainsRegex("The day of the broadcast. +written \"26 October 1962\"\n"));
  EXPECT_LE(WidestLine(text), 80);
}

TEST(RenderDocumentTest, ShowsItsLifeByBothClocksAndWhoKnew) {
  const std::string text = RenderDocument(kPlain, SampleVocabulary(), SampleDocument("kk-08"), SampleThread());
  EXPECT_THAT(text, ContainsRegex("Washington +Moscow\n"));
  EXPECT_THAT(text, ContainsRegex("26 Oct 12:00  26 Oct 19:00  sent\n +Embtel 1101; known to Moscow; FRUS"));
  EXPECT_THAT(text, ContainsRegex("26 Oct 21:15  27 Oct 04:15  received\n +known to Washington; FRUS"));
}

TEST(RenderDocumentTest, ShowsThatAnHourIsNotRecorded) {
  const std::string text = RenderDocument(kPlain, SampleVocabulary(), SampleDocument("kk-10"), SampleThread());
  EXPECT_THAT(text, ContainsRegex("27 Oct      27 Oct  released\n +hour not recorded"));
}

TEST(RenderDocumentTest, ShowsItsEntriesWithPositionAndPrintedNumber) {
  const std::string text = RenderDocument(kPlain, SampleVocabulary(), SampleDocument("kk-13"), SampleThread());
  EXPECT_THAT(text, HasSubstr("position 12, printed number 12, line 22\n  \"Kennedy to Khrushchev - 28 October\"\n"));
  EXPECT_THAT(text, HasSubstr("position 14, printed number 12, line 24\n"));
}

TEST(RenderDocumentTest, ShowsAnswersFromBothSidesAndWhatCrossed) {
  const std::string answer = RenderDocument(kPlain, SampleVocabulary(), SampleDocument("kk-13"), SampleThread());
  EXPECT_THAT(answer, HasSubstr("answers kk-08, Khrushchev to Kennedy: the long private letter; after 12 h 55 min"));
  EXPECT_THAT(answer, HasSubstr("crossed kk-09"));
  const std::string question = RenderDocument(kPlain, SampleVocabulary(), SampleDocument("kk-08"), SampleThread());
  EXPECT_THAT(question, HasSubstr("answered by kk-13, Kennedy to Khrushchev"));
  EXPECT_THAT(question, Not(HasSubstr("crossed")));
}

TEST(RenderDocumentTest, ShowsSummaryPeopleAndIdentifiers) {
  const std::string text = RenderDocument(kPlain, SampleVocabulary(), SampleDocument("kk-09"), SampleThread());
  EXPECT_THAT(text, HasSubstr("From        Никита Хрущёв\n"));
  EXPECT_THAT(text, HasSubstr("To          John F. Kennedy, President of the United States\n"));
  EXPECT_THAT(text, ContainsRegex("Summary     Publicly released text.*\n            "));
  EXPECT_THAT(text, HasSubstr("d66, also FRUS 1961-63 VI 66 (FRUS)"));
}

TEST(RenderReferenceTest, SaysThatAReferenceIsAmbiguousAndHowToBePrecise) {
  v1::ResolveReferenceResponse response;
  response.set_outcome(v1::REFERENCE_OUTCOME_AMBIGUOUS);
  for (const char* id : {"kk-08", "kk-13"}) {
    v1::ReferenceMatch* match = response.add_matches();
    *match->mutable_document() = SampleDocument(id);
    match->set_kind(v1::REFERENCE_KIND_PRINTED_NUMBER);
    match->set_value("12");
    match->set_position(id == std::string("kk-13") ? 14 : 8);
  }
  const std::string text = RenderReference(kPlain, "12", response);
  EXPECT_THAT(text, HasSubstr("\"12\" is ambiguous: it may mean 2 documents."));
  EXPECT_THAT(text, HasSubstr("number 12 printed at position 14 of the finding aid: \"Kennedy to"));
  EXPECT_THAT(text, HasSubstr("hotline show kk-08"));
  EXPECT_LE(WidestLine(text), 80);
}

TEST(RenderReferenceTest, ADocumentThatMatchesTwiceIsShownOnce) {
  v1::ResolveReferenceResponse response;
  response.set_outcome(v1::REFERENCE_OUTCOME_UNIQUE);
  for (const char* value : {"d66", "66"}) {
    v1::ReferenceMatch* match = response.add_matches();
    *match->mutable_document() = SampleDocument("kk-09");
    match->set_kind(v1::REFERENCE_KIND_IDENTIFIER);
    match->set_value(value);
  }
  EXPECT_EQ(RenderReference(kPlain, "66", response),
            "\"66\" means one document.\n"
            "\n"
            "kk-09  Khrushchev to Kennedy: the public letter\n"
            "       its identifier d66\n"
            "       its identifier 66\n");
}

TEST(RenderThreadTest, PutsEachDocumentInItsLaneWithItsArrivalOppositeIt) {
  const std::string text = RenderThread(kPlain, SampleVocabulary(), SampleThread());
  EXPECT_THAT(text, ContainsRegex("known 26 Oct 21:15 +│ ◀── kk-08  private letter\n"));
  EXPECT_THAT(text, ContainsRegex("kk-13  public letter +──▶ │     known 29 Oct 00:35\n"));
  EXPECT_THAT(text, HasSubstr("answers kk-08 after 12 h 55 min (FRUS)"));
  EXPECT_THAT(text, ContainsRegex("sent 26 Oct 19:00"));
  EXPECT_LE(WidestLine(text), 80);
}

TEST(RenderThreadTest, SaysWhatCrossed) {
  const std::string text = RenderThread(kPlain, SampleVocabulary(), SampleThread());
  EXPECT_THAT(text, HasSubstr("× kk-09 and kk-13 crossed: each was sent before the other had arrived."));
  EXPECT_THAT(text, HasSubstr("4 documents, 1 answer, 1 crossed"));
}

TEST(RenderDaysTest, DrawsABarInProportionAndShowsEmptyDays) {
  v1::ListDaysResponse response;
  response.set_time_zone("America/New_York");
  for (int events : {0, 1, 2}) {
    v1::Day* day = response.add_days();
    day->set_day("1962-10-2" + std::to_string(events));
    day->set_event_count(events);
    day->set_document_count(events > 0 ? 1 : 0);
  }
  EXPECT_EQ(RenderDays(kPlain, response),
            "Sat 20 October 1962            none\n"
            "Sun 21 October 1962  ████      1 event of 1 document\n"
            "Mon 22 October 1962  ████████  2 events of 1 document\n"
            "\n"
            "3 days of America/New_York, 3 events\n");
}

TEST(RenderDaysTest, ManyEventsFitAndOneIsStillSeen) {
  v1::ListDaysResponse response;
  for (int events : {1, 100000}) {
    v1::Day* day = response.add_days();
    day->set_day("1962-10-21");
    day->set_event_count(events);
  }
  const std::string text = RenderDays(kPlain, response);
  EXPECT_LE(WidestLine(text), 80);
  EXPECT_THAT(LinesOf(text)[0], HasSubstr("1962  █ "));
}

// Every renderer on one page after another: nothing is wider than the page, and colour is the page's word alone.
std::vector<std::string> Everything(const Page& page) {
  const Vocabulary vocabulary = SampleVocabulary();
  std::vector<std::string> texts = {RenderCorpus(page, vocabulary, std::string(200, 'f')),
                                    RenderList(page, vocabulary, {SampleList()}),
                                    RenderThread(page, vocabulary, SampleThread())};
  for (const v1::Document& document : SampleDocuments()) {
    texts.push_back(RenderDocument(page, vocabulary, document, SampleThread()));
  }
  return texts;
}

TEST(RenderTest, WithoutColourNoEscapeByteIsWritten) {
  for (const std::string& text : Everything(kPlain)) EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
}

TEST(RenderTest, ColourChangesNothingButColour) {
  const std::vector<std::string> plain = Everything(kPlain);
  const std::vector<std::string> coloured = Everything(kColoured);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NE(coloured[i].find("\x1b["), std::string::npos);
    EXPECT_EQ(WithoutEscapes(coloured[i]), plain[i]);
  }
}

TEST(RenderTest, NoLineIsWiderThanThePage) {
  for (int width : {60, 80, 110}) {
    for (const std::string& text : Everything({width, true})) EXPECT_LE(WidestLine(text), width) << text;
  }
}

}  // namespace
}  // namespace hotline::cli
