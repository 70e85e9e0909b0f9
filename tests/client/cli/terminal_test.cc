#include "client/cli/terminal.h"

#include <gtest/gtest.h>

namespace hotline::cli {
namespace {

const Surroundings kTerminal = {true, 200, "", "xterm-256color"};

TEST(MakePageTest, APipeIs80ColumnsWithoutColour) {
  Surroundings pipe = kTerminal;
  pipe.terminal = false;
  EXPECT_EQ(MakePage(pipe, true).width, 80);
  EXPECT_FALSE(MakePage(pipe, true).colour);
}

TEST(MakePageTest, ATerminalHasColour) { EXPECT_TRUE(MakePage(kTerminal, false).colour); }

TEST(MakePageTest, NoColorAndDumbTerminalsHaveNone) {
  Surroundings surroundings = kTerminal;
  surroundings.no_color = "1";
  EXPECT_FALSE(MakePage(surroundings, false).colour);
  surroundings = kTerminal;
  surroundings.term = "dumb";
  EXPECT_FALSE(MakePage(surroundings, false).colour);
  surroundings.term = "";
  EXPECT_FALSE(MakePage(surroundings, false).colour);
}

TEST(MakePageTest, OnlyWideOutputUsesMoreThan80Columns) {
  EXPECT_EQ(MakePage(kTerminal, false).width, 80);
  EXPECT_EQ(MakePage(kTerminal, true).width, 110);
  Surroundings surroundings = kTerminal;
  surroundings.columns = 96;
  EXPECT_EQ(MakePage(surroundings, true).width, 96);
}

TEST(MakePageTest, ANarrowTerminalGetsWhatItHasDownTo60) {
  Surroundings surroundings = kTerminal;
  surroundings.columns = 72;
  EXPECT_EQ(MakePage(surroundings, false).width, 72);
  surroundings.columns = 20;
  EXPECT_EQ(MakePage(surroundings, false).width, 60);
  surroundings.columns = 0;
  EXPECT_EQ(MakePage(surroundings, false).width, 80);
}

}  // namespace
}  // namespace hotline::cli
