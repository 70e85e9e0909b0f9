#include "server/search/field_matches.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/search/search.h"
#include "tests/search/search_corpus.h"

namespace hotline::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<v1::FieldMatch> Matches(const std::string& query, const v1::Document& document) {
  Tokenizer tokenizer;
  const v1::Corpus summary = SearchSummary();
  return FindFieldMatches(Parsed(query), SearchedTexts(summary), document, tokenizer);
}

std::u32string CodePoints(const std::string& text) {
  std::u32string points;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) {
      points.back() = points.back() << 6U | (byte & 0x3FU);
    } else {
      points.push_back(byte < 0x80 ? byte : byte < 0xE0 ? byte & 0x1FU : byte < 0xF0 ? byte & 0x0FU : byte & 0x07U);
    }
  }
  return points;
}

// What a client does: the text with its ranges in brackets.
std::u32string Marked(const std::string& text, const v1::FieldMatch& match) {
  std::u32string marked = CodePoints(text);
  for (int i = match.ranges_size() - 1; i >= 0; --i) {
    marked.insert(static_cast<std::size_t>(match.ranges(i).end()), U"]");
    marked.insert(static_cast<std::size_t>(match.ranges(i).start()), U"[");
  }
  return marked;
}

std::u32string MarkedTitle(const std::string& query, const std::string& title) {
  const std::vector<v1::FieldMatch> matches = Matches(query, TitledDocument("a", title));
  return matches.empty() ? CodePoints(title) : Marked(title, matches[0]);
}

TEST(FieldMatchesTest, MarkFormsPhrasesAndBeginnings) {
  EXPECT_EQ(MarkedTitle("missile", "Missiles and a missile"), U"[Missiles] and a [missile]");
  EXPECT_EQ(MarkedTitle("\"naval quarantine\"", "A naval quarantine, not naval."), U"A [naval quarantine], not naval.");
  EXPECT_EQ(MarkedTitle("quarant*", "The Quarantine"), U"The [Quarantine]");
  EXPECT_EQ(MarkedTitle("soviet-am*", "Soviet-American talks"), U"[Soviet-American] talks");
  EXPECT_EQ(MarkedTitle("cuba -turkey", "Cuba, Turkey"), U"[Cuba], Turkey");
}

TEST(FieldMatchesTest, CountCodePointsAndNotBytes) {
  EXPECT_EQ(MarkedTitle("turkey", "𝄞 Хрущёв — Türen, Turkey"), U"𝄞 Хрущёв — Türen, [Turkey]");
  EXPECT_EQ(MarkedTitle("elan", "é Élan 🚀"), U"é [Élan] 🚀");
}

TEST(FieldMatchesTest, JoinWhatOverlaps) {
  EXPECT_EQ(MarkedTitle("\"a b\" \"b c\"", "a b c d"), U"[a b c] d");
  EXPECT_EQ(MarkedTitle("b \"a b c\"", "a b c d"), U"[a b c] d");
  EXPECT_EQ(MarkedTitle("a b", "a b"), U"[a] [b]");
}

TEST(FieldMatchesTest, NameTheTextByItsPathInTheDocument) {
  v1::Document document = TitledDocument("a", "cuba");
  document.set_summary("cuba");
  document.add_authors("participants/khrushchev");
  document.add_copied_to("participants/khrushchev");
  document.add_dates();
  document.add_dates()->set_note("cuba");
  document.add_events()->set_place("cuba");
  document.add_events()->set_note("cuba");
  document.add_entries()->set_heading("cuba");
  document.add_identifiers()->add_aliases("embtel");
  document.mutable_identifiers(0)->add_aliases("cuba");
  document.set_text("cuba");
  std::vector<std::string> fields;
  for (const v1::FieldMatch& match : Matches("cuba", document)) fields.push_back(match.field());
  EXPECT_THAT(fields, ElementsAre("title", "summary", "dates[1].note", "events[0].place", "events[1].note",
                                  "entries[0].heading", "identifiers[0].aliases[1]", "text"));
  const std::vector<v1::FieldMatch> people = Matches("khrushchev", document);
  ASSERT_THAT(people, SizeIs(2));
  EXPECT_EQ(people[0].field(), "authors[0]");
  EXPECT_EQ(people[0].snippet(), "Nikita S. Khrushchev");
  EXPECT_EQ(Marked(people[0].snippet(), people[0]), U"Nikita S. [Khrushchev]");
  EXPECT_EQ(people[1].field(), "copied_to[0]");
}

TEST(FieldMatchesTest, FindNoPhraseAcrossTwoTexts) {
  v1::Document document = TitledDocument("a", "naval");
  document.set_summary("quarantine");
  EXPECT_THAT(Matches("\"naval quarantine\"", document), IsEmpty());
}

TEST(FieldMatchesTest, CutASnippetOutOfALongTextBetweenWords) {
  std::string before;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&before, "vörher ");
  std::string after;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&after, " nächher");
  const std::string title = before + "Missile" + after + " missile";
  const std::vector<v1::FieldMatch> matches = Matches("missile", TitledDocument("a", title));
  ASSERT_THAT(matches, SizeIs(1));
  const v1::FieldMatch& match = matches[0];
  ASSERT_EQ(match.ranges_size(), 2);
  // The snippet is what its range says, and the first word is in it.
  const std::u32string points = CodePoints(title);
  const auto start = static_cast<std::size_t>(match.snippet_range().start());
  const auto end = static_cast<std::size_t>(match.snippet_range().end());
  EXPECT_EQ(CodePoints(match.snippet()), points.substr(start, end - start));
  EXPECT_THAT(match.snippet(), testing::StartsWith("vörher vörher"));
  EXPECT_THAT(match.snippet(), testing::EndsWith("nächher nächher"));
  EXPECT_THAT(match.snippet(), testing::HasSubstr("Missile"));
  EXPECT_LE(match.snippet().size(), 260U);
  EXPECT_EQ(match.text_length(), static_cast<int>(points.size()));
  EXPECT_GT(match.ranges(1).start(), match.snippet_range().end());
}

TEST(FieldMatchesTest, BeginASnippetSixtyBytesBeforeTheFirstWordAndEndItWithin160) {
  std::string title;
  for (int i = 0; i < 20; ++i) absl::StrAppend(&title, "before... ");
  absl::StrAppend(&title, "missile ");
  for (int i = 0; i < 20; ++i) absl::StrAppend(&title, "behind... ");
  const std::vector<v1::FieldMatch> matches = Matches("missile", TitledDocument("a", title));
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].snippet_range().start(), 200 - 60);
  EXPECT_EQ(matches[0].snippet_range().end(), 208 + 9 * 10 - 4);  // with the tenth word, 298 would be too far
}

TEST(FieldMatchesTest, AreBounded) {
  std::string title;
  for (int i = 0; i < 500; ++i) absl::StrAppend(&title, "cuba libre ");
  v1::Document document = TitledDocument("a", title);
  for (int i = 0; i < 50; ++i) document.add_events()->set_note("cuba");
  const std::vector<v1::FieldMatch> matches = Matches("cuba", document);
  EXPECT_THAT(matches, SizeIs(20));
  EXPECT_EQ(matches[0].ranges_size(), 100);
}

// Random documents and queries over few words: whatever the index finds has every term marked, and whatever it does not
// find lacks one.
TEST(FieldMatchesTest, AgreeWithTheIndexAboutWhatIsFound) {
  const std::vector<std::string> words = {"missile",    "missiles", "inspect", "inspection",
                                          "inspecting", "naval",    "navy",    "kk-08"};
  std::mt19937 random(20221027);
  const auto any = [&random](const std::vector<std::string>& list) { return list[random() % list.size()]; };
  const auto some = [&](std::size_t most) {
    std::vector<std::string> chosen(1 + random() % most);
    for (std::string& word : chosen) word = any(words);
    return absl::StrJoin(chosen, " ");
  };
  std::vector<v1::Document> documents;
  for (int i = 0; i < 60; ++i) {
    documents.push_back(TitledDocument(absl::StrCat(i), some(4)));
    if (random() % 2 == 0) documents.back().set_summary(some(4));
    for (int k = 0; k < 2; ++k) documents.back().add_events()->set_note(some(2));
  }
  const Archive archive(SearchCorpus(documents));
  const Searcher searcher(archive.index());
  Tokenizer tokenizer;
  for (int i = 0; i < 500; ++i) {
    const std::string beginning = any(words).substr(0, 1 + random() % 8);
    const std::string term = random() % 3 == 0   ? absl::StrCat("\"", some(2), "\"")
                             : random() % 2 == 0 ? absl::StrCat(beginning.back() == '-' ? "kk" : beginning, "*")
                                                 : any(words);
    const Query query = Parsed(term);
    std::vector<bool> found(documents.size());
    searcher.Search(ToFts5(query), [&found](const Hit& hit) { return found[hit.document] = true; });
    for (std::size_t d = 0; d < found.size(); ++d) {
      const bool marked =
          !FindFieldMatches(query, archive.index().texts(), archive.corpus().documents()[d], tokenizer).empty();
      ASSERT_EQ(marked, found[d]) << term << " in " << archive.corpus().documents()[d].ShortDebugString();
    }
  }
}

}  // namespace
}  // namespace hotline::server
