#include "client/cli/marked_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::ElementsAre;

const Page kPlain = {80, false};
const Page kColoured = {80, true};

std::vector<std::string> Marked(const std::string& text, const std::vector<std::pair<int, int>>& ranges, int width,
                                int offset = 0, int indent = 0) {
  TextRanges list;
  for (const auto& [start, end] : ranges) {
    v1::TextRange* range = list.Add();
    range->set_start(start);
    range->set_end(end);
  }
  std::vector<std::string> lines;
  for (const Line& line : MarkedParagraph(kPlain, text, list, offset, width, indent)) {
    EXPECT_LE(line.width(), width);
    lines.push_back(line.text());
  }
  return lines;
}

TEST(MarkedTextTest, WrapsBetweenWordsAndCountsTheMarks) {
  EXPECT_THAT(Marked("one two three", {{4, 7}}, 13), ElementsAre("one *two*", "three"));
  EXPECT_THAT(Marked("one two three", {{4, 7}}, 15), ElementsAre("one *two* three"));
  EXPECT_THAT(Marked("one two three", {}, 9, 0, 2), ElementsAre("  one two", "  three"));
}

TEST(MarkedTextTest, AMarkMayGoOverSeveralWordsAndLines) {
  EXPECT_THAT(Marked("a naval quarantine b", {{2, 18}}, 12), ElementsAre("a *naval", "quarantine*", "b"));
}

TEST(MarkedTextTest, CountsCodePoints) {
  EXPECT_THAT(Marked("ё Турция 導弹", {{2, 8}, {9, 11}}, 40), ElementsAre("ё *Турция* *導弹*"));
}

TEST(MarkedTextTest, LeavesOutWhatLiesOutsideTheText) {
  EXPECT_THAT(Marked("one two", {{0, 3}, {104, 107}, {300, 303}}, 40, 100), ElementsAre("one *two*"));
}

TEST(MarkedTextTest, BreaksAWordThatIsTooLongForALine) {
  EXPECT_THAT(Marked("abcdefghij k", {{0, 10}}, 5), ElementsAre("*abcd", "efghi", "j* k"));
}

TEST(MarkedTextTest, LineBreaksAndRunsOfBlanksAreOneBlank) {
  EXPECT_THAT(Marked(" one\n\n two\t", {{7, 10}}, 40), ElementsAre("one *two*"));
}

TEST(MarkedTextTest, WithColourAddsNoCharacters) {
  TextRanges ranges;
  ranges.Add()->set_end(3);
  const Block block = MarkedParagraph(kColoured, "one two", ranges, 0, 40);
  ASSERT_EQ(block.size(), 1U);
  EXPECT_EQ(WithoutEscapes(block[0].text()), "one two");
  EXPECT_NE(block[0].text(), "one two");
}

TEST(MarkedTextTest, ColoursAWordInOneRunSoThatCombiningMarksStayWithTheirLetters) {
  TextRanges ranges;
  ranges.Add()->set_end(4);
  const std::string word = "\u0435\u0308ж*";
  const Block block = MarkedParagraph(kColoured, word + " b", ranges, 0, 40);
  ASSERT_EQ(block.size(), 1U);
  EXPECT_EQ(block[0].text(), Line(kColoured).Add(Role::kStrong, word).Add(" b").text());
  ranges.Mutable(0)->set_end(2);  // a part of a word
  EXPECT_EQ(MarkedParagraph(kColoured, "abc", ranges, 0, 40)[0].text(),
            Line(kColoured).Add(Role::kStrong, "ab").Add("c").text());
}

}  // namespace
}  // namespace hotline::cli
