// `hotline play` on a terminal, against the server `hotlined`: what a person sees who sits before it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <termios.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "tests/client/cli/server.h"
#include "tests/support/pseudo_terminal.h"

namespace hotline::cli {
namespace {

using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tests::TerminalProgram;
using tests::VirtualScreen;

// Few enough for clocks in plain text.
constexpr int kRows = 21;
constexpr int kColumns = 100;
constexpr char kHourOn[] = "\x1b[C";
constexpr char kHourBack[] = "\x1b[D";
constexpr char kDayOn[] = "\x1b[A";
constexpr char kDayBack[] = "\x1b[B";

bool SameAttributes(const termios& a, const termios& b) {
  return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag && a.c_lflag == b.c_lflag &&
         std::equal(std::begin(a.c_cc), std::end(a.c_cc), std::begin(b.c_cc));
}

// A player on a terminal.
class Player : public TerminalProgram {
 public:
  Player(const Server& server, const std::vector<std::string>& arguments, int rows = kRows, int columns = kColumns,
         const std::string& variable = "LANG=C.UTF-8")
      : TerminalProgram(Words(server, arguments), {"TERM=xterm-256color", variable}, rows, columns),
        before_(Attributes()) {}

  // What the clock of Washington shows: "18:30  Saturday, 27 October 1962".
  std::string Washington() const { return Clock("Washington  "); }
  std::string Moscow() const { return Clock("Moscow  "); }

  bool WaitForClock(const std::string& washington) {
    return WaitUntil([this, &washington](const VirtualScreen&) { return Washington() == washington; });
  }

  void ExpectRestored() const {
    EXPECT_TRUE(SameAttributes(Attributes(), before_)) << "how keys are read";
    EXPECT_FALSE(screen().on_other_screen());
    EXPECT_TRUE(screen().cursor_visible());
    EXPECT_TRUE(screen().wraps());
    EXPECT_TRUE(screen().plain());
    EXPECT_THAT(screen().unknown(), IsEmpty());
  }

 private:
  static std::vector<std::string> Words(const Server& server, const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {HOTLINE_PROGRAM, "play", "--server=" + server.address()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  std::string Clock(const std::string& capital) const {
    const int row = screen().RowWith(capital);
    if (row < 0) return "";
    const std::string line = screen().Row(row);
    const std::string clock = line.substr(line.find(capital) + capital.size());
    return std::regex_replace(clock.substr(0, clock.find("│")), std::regex(" +$"), "");
  }

  const termios before_;
};

// The clock stands by itself: a second of history takes 100.
const std::vector<std::string> kNearlyStill = {"--speed=0.01"};

class PlayerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new Server(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static Server* server_;
};

Server* PlayerTest::server_ = nullptr;

TEST_F(PlayerTest, ShowsBothClocksTheBarTheLanesAndTheKeys) {
  Player player(*server_, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  EXPECT_TRUE(player.screen().on_other_screen());
  EXPECT_FALSE(player.screen().cursor_visible());
  EXPECT_EQ(player.Washington(), "00:00  Sunday, 21 October 1962");
  EXPECT_EQ(player.Moscow(), "07:00  Sunday, 21 October 1962");
  player.Type("....");
  ASSERT_TRUE(player.WaitForText("4 of 28 events"));
  EXPECT_EQ(player.Washington(), "18:00  Monday, 22 October 1962");
  EXPECT_EQ(player.Moscow(), "01:00  Tuesday, 23 October 1962");
  const std::string text = player.screen().Text();
  EXPECT_THAT(text, HasSubstr("Kennedy - Khrushchev Correspondence on Cuba Crisis"));
  EXPECT_THAT(text, HasSubstr("18:00  handed over                        kk-02 │ 23 Oct 01:00"));
  EXPECT_THAT(text, ContainsRegex("Sun 21 Oct +Mon 22 Oct +Tue 23 Oct .*Sun 28 Oct"));
  EXPECT_THAT(text, HasSubstr("┿━━━━━━━━━━━┿━━━━━━━━●──┼───────────┼─"));
  EXPECT_THAT(text, HasSubstr("q quit"));
  EXPECT_THAT(player.screen().unknown(), IsEmpty());
}

TEST_F(PlayerTest, TheClockRunsUntilItIsPaused) {
  Player player(*server_, {"--speed=36000"});
  ASSERT_TRUE(player.WaitUntil([&](const VirtualScreen&) { return player.Washington() > "00:30"; }));
  player.Type(" ");
  ASSERT_TRUE(player.WaitForText("‖ paused"));
  const std::string paused_at = player.Washington();
  // The next frame is drawn later, and has the same clock.
  player.Resize(kRows, kColumns + 10);
  ASSERT_TRUE(player.WaitUntil([](const VirtualScreen& screen) {
    return screen.ColumnOf(screen.RowWith("‖ paused"), "28 events") == kColumns;
  })) << player.screen().Text();
  EXPECT_EQ(player.Washington(), paused_at);
  player.Type(" ");
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  EXPECT_TRUE(player.WaitUntil([&](const VirtualScreen&) { return player.Washington() != paused_at; }));
}

TEST_F(PlayerTest, ArrowsHomeAndEndSeek) {
  Player player(*server_, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  player.Type(kHourOn);
  ASSERT_TRUE(player.WaitForClock("01:00  Sunday, 21 October 1962")) << player.screen().Text();
  player.Type(std::string(kDayOn) + kDayOn + kHourBack);
  ASSERT_TRUE(player.WaitForClock("00:00  Tuesday, 23 October 1962")) << player.screen().Text();
  player.Type(kDayBack);
  ASSERT_TRUE(player.WaitForClock("00:00  Monday, 22 October 1962")) << player.screen().Text();
  // In three writes, which may come in as many reads.
  for (const char byte : std::string("\x1bOC")) player.Type({&byte, 1});
  ASSERT_TRUE(player.WaitForClock("01:00  Monday, 22 October 1962")) << player.screen().Text();
  player.Type("\x1b[F");
  ASSERT_TRUE(player.WaitForClock("00:00  Monday, 29 October 1962")) << player.screen().Text();
  player.Type("\x1b[H");
  ASSERT_TRUE(player.WaitForClock("00:00  Sunday, 21 October 1962")) << player.screen().Text();
}

TEST_F(PlayerTest, AStepPausesAndShowsTheNextEvent) {
  Player player(*server_, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  player.Type(".");
  ASSERT_TRUE(player.WaitForText("‖ paused"));
  ASSERT_TRUE(player.WaitForText("1 of 28 events"));
  EXPECT_GE(player.screen().RowWith("kk-"), 0);
  player.Type(" ");
  EXPECT_TRUE(player.WaitForText("▶ playing"));
}

TEST_F(PlayerTest, PlusAndMinusChangeThePaceUntilItIsRefused) {
  Player player(*server_, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("0.01 s of history a second"));
  player.Type("+");
  ASSERT_TRUE(player.WaitForText("0.02 s of history a second"));
  player.Type("-");
  ASSERT_TRUE(player.WaitForText("0.01 s of history a second"));
  player.Type("-");
  ASSERT_TRUE(player.WaitForText("refused: "));
  EXPECT_GE(player.screen().RowWith("0.01 s of history a second"), 0);
}

TEST_F(PlayerTest, AtTheEndItStaysUntilOneGoesBackOrQuits) {
  Player player(*server_, {"--speed=10000000"});
  ASSERT_TRUE(player.WaitForText("■ the end"));
  EXPECT_GE(player.screen().RowWith("28 of 28 events"), 0);
  player.Type(std::string("-------------") + kDayBack);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  player.Type("\x1b[F");
  ASSERT_TRUE(player.WaitForText("■ the end"));
  player.Type("q");
  EXPECT_EQ(player.WaitForEnd(), 0);
  player.ExpectRestored();
  EXPECT_THAT(player.screen().Text(), HasSubstr("Ended at 00:00 on 29 October 1962 in Washington"));
  EXPECT_THAT(player.screen().Text(), Not(HasSubstr("--position")));
}

TEST_F(PlayerTest, AResizedWindowIsDrawnAnewWhateverItsSize) {
  Player player(*server_, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  player.Type("....");
  ASSERT_TRUE(player.WaitForText("4 of 28 events"));
  player.Resize(40, 150);
  // Large figures, and the right edge in use.
  ASSERT_TRUE(player.WaitForText("██████"));
  ASSERT_TRUE(player.WaitUntil([](const VirtualScreen& screen) { return screen.ColumnOf(37, "4 of 28") == 135; }))
      << player.screen().Text();
  player.Resize(1, 1);
  ASSERT_TRUE(player.WaitUntil([](const VirtualScreen& screen) { return screen.Text() == "1\n"; }));
  player.Resize(3, 30);
  ASSERT_TRUE(player.WaitUntil([](const VirtualScreen& screen) {
    return screen.Row(0) == "Mon 22 Oct 18:00 / 01:00" && screen.Row(2) == "‖ paused        4 of 28 events";
  })) << player.screen().Text();
  player.Resize(kRows, 60);
  ASSERT_TRUE(player.WaitForText("Washington  18:00  22 Oct    │ Moscow  01:00  Tue 23 Oct"));
  EXPECT_THAT(player.screen().unknown(), IsEmpty());
  player.Type("q");
  EXPECT_EQ(player.WaitForEnd(), 0);
}

TEST_F(PlayerTest, QuittingRestoresTheTerminalAndTellsWhereToGoOn) {
  std::string position;
  {
    Player player(*server_, kNearlyStill, kRows, 300);
    ASSERT_TRUE(player.WaitForText("▶ playing"));
    player.Type(std::string(kDayOn) + kHourOn + " ");
    ASSERT_TRUE(player.WaitForText("‖ paused"));
    player.Type("q");
    EXPECT_EQ(player.WaitForEnd(), 0);
    player.ExpectRestored();
    const std::string text = player.screen().Text();
    EXPECT_THAT(text,
                HasSubstr("Stopped at 01:00 on 22 October 1962 in Washington, 08:00 on 22 October 1962 in Moscow, "
                          "after 1 of 28 events.\n"));
    std::smatch found;
    ASSERT_TRUE(std::regex_search(text, found, std::regex("--position=([^ \n]+)"))) << text;
    position = found[1];
  }
  Player player(*server_, {"--speed=0.01", "--position=" + position});
  ASSERT_TRUE(player.WaitForText("‖ paused")) << player.screen().Text();
  EXPECT_EQ(player.Washington(), "01:00  Monday, 22 October 1962");
}

TEST_F(PlayerTest, CtrlCAndSignalsThatEndItRestoreTheTerminal) {
  for (const int signal : {0, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    SCOPED_TRACE(signal);
    Player player(*server_, kNearlyStill);
    ASSERT_TRUE(player.WaitForText("▶ playing"));
    if (signal == 0) {
      player.Type("\x03");
    } else {
      player.Signal(signal);
    }
    EXPECT_EQ(player.WaitForEnd(), 130);
    player.ExpectRestored();
    EXPECT_THAT(player.screen().Text(), HasSubstr("--position="));
  }
}

TEST_F(PlayerTest, EndsWhenItsTerminalGoesAway) {
  Player player(*server_, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  player.HangUp();
  // The second where it had ended by itself before the signal came.
  EXPECT_THAT(player.Wait(), AnyOf(130, 128 + SIGHUP));
}

TEST_F(PlayerTest, CtrlZGivesTheTerminalBackUntilItGoesOn) {
  // A shell with job control, whose commands run on when the player is stopped.
  const std::string script = "set -m; '" HOTLINE_PROGRAM "' play --speed=0.01 --server=" + server_->address() +
                             "; echo; stty -a; read line; fg >/dev/null; echo code $?";
  TerminalProgram shell({"/bin/bash", "--norc", "-c", script}, {"TERM=xterm", "PATH=/usr/bin:/bin"}, 30, 100);
  const termios before = shell.Attributes();
  ASSERT_TRUE(shell.WaitForText("▶ playing"));
  shell.Type("\x1a");
  ASSERT_TRUE(shell.WaitForText("echoke"));
  EXPECT_FALSE(shell.screen().on_other_screen());
  EXPECT_TRUE(shell.screen().cursor_visible());
  EXPECT_TRUE(SameAttributes(shell.Attributes(), before));
  EXPECT_THAT(shell.screen().Text(), Not(HasSubstr("▶ playing")));
  shell.Type("\n");
  ASSERT_TRUE(shell.WaitForText("▶ playing"));
  EXPECT_TRUE(shell.screen().on_other_screen());
  EXPECT_FALSE(shell.screen().cursor_visible());
  shell.Type("q");
  ASSERT_TRUE(shell.WaitForText("code 0")) << shell.screen().Text();
  EXPECT_EQ(shell.WaitForEnd(), 0);
  EXPECT_TRUE(SameAttributes(shell.Attributes(), before));
}

TEST_F(PlayerTest, IsDrawnAgainWhenItWasStoppedAndContinuedFromOutside) {
  Player player(*server_, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  player.Signal(SIGSTOP);
  player.Signal(SIGCONT);
  const std::size_t before = player.transcript().size();
  EXPECT_TRUE(player.WaitUntil(
      [&](const VirtualScreen&) { return player.transcript().find("\x1b[?1049h", before) != std::string::npos; }));
  EXPECT_TRUE(player.WaitForText("▶ playing"));
}

TEST_F(PlayerTest, OutlivesItsServerAndSaysSo) {
  auto first = std::make_unique<Server>();
  const std::string address = first->address();
  Player player(*first, kNearlyStill);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  player.Type(kHourOn);
  ASSERT_TRUE(player.WaitForClock("01:00  Sunday, 21 October 1962"));
  first->process().Signal(SIGKILL);
  ASSERT_TRUE(first->process().Wait());
  ASSERT_TRUE(player.WaitForText("… reconnecting"));
  ASSERT_TRUE(player.WaitForText("trying again: "));
  // Given meanwhile, and obeyed afterwards.
  player.Type(kHourOn);
  const Server second(address);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  EXPECT_TRUE(player.WaitUntil([](const VirtualScreen& screen) {
    return std::regex_search(screen.Text(), std::regex("resumed after [0-9.]+ s, 1 resume\n"));
  })) << player.screen().Text();
  EXPECT_TRUE(player.WaitForClock("02:00  Sunday, 21 October 1962"));
}

TEST_F(PlayerTest, AServerThatIsLostForGoodEndsItWithItsError) {
  auto server = std::make_unique<Server>();
  Player player(*server, {"--speed=0.01", "--retry-time=100ms"}, kRows, 400);
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  server.reset();
  EXPECT_EQ(player.WaitForEnd(), 64 + 14);
  player.ExpectRestored();
  EXPECT_THAT(player.screen().Text(), HasSubstr("Stopped at 00:00 on 21 October 1962 in Washington"));
  EXPECT_THAT(player.screen().Text(), HasSubstr("--position="));
  EXPECT_THAT(player.screen().Text(), HasSubstr("is hotlined running?"));
}

TEST_F(PlayerTest, APlaybackThatIsRefusedLeavesTheScreenAlone) {
  Player player(*server_, {"--position=nonsense"});
  EXPECT_EQ(player.WaitForEnd(), 67);
  EXPECT_THAT(player.screen().Text(), HasSubstr("leave --position out"));
  EXPECT_THAT(player.transcript(), Not(HasSubstr("\x1b[")));
}

TEST_F(PlayerTest, AnEndOfInputPlaysToTheEndAndQuits) {
  // As a script does it that has no keys to give: before the player is there, or behind its first frame.
  for (const bool early : {true, false}) {
    SCOPED_TRACE(early);
    Player player(*server_, {"--day-length=100ms"});
    if (!early) {
      ASSERT_TRUE(player.WaitForText("▶ playing"));
    }
    player.Type("\x04");
    EXPECT_EQ(player.WaitForEnd(), 0);
    player.ExpectRestored();
    EXPECT_THAT(player.screen().Text(), HasSubstr("Ended at "));
  }
}

TEST_F(PlayerTest, HasColoursUnlessNoColorIsSet) {
  Player coloured(*server_, kNearlyStill);
  ASSERT_TRUE(coloured.WaitForText("q quit"));
  EXPECT_TRUE(coloured.screen().saw_attributes());
  Player plain(*server_, kNearlyStill, kRows, kColumns, "NO_COLOR=1");
  ASSERT_TRUE(plain.WaitForText("q quit"));
  EXPECT_FALSE(plain.screen().saw_attributes());
}

TEST_F(PlayerTest, ShowsASideItsOwnView) {
  Player player(*server_, {"--speed=10000000", "--audience=moscow"});
  ASSERT_TRUE(player.WaitForText("as Moscow knew it"));
  EXPECT_TRUE(player.WaitForText("17 of 17 events"));
}

TEST_F(PlayerTest, WhatStoodStillForTooLongGoesOnWithTheNextKey) {
  // A program with a playback in memory, for which half an hour has passed.
  TerminalProgram player({PLAYER_ON_STAGE}, {"TERM=xterm"}, kRows, kColumns);
  ASSERT_TRUE(player.WaitForText("■ at rest")) << player.screen().Text();
  EXPECT_GE(player.screen().RowWith("stood still for too long; any key goes on"), 0);
  player.Type(" ");
  ASSERT_TRUE(player.WaitForText("▶ playing"));
  EXPECT_LT(player.screen().RowWith("resumed"), 0);
  player.Type("q");
  EXPECT_EQ(player.WaitForEnd(), 0);
}

// Every way in which there is no player: the output is that of a pipe.
TEST_F(PlayerTest, PrintsLinesWhereThereIsNothingToControl) {
  const std::string play = "'" HOTLINE_PROGRAM "' play --server=" + server_->address() + " --last-day=1962-10-22";
  const std::string paced = " --day-length=50ms";
  for (const std::string& command : {play + " --unpaced", play + paced + " --output=json", play + paced + " </dev/null",
                                     play + paced + " | cat", "TERM=dumb " + play + paced, "TERM= " + play + paced}) {
    SCOPED_TRACE(command);
    TerminalProgram shell({"/bin/sh", "-c", command}, {"TERM=xterm", "NO_COLOR=1", "PATH=/usr/bin:/bin"}, 24, 80);
    EXPECT_EQ(shell.WaitForEnd(), 0);
    EXPECT_THAT(shell.transcript(), HasSubstr("kk-02"));
    EXPECT_THAT(shell.transcript(), Not(HasSubstr("\x1b")));
  }
}

// `make play` ends with this script.
TEST_F(PlayerTest, ThePlayScriptPlaysUntilOneQuitsAndStopsItsServer) {
  const std::string programs = std::string(HOTLINE_PROGRAM).substr(0, std::string(HOTLINE_PROGRAM).rfind('/'));
  TerminalProgram script({PLAY_SCRIPT, programs}, {"TERM=xterm", "PATH=/usr/bin:/bin"}, kRows, kColumns);
  ASSERT_TRUE(script.WaitForText("▶ playing"));
  script.Type("q");
  EXPECT_EQ(script.WaitForEnd(), 0);
  EXPECT_FALSE(script.screen().on_other_screen());
}

}  // namespace
}  // namespace hotline::cli
