// A curation that is so long that it is read in parts has the diagnostics of one that is not.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/loader.h"

namespace hotline::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kDocuments = 20'000;  // of some 180 bytes: four parts
constexpr int kHeadLines = 5;
constexpr int kLinesEach = 5;

// A document of five lines: its first, kHeadLines + number * kLinesEach + 1, has the id, the third the claim.
std::string Document(int number) {
  return absl::StrCat("documents { id: \"d-", number, "\"\n  kind: DOCUMENT_KIND_LETTER title: \"A letter\"\n",
                      "  claims { date: \"1962-10-22\" source: \"edition\" note: \"As the edition has it.\" }\n",
                      "  events { type: EVENT_TYPE_SENT date: \"1962-10-22T18:00\" source: \"edition\" }\n}\n");
}

int LineOf(int number) { return kHeadLines + number * kLinesEach + 1; }

class CurationPartsTest : public testing::Test {
 protected:
  CurationPartsTest() {
    for (int i = 0; i < kDocuments; ++i) documents_.push_back(Document(i));
  }

  // Puts `with` for `what` in a document.
  void Damage(int number, const std::string& what, const std::string& with) {
    std::string& text = documents_[static_cast<std::size_t>(number)];
    const std::size_t at = text.find(what);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, what.size(), with);
  }

  LoadResult Load() const {
    std::string text =
        "title: \"Parts\"\ndefault_time_zone: \"UTC\"\nfinding_aid_source: \"aid\"\n"
        "sources { id: \"aid\" short_name: \"Aid\" title: \"The aid\" }\n"
        "sources { id: \"edition\" short_name: \"Edition\" title: \"The edition\" }\n";
    for (const std::string& document : documents_) text += document;
    return BuildCorpus("", text);
  }

  std::vector<std::string> Texts() const {
    std::vector<std::string> texts;
    for (const Diagnostic& diagnostic : Load().diagnostics) texts.push_back(diagnostic.ToString());
    return texts;
  }

  std::vector<std::string> documents_;
};

TEST_F(CurationPartsTest, KeepsEveryDocumentInOrder) {
  const LoadResult result = Load();
  ASSERT_NE(result.corpus, nullptr);
  EXPECT_THAT(result.diagnostics, IsEmpty());
  ASSERT_EQ(result.corpus->documents().size(), kDocuments);
  for (int i = 0; i < kDocuments; ++i) {
    ASSERT_EQ(result.corpus->documents()[static_cast<std::size_t>(i)].name(), absl::StrCat("documents/d-", i));
  }
}

TEST_F(CurationPartsTest, TellsTheLineOfAnErrorInAnyPart) {
  const std::vector<int> numbers = {0, 1, 7'000, 7'001, 12'345, kDocuments - 1};
  std::vector<std::string> expected;
  for (const int number : numbers) {
    Damage(number, "source: \"edition\" note", "source: \"rumour\" note");
    expected.push_back(absl::StrCat("curation.textproto:", LineOf(number) + 2,
                                    ": error: `source` names no source: \"rumour\"; expected one of aid, edition"));
  }
  EXPECT_EQ(Texts(), expected);
}

TEST_F(CurationPartsTest, TellsTheLinesOfTwoDocumentsInDifferentParts) {
  Damage(18'000, "d-18000", "d-3");
  EXPECT_THAT(Texts(),
              ElementsAre(absl::StrCat("curation.textproto:", LineOf(18'000),
                                       ": error: the document id \"d-3\" is taken already (line ", LineOf(3), ")")));
}

TEST_F(CurationPartsTest, TellsTheLineOfAClaimThatAnotherContradicts) {
  Damage(kDocuments - 1, "  claims", "  claims { date: \"1962-10-24\" source: \"aid\" }\n  claims");
  const int line = LineOf(kDocuments - 1) + 2;
  EXPECT_THAT(Texts(), ElementsAre(absl::StrCat(
                           "curation.textproto:", line + 1,
                           ": note: sources disagree about the date of documents/d-19999: Aid 1962-10-24 "
                           "(curation.textproto:",
                           line, ") is preferred to Edition 1962-10-22 (curation.textproto:", line + 1, ")")));
}

TEST_F(CurationPartsTest, TellsTheLineAndColumnOfASyntaxErrorInTheMiddleAndAtTheEnd) {
  Damage(12'345, "kind:", "kinds:");
  EXPECT_THAT(Texts(), ElementsAre(absl::StrCat("curation.textproto:", LineOf(12'345) + 1,
                                                ": error: column 8: Message type \"hotline.curation.Document\" has no "
                                                "field named \"kinds\".")));
  Damage(12'345, "kinds:", "kind:");
  Damage(kDocuments - 1, "\n}\n", "\n");
  EXPECT_THAT(Texts(), ElementsAre(HasSubstr(absl::StrCat("curation.textproto:", LineOf(kDocuments) - 1,
                                                          ": error: column 1: Expected identifier, got: "))));
}

// What is wrong shows only where the next document stands inside this one.
TEST_F(CurationPartsTest, TellsWhereABraceIsMissingAsAReaderOfTheWholeFileDoes) {
  for (int number = 5'000; number < 15'000; number += 3'117) {
    const std::string whole = documents_[static_cast<std::size_t>(number)];
    Damage(number, "\n}\n", "\n\n");
    EXPECT_THAT(Texts(), ElementsAre(absl::StrCat("curation.textproto:", LineOf(number + 1),
                                                  ": error: column 11: Message type \"hotline.curation.Document\" has "
                                                  "no field named \"documents\".")));
    documents_[static_cast<std::size_t>(number)] = whole;
  }
}

TEST_F(CurationPartsTest, RefusesAFieldOfOneValueThatTwoPartsHave) {
  Damage(15'000, "documents", "title: \"Another\" documents");
  EXPECT_THAT(Texts(), ElementsAre(HasSubstr(absl::StrCat("curation.textproto:", LineOf(15'000),
                                                          ": error: column 6: Non-repeated field \"title\" is "))));
}

TEST_F(CurationPartsTest, TakesSourcesBetweenDocuments) {
  Damage(15'000, "documents", "sources { id: \"late\" short_name: \"Late\" title: \"Late\" } documents");
  Damage(2, "source: \"edition\" note", "source: \"late\" note");
  Damage(16'000, "source: \"edition\" note", "source: \"never\" note");
  EXPECT_THAT(Texts(), ElementsAre(HasSubstr(absl::StrCat("curation.textproto:", LineOf(16'000) + 2,
                                                          ": error: `source` names no source: \"never\""))));
}

TEST_F(CurationPartsTest, ReadsWhatOnlyProtobufReads) {
  Damage(14'000, "As the edition has it.", "\\x41s \\u0041");
  Damage(14'001, "documents {", "documents <");
  Damage(14'001, "\n}\n", "\n>\n");
  Damage(14'002, "As the edition has it.", "\\377");
  Damage(14'003, "1962-10-22\" source", "1962-10-32\" source");
  EXPECT_THAT(
      Texts(),
      ElementsAre(
          absl::StrCat("curation.textproto:", LineOf(14'002) + 2, ": error: `note` is not valid UTF-8: \"\uFFFD\""),
          HasSubstr(absl::StrCat("curation.textproto:", LineOf(14'003) + 2, ": error: \"1962-10-32\" is not a date"))));
}

TEST_F(CurationPartsTest, ComesToTheSameRevisionHoweverItIsLaidOut) {
  const LoadResult plain = Load();
  Damage(14'000, "As the edition has it.", "\\x41s the edition has it.");
  Damage(kDocuments - 1, "documents {", "# The last.\ndocuments: {");
  const LoadResult other = Load();
  ASSERT_NE(plain.corpus, nullptr);
  ASSERT_NE(other.corpus, nullptr);
  EXPECT_EQ(plain.corpus->revision(), other.corpus->revision());
}

}  // namespace
}  // namespace hotline::server
