#include "server/search/query.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/search/query_check.h"
#include "tests/search/searched_table.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<Query> Parse(const std::string& query) {
  static Tokenizer& tokenizer = *new Tokenizer;
  return ParseQuery(query, "query", tokenizer);
}

std::string Times(int count, const std::string& text) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

struct Malformed {
  std::string query;
  int position;
  int length;
  std::string complaint;  // part of the message
};

std::vector<Malformed> Characters() {
  const std::string control = "control character";
  const std::string private_use = "private use";
  const std::string invisible = "cannot be seen";
  return {
      {std::string(1, '\0'), 0, 1, "U+0000 is a control character"},
      {std::string("Cuba\0missiles", 13), 4, 1, control},
      {"Cuba\x01", 4, 1, control},
      {"a\x02"
       "b",
       1, 1, control},
      {"naval\x1Fquarantine", 5, 1, "U+001F is a control character"},
      {"\"naval\x1Fquarantine\"", 6, 1, control},
      {"Cuba\x7F", 4, 1, control},
      {"é\u0085", 1, 1, "U+0085 is a control character"},
      {"Cuba\fmissiles", 4, 1, control},
      {"Cuba\vmissiles", 4, 1, control},
      {"\x1B[31mCuba", 0, 1, control},
      {"\uE000", 0, 1, "U+E000 is a character of private use"},
      {"Нота \uF8FF", 5, 1, private_use},
      {"\"\uE123\"", 1, 1, private_use},
      {"\U000F0000", 0, 1, private_use},
      {"Cuba\U0010FFFD", 4, 1, "U+10FFFD"},
      {"quaran\u00ADtine", 6, 1, "U+00AD cannot be seen"},
      {"Cuba\u200B", 4, 1, invisible},
      {"\uFEFFCuba", 0, 1, invisible},
      {"Cuba \u202Emissiles", 5, 1, invisible},
      {"a\u2060b", 1, 1, invisible},
      {"\"a\u200Db\"", 2, 1, invisible},
      {"mis\uFE0Fsile", 3, 1, "U+FE0F cannot be seen"},  // would be a phrase of two words
      {"Cuba \u3164", 5, 1, "U+3164 cannot be seen"},    // would be a word
      {"Cu\u034Fba", 2, 1, invisible},
      {"\uFFA0", 0, 1, invisible},
      {"\xFF", 0, 1, "not UTF-8"},
      {"Cuba \xC3", 5, 1, "not UTF-8"},
      {"é\x80", 1, 1, "not UTF-8"},
      {"a\xC0\x80", 1, 1, "not UTF-8"},         // NUL in two bytes
      {"\"\xED\xA0\x80\"", 1, 1, "not UTF-8"},  // half of a surrogate pair
      {"\xF4\x90\x80\x80", 0, 1, "not UTF-8"},  // beyond U+10FFFF
      {"(\xE2\x80", 1, 1, "not UTF-8"},         // comes before what else is wrong
  };
}

std::vector<Malformed> Signs() {
  const std::string no_meaning = "has no meaning here";
  return {
      {"(", 0, 1, "'(' has no meaning here"},
      {"(Cuba", 0, 1, no_meaning},
      {"Cuba)", 4, 1, no_meaning},
      {"[Cuba]", 0, 1, no_meaning},
      {"Cuba]", 4, 1, no_meaning},
      {"{a b}", 0, 1, no_meaning},
      {"a}", 1, 1, no_meaning},
      {"+Cuba", 0, 1, no_meaning},
      {"naval + quarantine", 6, 1, no_meaning},
      {"Cuba|Turkey", 4, 1, no_meaning},
      {"Cuba || Turkey", 5, 1, no_meaning},
      {"Cuba & Turkey", 5, 1, no_meaning},
      {"^Cuba", 0, 1, no_meaning},
      {"missiles^2", 8, 1, no_meaning},
      {"misiles~1", 7, 1, no_meaning},
      {"~Cuba", 0, 1, no_meaning},
      {"a<b", 1, 1, no_meaning},
      {"day>26", 3, 1, no_meaning},
      {"day >= 26", 4, 1, no_meaning},
      {"kind=letter", 4, 1, no_meaning},
      {"title:Cuba", 5, 1, no_meaning},
      {":Cuba", 0, 1, no_meaning},
      {"-title:Cuba", 6, 1, no_meaning},
      {"{title summary} : Cuba", 0, 1, no_meaning},
      {"Cuba\\", 4, 1, no_meaning},
      {"\\\"Cuba", 0, 1, no_meaning},
      {"Ноты (Хрущёв)", 5, 1, no_meaning},
      {"NEAR(naval quarantine, 5)", 4, 1, no_meaning},
      {"-(Cuba Turkey)", 1, 1, no_meaning},
      {"Cuba*)", 4, 1, "'*' stands for"},
      {"AND", 0, 3, "AND in capitals"},
      {"Cuba AND missiles", 5, 3, "small letters"},
      {"Cuba OR Turkey", 5, 2, "OR in capitals"},
      {"NOT Cuba", 0, 3, "NOT in capitals"},
      {"Cuba NOT Turkey", 5, 3, "NOT in capitals"},
      {"naval NEAR quarantine", 6, 4, "NEAR in capitals"},
      {"naval NEAR/5 quarantine", 6, 4, "NEAR in capitals"},
      {"Хрущёв OR Кеннеди", 7, 2, "OR in capitals"},
      {"Cuba -OR Turkey", 6, 2, "OR in capitals"},
      {"Cuba AND* Turkey", 5, 3, "AND in capitals"},
      {"Cuba AND, Turkey", 5, 3, "AND in capitals"},
      {"AND/OR", 0, 3, "AND in capitals"},
      {"и/OR", 2, 2, "OR in capitals"},
  };
}

std::vector<Malformed> Minuses() {
  const std::string alone = "'-' stands alone";
  const std::string dash = "a dash before a word";
  return {
      {"-", 0, 1, alone},
      {"Cuba -", 5, 1, alone},
      {"- Cuba", 0, 1, alone},
      {"Cuba - Turkey", 5, 1, alone},
      {"é -\u00A0Turkey", 2, 1, alone},
      {"--Cuba", 1, 1, dash},
      {"--", 1, 1, dash},
      {"Cuba ---Turkey", 6, 1, dash},
      {"\u2013Berlin", 0, 1, dash},
      {"Cuba \u2212Berlin", 5, 1, dash},
      {"-\u2014Berlin", 1, 1, dash},
      {"\u2013", 0, 1, dash},
      {"-*", 1, 1, "'*' stands for"},
      {"-Cuba", 0, 5, "every word is excluded"},
      {"  -Cuba -\"naval quarantine\" ", 2, 25, "every word is excluded"},
      {"-Хрущ*", 0, 6, "every word is excluded"},
      {"Cuba -...", 5, 4, "no letter and no digit"},
      {"Cuba -\"\"", 5, 3, "no letter and no digit"},
      {"Cuba -\"Security Council", 6, 17, "has no end"},
  };
}

std::vector<Malformed> Stars() {
  const std::string rest = "'*' stands for the rest of a word";
  return {
      {"*", 0, 1, rest},
      {"Cuba *", 5, 1, rest},
      {"* Cuba", 0, 1, rest},
      {"*Cuba", 0, 1, rest},
      {"Cu*ba", 2, 1, rest},
      {"Хру*в", 3, 1, rest},
      {"Cuba**", 4, 1, rest},
      {"**", 0, 1, rest},
      {"kk-*", 3, 1, rest},
      {"U.S.*", 4, 1, rest},
      {"...*", 3, 1, rest},
      {"a*-b", 1, 1, rest},
      {"\"quarant*\"", 8, 1, "'*' in quotes"},
      {"\"*\"", 1, 1, "'*' in quotes"},
      {"\"naval* quarantine\"", 6, 1, "'*' in quotes"},
      {"\"naval *", 7, 1, "'*' in quotes"},
      {"\"naval quarant\"*", 15, 1, "'*' behind a quote"},
      {"-\"naval\"*", 8, 1, "'*' behind a quote"},
      {"*\"naval\"", 0, 1, rest},
      {"na*\"val\"", 2, 1, rest},
      {"Cuba*,", 4, 1, rest},
  };
}

std::vector<Malformed> Quotes() {
  const std::string no_end = "has no end";
  const std::string within = "a quote within a word";
  const std::string behind = "behind the closing quote";
  const std::string nothing = "no letter and no digit";
  return {
      {"\"", 0, 1, no_end},
      {"\"naval quarantine", 0, 17, no_end},
      {"Cuba \"naval", 5, 6, no_end},
      {"\"a\" \"", 4, 1, no_end},
      {"\u201CКуба", 0, 5, no_end},
      {"\u00ABморской карантин", 0, 17, no_end},
      {"Cuba\"", 4, 1, within},
      {"ab\"cd", 2, 1, within},
      {"ab\"cd\"", 2, 1, within},
      {"Куба\u201D", 4, 1, within},
      {"'\"Cuba\"'", 1, 1, within},
      {"\"ab\"cd", 4, 1, behind},
      {"\"a\"\"b\"", 3, 1, behind},
      {"\"Cuba\",", 6, 1, behind},
      {"\"Cuba\"-Turkey", 6, 1, behind},
      {"\"\"", 0, 2, nothing},
      {"\" \"", 0, 3, nothing},
      {"Cuba \"...\"", 5, 5, nothing},
      {"\"()\"", 0, 4, nothing},
      {"\u201C\u201D", 0, 2, nothing},
      {"...", 0, 3, nothing},
      {"Cuba , Turkey", 5, 1, nothing},
      {"'", 0, 1, nothing},
      {"\u2026", 0, 1, nothing},
      {"é \u20AC", 2, 1, nothing},
      {"\u0301", 0, 1, nothing},
  };
}

std::vector<Malformed> Sizes() {
  const std::string empty = "no word to look for";
  return {
      {"", 0, 0, empty},
      {" ", 0, 1, empty},
      {" \t\r\n\u00A0\u3000", 0, 6, empty},
      {std::string(1'001, 'a'), 1'000, 1, "it has 1001 bytes; at most 1000"},
      {Times(501, "é"), 500, 1, "it has 1002 bytes"},
      {"a" + Times(500, "é"), 500, 1, "it has 1001 bytes"},
      {std::string(5'000, ' '), 1'000, 4'000, "it has 5000 bytes"},
      {Times(33, "a "), 64, 1, "at most 32"},
      {Times(32, "a ") + "-Turkey", 65, 6, "at most 32"},
      {"\"" + Times(33, "Да ") + "\"", 97, 2, "at most 32"},
      {"é " + Times(16, "a-b ") + "c", 64, 1, "at most 32"},
      {Times(8, "a* ") + "-\"b\" é*", 30, 1, "one '*' too many; at most 8"},
      {Times(8, "a* ") + "-b*", 26, 1, "at most 8"},
  };
}

std::vector<Malformed> AllMalformed() {
  std::vector<Malformed> all;
  for (const auto& part : {Characters(), Signs(), Minuses(), Stars(), Quotes(), Sizes()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

TEST(QueryTest, EveryMalformedQueryIsRefusedWithItsPlaceAndWhatIsWrong) {
  const std::vector<Malformed> all = AllMalformed();
  ASSERT_GE(all.size(), 100U);
  for (const Malformed& each : all) {
    SCOPED_TRACE(testing::PrintToString(each.query));
    const absl::StatusOr<Query> query = Parse(each.query);
    EXPECT_THAT(query, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_QUERY"));
    if (query.ok()) continue;
    EXPECT_THAT(query, IsBadField("query"));
    const QueryPlace place = PlaceOf(query.status());
    EXPECT_EQ(place.position, each.position) << query.status();
    EXPECT_EQ(place.length, each.length) << query.status();
    EXPECT_THAT(std::string(query.status().message()), HasSubstr(each.complaint));
  }
}

TEST(QueryTest, TheMessageNamesTheFieldAndThePlace) {
  EXPECT_EQ(Parse("Cuba (Turkey").status().message(),
            "query: at position 5: '(' has no meaning here; leave it out, or put the words in quotes");
}

// A term in short: '-' before its words, '*' behind them, and its place. "-soviet am*@5+11".
std::string InShort(const QueryTerm& term) {
  const std::string words =
      absl::StrJoin(term.words, " ", [](std::string* out, const Token& token) { out->append(token.word); });
  return absl::StrCat(term.excluded ? "-" : "", words, term.prefix ? "*" : "", "@", term.position, "+", term.length);
}

struct WellFormed {
  std::string query;
  std::vector<std::string> terms;  // in short
};

TEST(QueryTest, EveryWellFormedQueryGivesItsTerms) {
  const std::vector<WellFormed> all = {
      {"Cuba", {"cuba@0+4"}},
      {"missiles Turkey", {"missiles@0+8", "turkey@9+6"}},
      {"  missiles \t\r\n Turkey ", {"missiles@2+8", "turkey@15+6"}},
      {"missiles\u00A0Turkey\u3000Cuba", {"missiles@0+8", "turkey@9+6", "cuba@16+4"}},
      {"Cuba Cuba", {"cuba@0+4", "cuba@5+4"}},
      {"26", {"26@0+2"}},
      {"a", {"a@0+1"}},
      {"Хрущёв", {"хрущёв@0+6"}},
      {"ÉTAT Dobrynín", {"etat@0+4", "dobrynin@5+8"}},
      {"e\u0301tat", {"etat@0+5"}},
      {"日本", {"日本@0+2"}},
      {"\"naval quarantine\"", {"naval quarantine@0+18"}},
      {"\"Cuba\"", {"cuba@0+6"}},
      {"\" naval ,  quarantine. \"", {"naval quarantine@0+24"}},
      {"\u201Cnaval quarantine\u201D", {"naval quarantine@0+18"}},
      {"\u201Enaval quarantine\u201C", {"naval quarantine@0+18"}},
      {"\u00ABморской карантин\u00BB Куба", {"морской карантин@0+18", "куба@19+4"}},
      {"\u201Cnaval quarantine\"", {"naval quarantine@0+18"}},
      {"\"naval\" \"quarantine\"", {"naval@0+7", "quarantine@8+12"}},
      {"\"AND\" \"OR NOT\" \"NEAR\"", {"and@0+5", "or not@6+8", "near@15+6"}},
      {"\"(Cuba) [Turkey]: a+b\"", {"cuba turkey a b@0+22"}},
      {"\"a -b\"", {"a b@0+6"}},
      {"\"\u2013 Cuba\"", {"cuba@0+8"}},
      {"Soviet-American", {"soviet american@0+15"}},
      {"kk-08", {"kk 08@0+5"}},
      {"Khrushchev's", {"khrushchev s@0+12"}},
      {"Khrushchev\u2019s", {"khrushchev s@0+12"}},
      {"U.S.", {"u s@0+4"}},
      {"Cuba, Turkey; Berlin?", {"cuba@0+5", "turkey@6+7", "berlin@14+7"}},
      {"documents/kk-08", {"documents kk 08@0+15"}},
      {"Soviet\u2013American", {"soviet american@0+15"}},
      {"Cuba-", {"cuba@0+5"}},
      {"'Cuba'", {"cuba@0+6"}},
      {"Cuba -Berlin", {"cuba@0+4", "-berlin@5+7"}},
      {"-Berlin Cuba", {"-berlin@0+7", "cuba@8+4"}},
      {"Cuba -\"Security Council\"", {"cuba@0+4", "-security council@5+19"}},
      {"Cuba -Soviet-American", {"cuba@0+4", "-soviet american@5+16"}},
      {"Cuba -missil*", {"cuba@0+4", "-missil*@5+8"}},
      {"Cuba -Cuba", {"cuba@0+4", "-cuba@5+5"}},
      {"quarant*", {"quarant*@0+8"}},
      {"q*", {"q*@0+2"}},
      {"1962*", {"1962*@0+5"}},
      {"Хрущ* Кенн*", {"хрущ*@0+5", "кенн*@6+5"}},
      {"Soviet-Am*", {"soviet am*@0+10"}},
      {"e\u0301*", {"e*@0+3"}},
      {"a* a* a* a* a* a* a* a*", {"a*@0+2", "a*@3+2", "a*@6+2", "a*@9+2", "a*@12+2", "a*@15+2", "a*@18+2", "a*@21+2"}},
      {"and or not near And nOT", {"and@0+3", "or@4+2", "not@7+3", "near@11+4", "and@16+3", "not@20+3"}},
      {"ANDY ORAL NOTE NEARLY", {"andy@0+4", "oral@5+4", "note@10+4", "nearly@15+6"}},
  };
  for (const WellFormed& each : all) {
    SCOPED_TRACE(testing::PrintToString(each.query));
    const absl::StatusOr<Query> query = Parse(each.query);
    EXPECT_THAT(query, IsOk());
    if (!query.ok()) continue;
    std::vector<std::string> terms;
    for (const QueryTerm& term : query->terms) terms.push_back(InShort(term));
    EXPECT_EQ(terms, each.terms);
  }
}

TEST(QueryTest, KeepsTheTextAsTypedWithoutQuotesAndSigns) {
  const auto query = Parse("-\u201C[Naval] Quarantine\u201D Soviet-Am* Élan,");
  ASSERT_THAT(query, IsOk());
  std::vector<std::string> texts;
  for (const QueryTerm& term : query->terms) texts.push_back(term.text);
  EXPECT_THAT(texts, ElementsAre("[Naval] Quarantine", "Soviet-Am", "Élan,"));
  const Token& second = query->terms[0].words.at(1);
  EXPECT_EQ(texts[0].substr(second.start, second.end - second.start), "Quarantine");
}

TEST(QueryTest, TakesAsMuchAsIsAllowed) {
  EXPECT_THAT(Parse(std::string(1'000, 'a')), IsOk());
  EXPECT_THAT(Parse(Times(500, "é")), IsOk());
  EXPECT_THAT(Parse(Times(31, "a ") + "-b"), IsOk());
  EXPECT_THAT(Parse("\"" + Times(32, "a ") + "\""), IsOk());
}

TEST(QueryTest, TheExpressionForFts5JoinsQuotedTerms) {
  const auto expression = [](const std::string& query) { return ToFts5(Parse(query).value()); };
  EXPECT_EQ(expression("Cuba"), "\"Cuba\"");
  EXPECT_EQ(expression("missiles kk-08 quarant*"), "\"missiles\" AND \"kk-08\" AND \"quarant\" *");
  EXPECT_EQ(expression("-Berlin a -\"x y\" b*"), "(\"a\" AND \"b\" *) NOT \"Berlin\" NOT \"x y\"");
  EXPECT_EQ(expression("\"title: (a) OR NEAR\""), "\"title: (a) OR NEAR\"");
}

TEST(QueryTest, AQuoteInATermIsDoubledForFts5) {
  Query query = Parse("a").value();
  query.terms[0].text = "a\" OR \"b";
  EXPECT_EQ(ToFts5(query), "\"a\"\" OR \"\"b\"");
}

// Random strings of pieces that mean something here, to FTS5 or to a decoder of UTF-8. The same for a seed everywhere.
class RandomQueries {
 public:
  explicit RandomQueries(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

  std::string Next() {
    std::string query;
    for (std::size_t left = 1 + Below(12); left > 0; --left) query += pieces_[Below(pieces_.size())];
    return query;
  }

 private:
  std::size_t Below(std::size_t bound) { return random_() % bound; }

  const std::vector<std::string> pieces_;
  std::mt19937 random_{1962};
};

std::vector<std::string> NastyPieces() {
  return {" ",      " ",      " ",          " ",        " ",         "\"",     "\"",     "*",      "-",      "-",
          "--",     "Cuba",   "cuba",       "missiles", "é",         "Хрущ",   "日",     "26",     "kk-08",  "s",
          "AND",    " OR ",   " NOT ",      "NEAR",     "NEAR(a b)", "and",    "near/2", "(",      ")",      "{",
          "}",      "[",      "+",          "^",        ":",         "title:", "=",      "\\",     "'",      "''",
          ",",      ".",      "\t",         ";",        "\u201C",    "\u201D", "\u201E", "\u00AB", "\u2013", "\u0301",
          "\uE000", "\u200B", "\U0001F680", "\x01",     "\x1F",      "rowid",  "NULL",   "\"\"",   "?1",     "%",
          "_",      "--x",    "/* */",      "\xC3",     "\xFF"};
}

TEST(QueryTest, WhateverIsTypedIsTakenByFts5OrRefusedWithAPlaceWithinIt) {
  const SearchedTable table({"Cuba missiles", "", "kk-08"});
  Tokenizer tokenizer;
  RandomQueries random(NastyPieces());
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string typed = random.Next();
    ASSERT_EQ(FaultOf(typed, tokenizer, table), "") << testing::PrintToString(typed);
    taken += Parse(typed).ok() ? 1 : 0;
  }
  EXPECT_GE(taken, 500);
  EXPECT_LE(taken, 9'500);
}

// What a query means, read off its terms alone: whether the words of a text have all that are wanted, in a row each.
bool HasTerm(const std::vector<Token>& text, const std::vector<Token>& words) {
  const auto same_stem = [](const Token& a, const Token& b) { return a.stem == b.stem; };
  return std::search(text.begin(), text.end(), words.begin(), words.end(), same_stem) != text.end();
}

TEST(QueryTest, Fts5FindsWhatTheTermsSay) {
  const std::vector<std::string> texts = {"Cuba",
                                          "missiles in Cuba",
                                          "A naval quarantine of Cuba; missile bases",
                                          "Soviet-American relations, and not Cuba",
                                          "quarantine, naval or near Turkey",
                                          "Turkey's missile: kk-08 \"naval\"",
                                          "the American Soviet"};
  const SearchedTable table(texts);
  Tokenizer tokenizer;
  RandomQueries random({" ", " ", " -", " \"", "\" ", "-", "Cuba", "missile", "naval", "quarantine", "Soviet-American",
                        "soviet", "american", "and", "not", "near", "Turkey", "kk-08", "'s"});
  int found = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string typed = random.Next();
    const absl::StatusOr<Query> query = Parse(typed);
    if (!query.ok()) continue;
    std::vector<std::size_t> expected;
    for (std::size_t text = 0; text < texts.size(); ++text) {
      const std::vector<Token> words = tokenizer.Tokenize(texts[text]);
      const bool all = std::all_of(query->terms.begin(), query->terms.end(),
                                   [&](const QueryTerm& term) { return HasTerm(words, term.words) != term.excluded; });
      if (all) expected.push_back(text);
    }
    const auto matched = table.Match(ToFts5(*query));
    ASSERT_THAT(matched, IsOk());
    ASSERT_EQ(*matched, expected) << typed;
    found += expected.empty() ? 0 : 1;
  }
  EXPECT_GE(found, 500);
}

}  // namespace
}  // namespace hotline::server
