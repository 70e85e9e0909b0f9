#include "client/cli/player/key_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace hotline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Key> Parse(const std::string& bytes) { return KeyParser().Parse(bytes); }

TEST(KeyParserTest, KnowsTheKeysOfOneByte) {
  EXPECT_THAT(Parse(" .+=-qQ\x0c\x04"),
              ElementsAre(Key::kPlayOrPause, Key::kStep, Key::kFaster, Key::kFaster, Key::kSlower, Key::kQuit,
                          Key::kQuit, Key::kRedraw, Key::kNoMoreKeys));
}

TEST(KeyParserTest, KnowsArrowsInBothModesOfTheCursorKeys) {
  const auto arrows = ElementsAre(Key::kDayOn, Key::kDayBack, Key::kHourOn, Key::kHourBack);
  EXPECT_THAT(Parse("\x1b[A\x1b[B\x1b[C\x1b[D"), arrows);
  EXPECT_THAT(Parse("\x1bOA\x1bOB\x1bOC\x1bOD"), arrows);
}

TEST(KeyParserTest, KnowsHomeAndEndOfEveryTerminal) {
  EXPECT_THAT(Parse("\x1b[H\x1bOH\x1b[1~\x1b[7~"),
              ElementsAre(Key::kBeginning, Key::kBeginning, Key::kBeginning, Key::kBeginning));
  EXPECT_THAT(Parse("\x1b[F\x1bOF\x1b[4~\x1b[8~"), ElementsAre(Key::kEnd, Key::kEnd, Key::kEnd, Key::kEnd));
}

TEST(KeyParserTest, ModifiersDoNotChangeAnArrow) {
  EXPECT_THAT(Parse("\x1b[1;2C\x1b[1;5D\x1b[1;5~"), ElementsAre(Key::kHourOn, Key::kHourBack, Key::kBeginning));
}

TEST(KeyParserTest, ASequenceMayComeInPieces) {
  KeyParser parser;
  EXPECT_THAT(parser.Parse("\x1b"), IsEmpty());
  EXPECT_THAT(parser.Parse("["), IsEmpty());
  EXPECT_THAT(parser.Parse("1;"), IsEmpty());
  EXPECT_THAT(parser.Parse("2C q"), ElementsAre(Key::kHourOn, Key::kPlayOrPause, Key::kQuit));
}

TEST(KeyParserTest, NoPartOfAnUnknownSequenceIsAKey) {
  // Delete, page up, F5, a mouse wheel's report, Alt-q.
  EXPECT_THAT(Parse("\x1b[3~\x1b[5~\x1b[15~\x1b[<64;10;20M\x1bq"), IsEmpty());
  EXPECT_THAT(Parse("\x1b[" + std::string(1000, '+') + "z"), IsEmpty());
}

TEST(KeyParserTest, AnEscapeBeginsASequenceAnew) {
  EXPECT_THAT(Parse("\x1b\x1b[C"), ElementsAre(Key::kHourOn));
  EXPECT_THAT(Parse("\x1b[1;\x1b[D"), ElementsAre(Key::kHourBack));
}

TEST(KeyParserTest, TheEscapeKeyAloneIsForgotten) {
  KeyParser parser;
  EXPECT_THAT(parser.Parse("\x1b"), IsEmpty());
  parser.Reset();
  EXPECT_THAT(parser.Parse("q"), ElementsAre(Key::kQuit));
}

TEST(KeyParserTest, LettersOfOtherScriptsAreNoKeys) { EXPECT_THAT(Parse("йцуfgD危"), IsEmpty()); }

TEST(KeyParserTest, HowBytesAreCutIntoReadsDoesNotMatter) {
  constexpr std::string_view kAlphabet = "\x1b\x1b\x1b[[OABCDHF~1;5 .+-q";
  std::mt19937 random(1962);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 30; ++i) bytes += kAlphabet[random() % kAlphabet.size()];
    KeyParser parser;
    std::vector<Key> keys;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t count = 1 + random() % 4;
      for (const Key key : parser.Parse(bytes.substr(at, count))) keys.push_back(key);
      at += count;
    }
    ASSERT_EQ(keys, Parse(bytes)) << "round " << round;
  }
}

}  // namespace
}  // namespace hotline::cli
