#include "client/cli/player/player_renderer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "client/cli/civil_time.h"
#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

absl::Time Instant(const std::string& rfc3339) { return ToTime(At(rfc3339)); }

v1::TimelineItem DayItem(const std::string& day, int events) {
  v1::TimelineItem item;
  *item.mutable_time() = At(day + "T00:00:00-04:00");
  item.mutable_day_started()->set_day(day);
  item.mutable_day_started()->set_event_count(events);
  return item;
}

v1::TimelineItem EventItem(const std::string& id, int event = 0) {
  const v1::Document document = SampleDocument(id);
  v1::TimelineItem item;
  *item.mutable_time() = document.events(event).time();
  *item.mutable_event()->mutable_event() = document.events(event);
  item.mutable_event()->mutable_document()->set_name(document.name());
  item.mutable_event()->mutable_document()->set_title(document.title());
  return item;
}

// The sample's five events on their days: kk-08 sent, received; kk-09 broadcast; kk-10 and kk-13 released.
std::vector<v1::TimelineItem> SampleItems() {
  std::vector<v1::TimelineItem> items = {DayItem("1962-10-26", 2), EventItem("kk-08"), EventItem("kk-08", 1),
                                         DayItem("1962-10-27", 2), EventItem("kk-09"), EventItem("kk-10"),
                                         DayItem("1962-10-28", 1), EventItem("kk-13")};
  items.emplace_back().mutable_end_of_timeline();
  *items.back().mutable_time() = At("1962-10-29T00:00:00-05:00");
  return items;
}

class PlayerRendererTest : public ::testing::Test {
 protected:
  PlayerRendererTest() {
    view_.state = PlayerState::kPlaying;
    view_.opened.set_time_zone("America/New_York");
    *view_.opened.mutable_start() = At("1962-10-26T00:00:00-04:00");
    *view_.opened.mutable_end() = At("1962-10-29T00:00:00-05:00");
    view_.opened.set_item_count(9);
    view_.opened.set_event_count(5);
    view_.pace.set_speed(3600);
    view_.items = &items_;
    view_.eventful_days = &days_;
    view_.complete = true;
    GoTo("1962-10-27T10:30:00-04:00", 5, 3);
  }

  void GoTo(const std::string& clock, std::size_t played, int events) {
    view_.clock = Instant(clock);
    view_.played = played;
    view_.events_played = events;
  }

  std::string Render(int rows, int columns) {
    const Block frame = renderer_.Render(view_, {rows, columns});
    EXPECT_LE(static_cast<int>(frame.size()), rows);
    for (const Line& line : frame) EXPECT_LE(line.width(), columns) << line.text();
    return WithoutEscapes(ToText(frame));
  }

  const Vocabulary vocabulary_ = SampleVocabulary();
  const Documents documents_ = SampleDocumentsByName();
  const std::vector<v1::TimelineItem> items_ = SampleItems();
  std::vector<absl::Time> days_;
  PlayerView view_;
  PlayerRenderer renderer_{true, vocabulary_, documents_, ""};
};

TEST_F(PlayerRendererTest, ShowsBothCapitalsClocksLargeAndTheirDays) {
  const std::string text = Render(30, 90);
  EXPECT_THAT(text, HasSubstr(" ▄█  █▀█  ▄  ▀▀█ █▀█                        │ ▄█  ▀▀█  ▄  ▀▀█ █▀█\n"));
  EXPECT_THAT(text, HasSubstr(" Washington  Saturday, 27 October 1962      │ Moscow  Saturday, 27 October 1962\n"));
}

TEST_F(PlayerRendererTest, AMoscowDayThatHasBegunIsNamed) {
  GoTo("1962-10-27T18:00:00-04:00", 6, 4);
  EXPECT_THAT(Render(30, 90), HasSubstr("Moscow  Sunday, 28 October 1962"));
}

TEST_F(PlayerRendererTest, LanesShowWhatHappenedBeforeTheClockAndNothingElse) {
  const std::string text = Render(40, 100);
  EXPECT_THAT(text, ContainsRegex("10:00 +│ 17:00  broadcast +kk-09"));
  EXPECT_THAT(text, HasSubstr("── Saturday, 27 October 1962 - 2 events ─"));
  EXPECT_THAT(text, Not(HasSubstr("kk-10")));
  EXPECT_THAT(text, Not(HasSubstr("kk-13")));
}

TEST_F(PlayerRendererTest, GoingBackShowsLessAgain) {
  Render(40, 100);
  GoTo("1962-10-26T13:00:00-04:00", 2, 1);
  const std::string text = Render(40, 100);
  EXPECT_THAT(text, ContainsRegex("12:00 +│ 19:00  sent +kk-08"));
  EXPECT_THAT(text, Not(HasSubstr("kk-09")));
  GoTo("1962-10-26T00:00:00-04:00", 0, 0);
  EXPECT_THAT(Render(40, 100), Not(HasSubstr("kk-08")));
}

TEST_F(PlayerRendererTest, TheNewestEventIsSeenFromItsBeginning) {
  GoTo("1962-10-28T17:00:00-05:00", 8, 5);
  // Four rows of lanes, fewer than the event has.
  EXPECT_THAT(Render(8, 60), ContainsRegex("\n16:35  released +kk-13 │ 29 Oct 00:35"));
}

TEST_F(PlayerRendererTest, AnotherListOfItemsIsDrawnAnew) {
  Render(40, 100);
  const std::vector<v1::TimelineItem> others = {EventItem("kk-13")};
  view_.items = &others;
  view_.generation = 1;
  view_.played = 1;
  view_.complete = false;
  const std::string text = Render(40, 100);
  EXPECT_THAT(text, HasSubstr("kk-13"));
  EXPECT_THAT(text, Not(HasSubstr("kk-09")));
}

TEST_F(PlayerRendererTest, TheBarHasDaysAndEachSidesEvents) {
  const std::string text = Render(30, 75);
  // 73 columns between the margins, an hour each; kk-09 is at 10:00 of the second day.
  EXPECT_THAT(text, HasSubstr("\n Fri 26 Oct              Sat 27 Oct              Sun 28 Oct\n"));
  EXPECT_THAT(text, HasSubstr("\n ┿━━━━━━━━━━━━━━━━━━━━━━━┿━━━━━━━━━●─────────────┼────────────────────────\n"));
  EXPECT_THAT(text, HasSubstr("\n             •        •            •"));
}

TEST_F(PlayerRendererTest, WithoutTheItemsTheBarMarksEventfulDays) {
  view_.complete = false;
  view_.events_played.reset();
  view_.played = 0;
  days_ = {Instant("1962-10-26T12:00:00-04:00"), Instant("1962-10-28T12:00:00-05:00")};
  const std::string text = Render(30, 75);
  EXPECT_THAT(text, HasSubstr("\n             •                                                ·\n"));
  EXPECT_THAT(text, ContainsRegex("▶ playing  1 h of history a second +5 events\n"));
}

TEST_F(PlayerRendererTest, SaysHowThingsStand) {
  view_.pace.mutable_longest_wait()->set_seconds(2);
  EXPECT_THAT(Render(30, 90),
              ContainsRegex("\n ▶ playing  1 h of history a second, gaps of 2 s at most +3 of 5 events\n"));
  view_.state = PlayerState::kPaused;
  EXPECT_THAT(Render(30, 90), HasSubstr("\n ‖ paused  "));
  EXPECT_THAT(Render(30, 90), HasSubstr(" space play "));
  view_.state = PlayerState::kEnded;
  EXPECT_THAT(Render(30, 90), HasSubstr("\n ■ the end  "));
  EXPECT_THAT(Render(30, 90), HasSubstr(" space again "));
  view_.state = PlayerState::kReconnecting;
  EXPECT_THAT(Render(30, 90), HasSubstr("\n … reconnecting  "));
}

TEST_F(PlayerRendererTest, ANoticeHasItsOwnRowsWhereThereIsRoomAndElseThePacesPlace) {
  const std::string without = Render(30, 90);
  view_.notice = Notice{Role::kDoubt, "resumed after 1.2 s, 1 resume"};
  const std::string with = Render(30, 90);
  EXPECT_THAT(with, HasSubstr("\n resumed after 1.2 s, 1 resume\n space pause"));
  EXPECT_EQ(LinesOf(with).size(), LinesOf(without).size());
  EXPECT_THAT(Render(5, 90), HasSubstr("▶ playing  resumed after 1.2 s, 1 resume\n"));
}

TEST_F(PlayerRendererTest, ALongNoticeIsWrappedAndTakesItsRowsFromTheLanes) {
  view_.notice = Notice{Role::kDoubt, "cut off: " + std::string(100, 'x') + " " + std::string(300, 'y')};
  const std::string text = Render(24, 60);
  EXPECT_THAT(text, HasSubstr("\ncut off:\n"));
  EXPECT_EQ(LinesOf(text).size(), 24U);
}

TEST_F(PlayerRendererTest, SaysWhoseViewItIs) {
  PlayerRenderer renderer(false, vocabulary_, documents_, "moscow");
  const std::string text = ToText(renderer.Render(view_, {30, 90}));
  EXPECT_THAT(text, StartsWith(" Kennedy - Khrushchev Correspondence on Cuba Crisis"));
  EXPECT_THAT(text, ContainsRegex(" as Moscow knew it\n"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST_F(PlayerRendererTest, LeavesOutTheLeastImportantFirst) {
  const auto has = [&](int rows, const std::string& what) { return Render(rows, 90).find(what) != std::string::npos; };
  const std::vector<std::string> from_first_to_last = {
      "▀▀▀", "Kennedy - Khrushchev", "Fri 26 Oct", "•", "space pause", "broadcast", "●", "playing", "Washington"};
  std::vector<int> fewest_rows;
  for (const std::string& part : from_first_to_last) {
    int rows = 60;
    while (rows > 1 && has(rows - 1, part)) --rows;
    fewest_rows.push_back(rows);
  }
  // The clock is the last to go, and large figures are the first.
  EXPECT_TRUE(std::is_sorted(fewest_rows.rbegin(), fewest_rows.rend())) << ::testing::PrintToString(fewest_rows);
  EXPECT_EQ(fewest_rows.back(), 1);
}

TEST_F(PlayerRendererTest, ANarrowScreenHasNoLanesButTheClocks) {
  EXPECT_THAT(Render(10, 39), StartsWith("Sat 27 Oct 10:30 / 17:30\n"));
  EXPECT_THAT(Render(10, 14), StartsWith("10:30 / 17:30\n"));
  EXPECT_THAT(Render(10, 8), StartsWith("10:30\n"));
  EXPECT_THAT(Render(10, 3), StartsWith("10:\n"));
  EXPECT_THAT(Render(1, 1), StartsWith("1\n"));
}

TEST_F(PlayerRendererTest, FitsIntoAnySizeInAnyState) {
  const std::vector<PlayerState> states = {PlayerState::kConnecting, PlayerState::kPlaying,      PlayerState::kPaused,
                                           PlayerState::kEnded,      PlayerState::kReconnecting, PlayerState::kResting,
                                           PlayerState::kSilent};
  for (int rows = 1; rows <= 45; ++rows) {
    for (int columns = 1; columns <= 130; columns += columns < 70 ? 1 : 7) {
      SCOPED_TRACE(::testing::Message() << rows << " by " << columns);
      view_.state = states[static_cast<std::size_t>(rows + columns) % states.size()];
      view_.notice.reset();
      if (columns % 2 == 0) view_.notice = Notice{Role::kDoubt, std::string(static_cast<std::size_t>(rows * 7), 'n')};
      Render(rows, columns);
    }
  }
}

TEST_F(PlayerRendererTest, WithOneCapitalThereIsOneLaneAndOneClock) {
  v1::Corpus corpus = SampleCorpus();
  corpus.mutable_audiences(1)->clear_time_zone();
  const Vocabulary one_sided = *Vocabulary::Make(corpus);
  PlayerRenderer renderer(false, one_sided, documents_, "");
  const std::string text = ToText(renderer.Render(view_, {30, 90}));
  EXPECT_THAT(text, HasSubstr("\n Washington  Saturday, 27 October 1962\n"));
  EXPECT_THAT(text, Not(HasSubstr("│")));
  EXPECT_THAT(ToText(renderer.Render(view_, {3, 20})), StartsWith("Sat 27 Oct 10:30\n"));
}

}  // namespace
}  // namespace hotline::cli
