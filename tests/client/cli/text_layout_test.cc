#include "client/cli/text_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <locale.h>
#include <wchar.h>

#include <climits>
#include <cstddef>
#include <cwchar>

#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(WidthTest, CountsCodePointsNotBytes) {
  EXPECT_EQ(Width("Хрущёв"), 6);
  EXPECT_EQ(Width("──▶"), 3);
  EXPECT_EQ(Width(""), 0);
}

TEST(WidthTest, MarksTakeNoColumnAndCharactersOfEastAsiaTwo) {
  EXPECT_EQ(Width("и\u0306"), 1);
  EXPECT_EQ(Width("危机"), 4);
  EXPECT_EQ(Width("\U0001F4DE!"), 3);
}

// The C library's table is another witness; it needs a locale, which the program leaves alone.
TEST(WidthTest, AgreesWithTheCLibraryOnLettersSignsAndIdeographs) {
  const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  ASSERT_NE(utf8, nullptr);
  const locale_t before = uselocale(utf8);
  for (wchar_t c = 0xA0; c < 0x20000; ++c) {
    const bool checked = c < 0x300 || (c >= 0x370 && c < 0x483) || (c >= 0x1E00 && c < 0x200B) ||
                         (c >= 0x2500 && c < 0x25FD) || (c >= 0x3041 && c < 0x3097) || (c >= 0x4E00 && c < 0xA48D) ||
                         (c >= 0xAC00 && c < 0xD7A4);
    if (!checked || wcwidth(c) < 0 || c == 0xAD) continue;
    char bytes[MB_LEN_MAX];
    std::mbstate_t state{};
    const std::size_t length = std::wcrtomb(bytes, c, &state);
    EXPECT_EQ(Width({bytes, length}), wcwidth(c)) << std::hex << c;
  }
  uselocale(before);
  freelocale(utf8);
}

TEST(WrapTest, BreaksAtBlanksAndDropsThem) {
  EXPECT_THAT(Wrap("missiles in  Turkey", 11), ElementsAre("missiles in", "Turkey"));
}

TEST(WrapTest, FillsALineExactlyInAnyScript) {
  EXPECT_THAT(Wrap("Никита Хрущёв", 13), ElementsAre("Никита Хрущёв"));
  EXPECT_THAT(Wrap("Никита Хрущёв", 12), ElementsAre("Никита", "Хрущёв"));
}

TEST(WrapTest, CutsAWordThatIsLongerThanALineBetweenCodePoints) {
  EXPECT_THAT(Wrap("a Хрущёв", 4), ElementsAre("a", "Хрущ", "ёв"));
}

TEST(WrapTest, KeepsLineFeedsAndGivesAtLeastOneLine) {
  EXPECT_THAT(Wrap("one\n\ntwo", 80), ElementsAre("one", "", "two"));
  EXPECT_THAT(Wrap("", 80), ElementsAre(""));
}

TEST(LineTest, WithoutColourThereIsNoEscape) {
  const Page page;
  EXPECT_EQ(Line(page).Add(Role::kDoubt, "26 Oct").text(), "26 Oct");
}

TEST(LineTest, ColourDoesNotCountAsWidth) {
  const Page page = {80, true};
  Line line = Line(page).Add(Role::kRight, "Москва").FillTo(10).Add("x");
  EXPECT_EQ(line.width(), 11);
  EXPECT_EQ(WithoutEscapes(line.text()), "Москва    x");
  EXPECT_THAT(line.text(), HasSubstr("\x1b[31mМосква\x1b[0m"));
}

TEST(LineTest, IsCutAtAColumnWhateverItsColours) {
  const Page page = {80, true};
  Line line = Line(page).Add(Role::kRight, "Москва").Add("危机");
  EXPECT_EQ(Line(line).CutTo(10).text(), line.text());
  EXPECT_EQ(WithoutEscapes(Line(line).CutTo(3).text()), "Мос");
  // Half of a wide character is not shown.
  EXPECT_EQ(Line(line).CutTo(7).width(), 6);
  EXPECT_EQ(WithoutEscapes(Line(line).CutTo(0).text()), "");
  EXPECT_THAT(Line(line).CutTo(3).text(), EndsWith("\x1b[0m"));
}

TEST(LineTest, TextCannotCommandTheTerminal) {
  const Page page;
  const std::string text = Line(page).Add("a\x1b[2Jb\x7f\xc2\x9bz").text();
  EXPECT_EQ(text, "a [2Jb  z");
}

TEST(LineTest, EndsWithoutBlanksAlsoInColour) {
  const Page page;
  EXPECT_EQ(Line(page).Add("a").FillTo(20).text(), "a");
  const Page coloured = {80, true};
  EXPECT_EQ(Line(coloured).Add(Role::kDim, "a │ ").text(), "\x1b[2ma │\x1b[0m");
}

TEST(RuleTest, IsExactlyAsWideAsThePage) {
  const Page page = {60, false};
  EXPECT_EQ(Rule(page, Role::kDim).width(), 60);
  EXPECT_EQ(Rule(page, Role::kDim, "27 октября").width(), 60);
}

TEST(SideBySideTest, PadsTheShorterBlock) {
  const Page page;
  const Block left = {Line(page).Add("a"), Line(page).Add("b")};
  const Block right = {Line(page).Add("c")};
  EXPECT_EQ(ToText(SideBySide(page, left, 3, "|", right)), "a  |c\nb  |\n");
}

TEST(TableTest, WrapsCellsWithinTheirColumns) {
  const Page page = {30, false};
  const std::string text = ToText(
      Table(page, {{"A", 6}, {"B", 0}}, {{{Role::kPlain, "one two"}, {Role::kPlain, "a b c d e f g h i j k l"}}}));
  EXPECT_EQ(text,
            "A       B\n"
            "one     a b c d e f g h i j k\n"
            "two     l\n");
}

TEST(TableTest, NeverExceedsThePage) {
  const Page page = {40, false};
  const std::string text = ToText(Table(
      page, {{"A", 10}, {"B", 0}}, {{{Role::kPlain, std::string(50, 'x')}, {Role::kPlain, std::string(99, 'y')}}}));
  EXPECT_EQ(WidestLine(text), 40);
}

TEST(TableTest, FitsTheNarrowestPageThoughItsColumnsAreAsWideAsTheyMayBe) {
  const Page page = {60, false};
  const auto words = [](int width) { return Cell{Role::kPlain, std::string(static_cast<std::size_t>(width), 'x')}; };
  const std::string text =
      ToText(Table(page, {{"PARTICIPANT", 20}, {"NAME", 22}, {"SIDE", 14}, {"WHO THAT IS, IN SOME MORE WORDS", 0}},
                   {{words(20), words(22), words(14), {Role::kPlain, "chairman of the council"}}}));
  EXPECT_LE(WidestLine(text), 60);
  EXPECT_THAT(text, HasSubstr("PARTICIPANT"));
  EXPECT_THAT(text, HasSubstr("chairman"));
}

TEST(TableTest, CutsNoWordWhereNarrowerColumnsHoldThemAll) {
  const Page page = {60, false};
  const std::string text = ToText(Table(page, {{"NAME", 20}, {"WHO", 22}, {"SIDE", 14}, {"OFFICE", 0}},
                                        {{{Role::kPlain, "soviet-government"},
                                          {Role::kPlain, "The Soviet Government"},
                                          {Role::kPlain, "Washington"},
                                          {Role::kPlain, "Acting Secretary-General"}}}));
  EXPECT_EQ(text,
            "NAME               WHO         SIDE        OFFICE\n"
            "soviet-government  The Soviet  Washington  Acting\n"
            "                   Government              Secretary-General\n");
}

TEST(CountedTest, SaysOneInTheSingular) {
  EXPECT_EQ(Counted(1, "event"), "1 event");
  EXPECT_EQ(Counted(0, "event"), "0 events");
}

}  // namespace
}  // namespace hotline::cli
