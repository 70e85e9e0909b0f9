#include "client/cli/play_renderer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const Page kPlain = {80, false};

v1::StreamTimelineResponse Opened(v1::OpenedOutcome outcome = v1::OPENED_OUTCOME_FRESH) {
  v1::StreamTimelineResponse response;
  *response.mutable_clock() = At("1962-10-27T12:30:00-04:00");
  v1::PlaybackOpened* opened = response.mutable_opened();
  opened->set_outcome(outcome);
  opened->set_time_zone("America/New_York");
  opened->set_first_day("1962-10-26");
  opened->set_last_day("1962-10-28");
  opened->set_event_count(5);
  opened->mutable_pace()->mutable_day_length()->set_seconds(3);
  return response;
}

v1::StreamTimelineResponse DayStarts(const std::string& day, int events) {
  v1::StreamTimelineResponse response;
  v1::DayStarted* started = response.add_items()->mutable_day_started();
  started->set_day(day);
  started->set_event_count(events);
  return response;
}

// As the server sends it: of the document only what names it.
v1::StreamTimelineResponse Happens(const v1::Document& document, int event = 0) {
  v1::StreamTimelineResponse response;
  v1::TimelineItem* item = response.add_items();
  *item->mutable_time() = document.events(event).time();
  *item->mutable_event()->mutable_event() = document.events(event);
  item->mutable_event()->mutable_document()->set_name(document.name());
  item->mutable_event()->mutable_document()->set_title(document.title());
  return response;
}

class PlayRendererTest : public ::testing::Test {
 protected:
  PlayRenderer Renderer(const std::string& audience = "", const Page& page = kPlain) {
    return PlayRenderer(page, vocabulary_, documents_, audience);
  }

  const Vocabulary vocabulary_ = SampleVocabulary();
  const Documents documents_ = SampleDocumentsByName();
};

TEST_F(PlayRendererTest, OpensWithTitleViewSpanAndPace) {
  EXPECT_EQ(Renderer().Render(Opened()),
            "Kennedy - Khrushchev Correspondence on Cuba Crisis\n"
            "Everything, when it happened\n"
            "26 to 28 October 1962 (days of America/New_York), 5 events, a day of history in\n"
            "3 s\n");
}

TEST_F(PlayRendererTest, SaysWhoseViewItIs) {
  EXPECT_THAT(Renderer("moscow").Render(Opened()), HasSubstr("As Moscow knew it"));
}

TEST_F(PlayRendererTest, HeadsADayWithItsDateAndCount) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  const std::string text = renderer.Render(DayStarts("1962-10-27", 3));
  EXPECT_THAT(text, HasSubstr("── Saturday, 27 October 1962 - 3 events ──"));
  EXPECT_THAT(text, ContainsRegex("Washington +│ Moscow\n"));
  EXPECT_THAT(renderer.Render(DayStarts("1962-10-28", 0)), HasSubstr("Sunday, 28 October 1962 - no events ──"));
}

TEST_F(PlayRendererTest, PutsAnEventInItsAuthorsLaneWithBothClocks) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  renderer.Render(DayStarts("1962-10-26", 1));
  const std::string text = renderer.Render(Happens(SampleDocument("kk-08")));
  EXPECT_THAT(text, ContainsRegex("\n12:00 +│ 19:00  sent +kk-08\n"));
  EXPECT_THAT(text, HasSubstr("private letter"));
  EXPECT_THAT(text, HasSubstr("Embtel 1101"));
}

TEST_F(PlayRendererTest, NamesTheDayOfTheCapitalWhereItIsAnother) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  renderer.Render(DayStarts("1962-10-28", 1));
  const std::string text = renderer.Render(Happens(SampleDocument("kk-13")));
  EXPECT_THAT(text, ContainsRegex("\n16:35  released +kk-13 │ 29 Oct 00:35\n"));
  EXPECT_THAT(text, HasSubstr("answers kk-08"));
  EXPECT_THAT(text, HasSubstr("Moscow learns of it"));
}

TEST_F(PlayRendererTest, ShowsThatAnHourIsNotRecordedInBothLanes) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  renderer.Render(DayStarts("1962-10-27", 1));
  const std::string text = renderer.Render(Happens(SampleDocument("kk-10")));
  EXPECT_THAT(text, ContainsRegex("\n--:--  released +kk-10 │ --:--\n"));
  EXPECT_THAT(text, HasSubstr("hour not recorded"));
}

TEST_F(PlayRendererTest, ShowsDisputedDatesWhenADocumentFirstAppears) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  renderer.Render(DayStarts("1962-10-27", 2));
  EXPECT_THAT(renderer.Render(Happens(SampleDocument("kk-09"))), HasSubstr("dated 27 Oct or 26 Oct"));
  EXPECT_THAT(renderer.Render(Happens(SampleDocument("kk-09"))), Not(HasSubstr("dated 27 Oct")));
}

TEST_F(PlayRendererTest, TheOtherSideLearnsOfADocumentOnce) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  renderer.Render(DayStarts("1962-10-26", 2));
  EXPECT_THAT(renderer.Render(Happens(SampleDocument("kk-08"), 0)), Not(HasSubstr("learns")));
  EXPECT_THAT(renderer.Render(Happens(SampleDocument("kk-08"), 1)), HasSubstr("Washington learns of it"));
}

TEST_F(PlayRendererTest, OneSidesViewDoesNotTellWhatTheOtherLearns) {
  PlayRenderer renderer = Renderer("moscow");
  renderer.Render(Opened());
  renderer.Render(DayStarts("1962-10-27", 1));
  EXPECT_THAT(renderer.Render(Happens(SampleDocument("kk-09"))), Not(HasSubstr("learns")));
}

TEST_F(PlayRendererTest, APlaybackThatBeginsWithinADayHasAHeadingAllTheSame) {
  PlayRenderer renderer = Renderer();
  const std::string opening = renderer.Render(Opened(v1::OPENED_OUTCOME_RESUMED));
  EXPECT_THAT(opening, HasSubstr("From the position given: 27 October 1962, 12:30"));
  EXPECT_THAT(renderer.Render(Happens(SampleDocument("kk-13"))), HasSubstr("── Sunday, 28 October 1962, continued ──"));
}

TEST_F(PlayRendererTest, APlaybackThatWasTakenUpAgainIsNotOpenedTwice) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  EXPECT_EQ(renderer.Render(Opened(v1::OPENED_OUTCOME_RESUMED)), "");
  EXPECT_EQ(PlaybackNotice(Opened(v1::OPENED_OUTCOME_RESUMED), false), "");
  EXPECT_THAT(PlaybackNotice(Opened(v1::OPENED_OUTCOME_RESUMED), true), HasSubstr("goes on in a new call"));
}

TEST_F(PlayRendererTest, TellsAsideThatTheServerIsGoingAway) {
  v1::StreamTimelineResponse response;
  response.mutable_closing()->set_reason(v1::CLOSING_REASON_DRAINING);
  response.mutable_closing()->mutable_retry_after()->set_seconds(2);
  EXPECT_EQ(PlaybackNotice(response, true), "the server is going away; resuming in 2 s");
  EXPECT_EQ(Renderer().Render(response), "");
  response.mutable_closing()->set_reason(v1::CLOSING_REASON_END);
  EXPECT_EQ(PlaybackNotice(response, true), "");
}

TEST_F(PlayRendererTest, AHeartbeatIsSilent) {
  v1::StreamTimelineResponse response;
  response.mutable_heartbeat()->set_state(v1::PLAYBACK_STATE_PLAYING);
  EXPECT_EQ(Renderer().Render(response), "");
  EXPECT_EQ(PlaybackNotice(response, true), "");
}

TEST_F(PlayRendererTest, EndsWithWhatWasPlayed) {
  PlayRenderer renderer = Renderer();
  renderer.Render(Opened());
  renderer.Render(Happens(SampleDocument("kk-08"), 0));
  renderer.Render(Happens(SampleDocument("kk-08"), 1));
  v1::StreamTimelineResponse response;
  response.add_items()->mutable_end_of_timeline();
  EXPECT_THAT(renderer.Render(response), HasSubstr("The end: 2 events of 1 document."));
}

TEST_F(PlayRendererTest, NoLineIsWiderThanThePageWhateverTheTitle) {
  for (int width : {60, 80, 110}) {
    const Page page = {width, true};
    PlayRenderer renderer = Renderer("", page);
    std::string text = renderer.Render(Opened()) + renderer.Render(DayStarts("1962-10-27", 4));
    for (v1::Document document : SampleDocuments()) {
      document.set_name("documents/a-name-that-is-much-longer-than-any-in-the-corpus");
      document.set_title("Очень длинное название " + std::string(120, 'x'));
      document.mutable_events(0)->mutable_date()->set_approximate(true);
      text += renderer.Render(Happens(document));
    }
    EXPECT_LE(WidestLine(text), width) << text;
  }
}

TEST_F(PlayRendererTest, WithOneCapitalThereIsOneLane) {
  v1::Corpus corpus = SampleCorpus();
  corpus.mutable_audiences(1)->clear_time_zone();
  const Vocabulary one_sided = *Vocabulary::Make(corpus);
  PlayRenderer renderer(kPlain, one_sided, documents_, "");
  std::string text = renderer.Render(Opened()) + renderer.Render(DayStarts("1962-10-26", 1));
  text += renderer.Render(Happens(SampleDocument("kk-08")));
  EXPECT_THAT(text, Not(HasSubstr("│")));
  EXPECT_THAT(text, ContainsRegex("\n12:00  sent +kk-08\n"));
}

TEST(PaceInWordsTest, SaysEachKindWithItsLongestWait) {
  v1::Pace pace;
  pace.set_speed(3600);
  EXPECT_EQ(InWords(pace), "1 h of history a second");
  pace.mutable_day_length()->set_seconds(90);
  pace.mutable_longest_wait()->set_seconds(2);
  EXPECT_EQ(InWords(pace), "a day of history in 1 min 30 s, gaps of 2 s at most");
  pace.clear_longest_wait();
  pace.set_unpaced(true);
  EXPECT_EQ(InWords(pace), "unpaced");
}

}  // namespace
}  // namespace hotline::cli
