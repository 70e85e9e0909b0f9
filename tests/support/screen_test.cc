#include "tests/support/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(VirtualScreenTest, ShowsTextWhereTheCursorIs) {
  VirtualScreen screen(3, 10);
  screen.Feed("one\r\ntwo\x1b[3;5Hthree");
  EXPECT_EQ(screen.Text(), "one\ntwo\n    three\n");
  EXPECT_EQ(screen.RowWith("three"), 2);
  EXPECT_EQ(screen.ColumnOf(2, "three"), 4);
  EXPECT_EQ(screen.RowWith("four"), -1);
}

TEST(VirtualScreenTest, ScrollsAtTheLastRow) {
  VirtualScreen screen(2, 10);
  screen.Feed("a\r\nb\r\nc");
  EXPECT_EQ(screen.Text(), "b\nc\n");
}

TEST(VirtualScreenTest, WrapsAtTheMarginUnlessToldNotTo) {
  VirtualScreen screen(2, 3);
  screen.Feed("abcd");
  EXPECT_EQ(screen.Text(), "abc\nd\n");
  screen.Feed("\x1b[?7l\x1b[1;1Hwxyz");
  EXPECT_EQ(screen.Text(), "wxz\nd\n");
  EXPECT_FALSE(screen.wraps());
}

TEST(VirtualScreenTest, AFullRowIsErasedInItsLastColumn) {
  VirtualScreen screen(1, 3);
  screen.Feed("abc\x1b[K");
  EXPECT_EQ(screen.Row(0), "ab");
}

TEST(VirtualScreenTest, ErasesWhatItIsTold) {
  VirtualScreen screen(3, 4);
  screen.Feed("aaaa\r\nbbbb\r\ncccc\x1b[2;2H\x1b[K");
  EXPECT_EQ(screen.Text(), "aaaa\nb\ncccc\n");
  screen.Feed("\x1b[2;1H\x1b[J");
  EXPECT_EQ(screen.Text(), "aaaa\n\n\n");
  screen.Feed("\x1b[2J");
  EXPECT_EQ(screen.Text(), "\n\n\n");
}

TEST(VirtualScreenTest, CharactersTakeTheirColumnsAndMayComeInPieces) {
  VirtualScreen screen(1, 6);
  screen.Feed("危\xD0");
  screen.Feed("\xB8\xCC\x86|");
  EXPECT_EQ(screen.Row(0), "危и\u0306|");
  EXPECT_EQ(screen.ColumnOf(0, "|"), 3);
}

TEST(VirtualScreenTest, TheOtherScreenLeavesTheFirstAsItWas) {
  VirtualScreen screen(2, 10);
  screen.Feed("shell\r\n$ \x1b[?1049h\x1b[?25l\x1b[1;1Hprogram");
  EXPECT_TRUE(screen.on_other_screen());
  EXPECT_FALSE(screen.cursor_visible());
  EXPECT_EQ(screen.Text(), "program\n\n");
  screen.Feed("\x1b[?25h\x1b[?1049lx");
  EXPECT_EQ(screen.Text(), "shell\n$ x\n");
  EXPECT_TRUE(screen.cursor_visible());
}

TEST(VirtualScreenTest, KnowsWhetherThereWereColours) {
  VirtualScreen screen(1, 10);
  screen.Feed("a\x1b[0m");
  EXPECT_FALSE(screen.saw_attributes());
  screen.Feed("\x1b[31mb");
  EXPECT_TRUE(screen.saw_attributes());
  EXPECT_FALSE(screen.plain());
  screen.Feed("\x1b[0m");
  EXPECT_TRUE(screen.plain());
}

TEST(VirtualScreenTest, KeepsWhatItDoesNotKnow) {
  VirtualScreen screen(1, 10);
  EXPECT_THAT(screen.unknown(), IsEmpty());
  screen.Feed("\x1b[5n\x1bM\x01");
  EXPECT_THAT(screen.unknown(), ElementsAre("[5n", "\x1bM", "\x01"));
  EXPECT_EQ(screen.Row(0), "");
}

}  // namespace
}  // namespace hotline::tests
