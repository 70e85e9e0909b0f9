#include "server/search/tokenizer.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/search/searched_table.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Words(absl::string_view text) {
  std::vector<std::string> words;
  Tokenizer tokenizer;
  for (const Token& token : tokenizer.Tokenize(text)) words.push_back(token.word);
  return words;
}

std::string StemOf(absl::string_view word) {
  Tokenizer tokenizer;
  return tokenizer.Tokenize(word).at(0).stem;
}

TEST(TokenizerTest, FoldsCaseOfAnyScriptAndLatinDiacritics) {
  EXPECT_THAT(Words("Dobrynín ÉTAT Ноты"), ElementsAre("dobrynin", "etat", "ноты"));
  EXPECT_THAT(Words("Việt"), ElementsAre("viet"));  // two diacritics in one code point
}

TEST(TokenizerTest, PartsWordsAtWhatIsNoLetterOrDigit) {
  EXPECT_THAT(Words("kk-08, Khrushchev's \"U.S.\"\n7 p.m."),
              ElementsAre("kk", "08", "khrushchev", "s", "u", "s", "7", "p", "m"));
  EXPECT_THAT(Words(" -- … ·"), IsEmpty());
  EXPECT_THAT(Words(""), IsEmpty());
}

TEST(TokenizerTest, GivesTheBytesOfEachWord) {
  Tokenizer tokenizer;
  const std::string text = "é Élan";
  const std::vector<Token> tokens = tokenizer.Tokenize(text);
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(text.substr(tokens[1].start, tokens[1].end - tokens[1].start), "Élan");
}

TEST(TokenizerTest, GivesFormsOfOneWordOneStem) {
  EXPECT_EQ(StemOf("missiles"), StemOf("Missile"));
  EXPECT_EQ(StemOf("withdrawing"), StemOf("withdraws"));
  EXPECT_NE(StemOf("quarantine"), StemOf("Cuba"));
}

TEST(TokenizerTest, ReadsManyTextsOneAfterTheOther) {
  Tokenizer tokenizer;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(tokenizer.Tokenize("a naïve word").size(), 3U);
}

// One text, searched by FTS5's own syntax.
class Table {
 public:
  explicit Table(const std::string& text) : table_({text}) {}

  bool Matches(const std::string& query) const {
    const auto found = table_.Match(query);
    EXPECT_THAT(found, IsOk());
    return found.ok() && !found->empty();
  }

 private:
  const SearchedTable table_;
};

TEST(TokenizerTest, LetsFts5FindStemsAndPhrasesOfThem) {
  const Table table("The inspections of missile bases");
  EXPECT_TRUE(table.Matches("\"inspection\""));
  EXPECT_TRUE(table.Matches("\"missiles base\""));
  EXPECT_FALSE(table.Matches("\"base missiles\""));
}

// The stem of "consideration" is "consider", whose own is "consid".
TEST(TokenizerTest, LetsFts5TakeNoWordForAStem) {
  EXPECT_FALSE(Table("consider").Matches("\"consideration\""));
  EXPECT_TRUE(Table("considerations").Matches("\"consideration\""));
  EXPECT_TRUE(Table("considering").Matches("\"consider\""));
}

TEST(TokenizerTest, LetsFts5FindPrefixesOfWordsAsWritten) {
  const Table table("inspections");
  EXPECT_TRUE(table.Matches("\"inspectio\" *"));
  EXPECT_TRUE(table.Matches("\"inspections\" *"));
  EXPECT_FALSE(table.Matches("\"inspectiong\" *"));
}

TEST(TokenizerTest, FindsNoPhraseAcrossTwoValues) {
  const Table table(std::string("naval") + kValueSeparator + "quarantine");
  EXPECT_TRUE(table.Matches("\"naval\" \"quarantine\""));
  EXPECT_FALSE(table.Matches("\"naval quarantine\""));
}

}  // namespace
}  // namespace hotline::server
