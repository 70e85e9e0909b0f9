#include "client/cli/player/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/screen.h"

namespace hotline::cli {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using tests::VirtualScreen;

const Page kPage = {80, true};
const Page kPlainPage = {80, false};

Block Frame(const std::vector<std::string>& lines) {
  Block frame;
  for (const std::string& line : lines) frame.push_back(Line(kPage).Add(Role::kLeft, line));
  return frame;
}

TEST(FrameWriterTest, BeginsWithABlankScreen) {
  VirtualScreen terminal(3, 10);
  terminal.Feed("whatever\r\nwas here");
  FrameWriter writer;
  terminal.Feed(writer.Update(Frame({"one", "", "three"}), {3, 10}));
  EXPECT_EQ(terminal.Text(), "one\n\nthree\n");
  EXPECT_THAT(terminal.unknown(), IsEmpty());
}

TEST(FrameWriterTest, WhatStaysIsNotSentAgain) {
  FrameWriter writer;
  writer.Update(Frame({"one", "two"}), {2, 10});
  EXPECT_EQ(writer.Update(Frame({"one", "two"}), {2, 10}), "");
  const std::string change = writer.Update(Frame({"one", "2"}), {2, 10});
  EXPECT_EQ(change.find("one"), std::string::npos);
  EXPECT_THAT(change, Not(IsEmpty()));
}

TEST(FrameWriterTest, AShorterLineLeavesNothingOfALongerOne) {
  VirtualScreen terminal(2, 5);
  FrameWriter writer;
  terminal.Feed(writer.Update(Frame({"12345", "abc"}), {2, 5}));
  EXPECT_EQ(terminal.Text(), "12345\nabc\n");
  terminal.Feed(writer.Update(Frame({"12"}), {2, 5}));
  EXPECT_EQ(terminal.Text(), "12\n\n");
}

TEST(FrameWriterTest, AfterForgettingEverythingIsSentAgain) {
  FrameWriter writer;
  const std::string first = writer.Update(Frame({"one"}), {1, 10});
  writer.Forget();
  EXPECT_EQ(writer.Update(Frame({"one"}), {1, 10}), first);
}

TEST(FrameWriterTest, AnyFrameIsShownAsItIsWhateverCameBeforeAtAnySize) {
  const std::vector<std::string> words = {
      "", "a", "Хрущёв", "危机", "━━━●────", "12:00 sent", "ab" + std::string(28, ' '), std::string(30, 'x')};
  std::mt19937 random(1962);
  VirtualScreen terminal(8, 30);
  FrameWriter writer;
  ScreenSize size = {8, 30};
  for (int round = 0; round < 1000; ++round) {
    if (random() % 10 == 0) {
      size = {1 + static_cast<int>(random() % 8), 1 + static_cast<int>(random() % 30)};
      terminal.Resize(size.rows, size.columns);
    }
    std::vector<std::string> lines;
    for (auto count = random() % 10; count > 0; --count) lines.push_back(words[random() % words.size()]);
    const Block frame = Frame(lines);
    terminal.Feed(writer.Update(frame, size));
    for (int row = 0; row < size.rows; ++row) {
      const bool has_line = row < static_cast<int>(lines.size());
      Line line = Line(kPlainPage).Add(has_line ? lines[static_cast<std::size_t>(row)] : "");
      ASSERT_EQ(terminal.Row(row), line.CutTo(size.columns).text());
    }
    ASSERT_TRUE(terminal.plain());
  }
  EXPECT_THAT(terminal.unknown(), IsEmpty());
}

}  // namespace
}  // namespace hotline::cli
