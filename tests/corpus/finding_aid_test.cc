#include "server/corpus/finding_aid.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/utf8.h"
#include "tests/corpus/line_accounting.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Severity = Diagnostic::Severity;

std::string TheFindingAid() {
  std::ifstream stream(HOTLINE_DATA_DIR "/finding_aid.txt", std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

// Parses, and checks that no line was lost.
FindingAid Parse(const std::string& text) {
  FindingAid aid = ParseFindingAid(text);
  EXPECT_THAT(UnaccountedLines(text, aid), IsEmpty());
  return aid;
}

// What is reported for one line, warnings and notes, as text.
std::string ReportedAt(const FindingAid& aid, int line) {
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : aid.diagnostics) {
    if (diagnostic.line == line) texts.push_back(diagnostic.ToString());
  }
  return absl::StrJoin(texts, "\n");
}

std::vector<std::string> Headings(const FindingAid& aid) {
  std::vector<std::string> headings;
  for (const FindingAidEntry& entry : aid.entries) {
    headings.push_back(absl::StrCat(entry.entry.printed_number(), "|", entry.entry.heading()));
  }
  return headings;
}

std::string DateOf(const FindingAidEntry& entry) {
  const HeadingDate& date = entry.heading.date;
  return absl::StrCat(date.year, "-", date.month, "-", date.day, entry.year_from != 0 ? "?" : "",
                      date.approximate ? "~" : "");
}

TEST(FindingAidTest, ReadsTheShippedFileEntryByEntry) {
  const FindingAid aid = Parse(TheFindingAid());
  EXPECT_EQ(aid.title, "Kennedy - Khrushchev Correspondence on Cuba Crisis");
  std::vector<std::string> read;
  for (const FindingAidEntry& entry : aid.entries) {
    read.push_back(absl::StrCat(entry.entry.position(), " @", entry.entry.line(), " ", entry.entry.printed_number(),
                                ". ", v1::DocumentKind_Name(entry.heading.kind).substr(14), " ", entry.heading.author,
                                ">", entry.heading.recipient, " ", DateOf(entry), " '", entry.entry.date_as_written(),
                                "' ", entry.entry.description().substr(0, 12)));
  }
  EXPECT_THAT(read, ElementsAre("1 @5 1. LETTER Kennedy>Khrushchev 1962-10-21 '21 October 1962' Transmits te",
                                "2 @7 2. STATEMENT President Kennedy> 1962-10-21 '21 October 1962' ",
                                "3 @8 3. LETTER Khrushchev>Kennedy 1962-10-23 '23 October 1962' U.S. action ",
                                "4 @10 4. STATEMENT Soviet Government> 1962-10-23 '23 October 1962' ",
                                "5 @11 5. LETTER Kennedy>Khrushchev 1962-10-23 '23 October 1962' Situation is",
                                "6 @13 6. LETTER Khrushchev>Kennedy 1962-10-25 '25 October 1962' President is",
                                "7 @15 7. LETTER Kennedy>Khrushchev 1962-10-25 '25 October 1962' Khrushchev i",
                                "8 @17 8. LETTER Khrushchev>Kennedy 1962-10-26 '26 October 1962' Long ramblin",
                                "9 @19 9. LETTER Khrushchev>Kennedy 1962-10-26 '26 October 1962' Publicly rel",
                                "10 @21 10. STATEMENT White House> 1962-10-27 '27 October 1962' Brushes asid",
                                "11 @23 11. LETTER Khrushchev>Kennedy 1962-10-28? '28 October' ",
                                "12 @24 12. LETTER Kennedy>Khrushchev 1962-10-28? '28 October' ",
                                "13 @26 11. LETTER Kennedy>Khrushchev 1962-10-27 '27 October 1962' Reply to Khr",
                                "14 @28 12. LETTER Khrushchev>Kennedy 1962-10-28 '28 October 1962' The Soviet G"));
}

TEST(FindingAidTest, ReportsOnTheShippedFileItsTitleTwoYearsAndTwoRepeatedNumbers) {
  const FindingAid aid = Parse(TheFindingAid());
  ASSERT_THAT(aid.diagnostics, SizeIs(5));
  EXPECT_THAT(ReportedAt(aid, 3), HasSubstr("note: taken for the title: \"Kennedy - Khrushchev"));
  EXPECT_EQ(ReportedAt(aid, 23).substr(0, 68),
            "finding_aid.txt:23: note: \"28 October\" has no year; 1962 is taken fr");
  EXPECT_THAT(ReportedAt(aid, 24), HasSubstr("1962 is taken from line 21"));
  EXPECT_THAT(ReportedAt(aid, 26),
              HasSubstr("warning: the printed number 11 stands before an earlier entry too (line 23)"));
  EXPECT_THAT(ReportedAt(aid, 28),
              HasSubstr("warning: the printed number 12 stands before an earlier entry too (line 24)"));
}

TEST(FindingAidTest, TakesLineEndsMarksAndBlanksForNothing) {
  const std::string original = TheFindingAid();
  const std::vector<std::string> expected = Headings(Parse(original));
  for (const std::string& variant :
       {absl::StrReplaceAll(original, {{"\n", "\r\n"}}), absl::StrReplaceAll(original, {{"\n", "\r"}}),
        absl::StrReplaceAll(original, {{"\n", "\n\n"}}), absl::StrReplaceAll(original, {{"  \n", "\t \n"}}),
        absl::StrReplaceAll(original, {{"\n", "\n\f"}}), "\xEF\xBB\xBF" + original, original + "\n\n\n"}) {
    const FindingAid aid = Parse(variant);
    EXPECT_THAT(Headings(aid), testing::ElementsAreArray(expected));
    EXPECT_THAT(aid.diagnostics, SizeIs(5));
  }
}

TEST(FindingAidTest, TakesAMarkWhereFilesWereJoinedForNothing) {
  const std::string mark = "\xEF\xBB\xBF";
  const FindingAid aid = Parse(mark + "T\n1. A to B, 1 May 1960\nfirst\n" + mark + mark + "2. B to A, 2 May 1960\n" +
                               mark + "second\n" + mark);
  ASSERT_THAT(Headings(aid), ElementsAre("1|A to B, 1 May 1960", "2|B to A, 2 May 1960"));
  EXPECT_EQ(aid.entries[0].entry.description(), "first");
  EXPECT_EQ(aid.entries[1].entry.description(), "second");
}

TEST(FindingAidTest, JoinsDescriptionsOfAnyNumberOfLines) {
  const FindingAid aid = Parse("T\n1. A to B, 1 May 1960  \nfirst  \n\n  second\n\t\nthird\n2. B to A, 2 May 1960");
  ASSERT_THAT(aid.entries, SizeIs(2));
  EXPECT_EQ(aid.entries[0].entry.description(), "first\n  second\nthird");
  EXPECT_EQ(aid.entries[1].entry.description(), "");
}

TEST(FindingAidTest, KeepsBothEntriesOfARepeatedNumber) {
  const FindingAid aid = Parse("T\n1. A to B, 1 May 1960\n1. B to A, 2 May 1960");
  EXPECT_THAT(aid.entries, SizeIs(2));
  EXPECT_EQ(ReportedAt(aid, 3),
            "finding_aid.txt:3: warning: the printed number 1 stands before an earlier entry too (line 2)");
}

TEST(FindingAidTest, WarnsOfMissingNumbersAndOfThoseOutOfOrder) {
  const FindingAid aid = Parse("T\n2. A to B, 1 May 1960\n7. A to B, 2 May 1960\n6. A to B, 3 May 1960");
  EXPECT_THAT(aid.entries, SizeIs(3));
  EXPECT_THAT(ReportedAt(aid, 2), HasSubstr("warning: the printed number 1 is missing before 2"));
  EXPECT_THAT(ReportedAt(aid, 3), HasSubstr("warning: the printed numbers 3 to 6 are missing before 7"));
  EXPECT_THAT(ReportedAt(aid, 4), HasSubstr("warning: the printed number 6 follows 7"));
}

TEST(FindingAidTest, TakesALineWithoutNumberForAHeadingOnlyIfItFitsCompletely) {
  const FindingAid aid = Parse(
      "T\n1. A to B, 1 May 1960\nB to A, 2 May 1960\nReply to letter of 2 May 1960\nKenn3dy to B, 2 May 1960\n"
      "White House public statement, 3 May 1960");
  EXPECT_THAT(Headings(aid),
              ElementsAre("1|A to B, 1 May 1960", "|B to A, 2 May 1960", "|White House public statement, 3 May 1960"));
  EXPECT_EQ(aid.entries[1].entry.description(), "Reply to letter of 2 May 1960\nKenn3dy to B, 2 May 1960");
  EXPECT_THAT(ReportedAt(aid, 3), HasSubstr("warning: a heading without a number: \"B to A, 2 May 1960\""));
}

TEST(FindingAidTest, KeepsADamagedNumberAsWritten) {
  const FindingAid aid = Parse(
      "T\n1. A to B, 1 May 1960\nZ. B to A, 2 May 1960\n3, A to B, 3 May 1960\nl4. A to B, 4 May 1960\n"
      "5 B to A, 5 May 1960\n6. A to B, 6 May 1960\nU.S. action is a threat to peace, 7 May 1960");
  EXPECT_THAT(Headings(aid), ElementsAre("1|A to B, 1 May 1960", "Z|B to A, 2 May 1960", "3,|A to B, 3 May 1960",
                                         "l4|A to B, 4 May 1960", "5|B to A, 5 May 1960", "6|A to B, 6 May 1960"));
  for (int line = 3; line <= 6; ++line)
    EXPECT_THAT(ReportedAt(aid, line), HasSubstr("number before the heading is damaged"));
  EXPECT_THAT(ReportedAt(aid, 4), HasSubstr("\"3,\""));
  EXPECT_EQ(ReportedAt(aid, 7), "");  // in sequence
  EXPECT_EQ(aid.entries[5].entry.description(), "U.S. action is a threat to peace, 7 May 1960");
}

TEST(FindingAidTest, ReadsANumberWhoseFullStopStandsApart) {
  const FindingAid aid = Parse("T\n1 . A to B, 1 May 1960\nl2 .  B to A, 2 May 1960\n3 .5 tons");
  ASSERT_THAT(Headings(aid), ElementsAre("1|A to B, 1 May 1960", "l2|B to A, 2 May 1960"));
  EXPECT_EQ(ReportedAt(aid, 2), "");
  EXPECT_EQ(aid.entries[0].heading.author, "A");
  EXPECT_THAT(ReportedAt(aid, 3), HasSubstr("number before the heading is damaged: \"l2\""));
  EXPECT_EQ(aid.entries[1].heading.author, "B");
  EXPECT_EQ(aid.entries[1].entry.description(), "3 .5 tons");
}

TEST(FindingAidTest, KeepsAHeadingWithOcrNoiseAsWritten) {
  const FindingAid aid = Parse(
      "T\n1. Kenn3dy to Khrushchev, 21 October 1962\nwords\n2. Khrushchev to Kennedy, 2G October 1962\n"
      "3. Khrushchev to Kennedy, 26 Octobcr 1962\n4. Kennedy to Khrushchev, 31 February 1962\n5. ##%! ~~ &\nmore");
  EXPECT_THAT(Headings(aid),
              ElementsAre("1|Kenn3dy to Khrushchev, 21 October 1962", "2|Khrushchev to Kennedy, 2G October 1962",
                          "3|Khrushchev to Kennedy, 26 Octobcr 1962", "4|Kennedy to Khrushchev, 31 February 1962",
                          "5|##%! ~~ &"));
  EXPECT_EQ(aid.entries[0].heading.author, "");
  EXPECT_EQ(aid.entries[0].heading.recipient, "Khrushchev");
  EXPECT_THAT(ReportedAt(aid, 2), HasSubstr("warning: in the heading: the author \"Kenn3dy\" cannot be read"));
  EXPECT_EQ(DateOf(aid.entries[1]), "1962-10-0");
  EXPECT_THAT(ReportedAt(aid, 4), HasSubstr("\"2G\" in the date cannot be read"));
  EXPECT_EQ(DateOf(aid.entries[2]), "1962-0-0");
  EXPECT_THAT(ReportedAt(aid, 5), HasSubstr("\"Octobcr\" in the date cannot be read"));
  EXPECT_EQ(DateOf(aid.entries[3]), "1962-0-0");
  EXPECT_THAT(ReportedAt(aid, 6), HasSubstr("the calendar has no 31 February 1962"));
  EXPECT_TRUE(aid.entries[4].heading.date.empty());
  EXPECT_THAT(ReportedAt(aid, 7), HasSubstr("\"##%! ~~ &\" is neither"));
  EXPECT_EQ(aid.entries[4].entry.description(), "more");
}

TEST(FindingAidTest, TakesASentenceThatBeginsWithANumberForText) {
  const FindingAid aid =
      Parse("T\n3. stray\n1. A to B, 1 May 1960\nIn October\n1962. Demands:\n1. withdrawal\n3.5 tons");
  ASSERT_THAT(aid.entries, SizeIs(1));
  EXPECT_EQ(aid.entries[0].entry.description(), "In October\n1962. Demands:\n1. withdrawal\n3.5 tons");
  EXPECT_THAT(ReportedAt(aid, 6), HasSubstr("begins with the number 1 but does not read as a heading: \"withdrawal\""));
}

TEST(FindingAidTest, WarnsOfEveryLineBeforeTheFirstHeadingButTheTitle) {
  const FindingAid aid = Parse("Title\nSubtitle\n\nPage 1\n1. A to B, 1 May 1960");
  EXPECT_EQ(aid.title, "Title");
  EXPECT_THAT(ReportedAt(aid, 1), HasSubstr("note: taken for the title"));
  EXPECT_THAT(ReportedAt(aid, 2), HasSubstr("warning: text before the first heading, in no entry: \"Subtitle\""));
  EXPECT_THAT(ReportedAt(aid, 4), HasSubstr("in no entry: \"Page 1\""));
}

TEST(FindingAidTest, HasNoTitleWhereTheFirstLineIsAHeading) {
  const FindingAid aid = Parse("1. A to B, 1 May 1960");
  EXPECT_EQ(aid.title, "");
  EXPECT_THAT(aid.entries, SizeIs(1));
}

TEST(FindingAidTest, InfersAYearFromTheNearestEarlierElseLaterEntry) {
  const FindingAid aid =
      Parse("T\n1. A to B, 1 May\n2. A to B, 2 May 1960\n3. A to B, 3 May\n4. A to B, 4 May\n5. A to B, 5 May 1961");
  EXPECT_EQ(DateOf(aid.entries[0]), "1960-5-1?");
  EXPECT_EQ(aid.entries[0].year_from, 2);
  EXPECT_EQ(DateOf(aid.entries[2]), "1960-5-3?");
  EXPECT_EQ(aid.entries[3].year_from, 2);
  EXPECT_EQ(aid.entries[4].year_from, 0);
  EXPECT_THAT(ReportedAt(aid, 2), Not(HasSubstr("warning")));
  EXPECT_THAT(ReportedAt(aid, 4), HasSubstr("warning: the year could also be 1961, as on line 6"));
}

TEST(FindingAidTest, LeavesADateWithoutYearOpenWhereNoHeadingGivesOne) {
  const FindingAid aid = Parse("T\n1. A to B, 1 May\n2. A to B, n.d.");
  EXPECT_EQ(aid.entries[0].heading.date.year, 0);
  EXPECT_THAT(ReportedAt(aid, 2), HasSubstr("warning: no heading gives a year"));
  EXPECT_EQ(ReportedAt(aid, 3), "");
}

TEST(FindingAidTest, RefusesAnInferredDateThatTheCalendarLacks) {
  const FindingAid aid = Parse("T\n1. A to B, 1 May 1961\n2. A to B, 29 February");
  EXPECT_EQ(DateOf(aid.entries[1]), "0-0-0");
  EXPECT_EQ(aid.entries[1].entry.date_as_written(), "29 February");
  EXPECT_THAT(ReportedAt(aid, 3), HasSubstr("warning: the calendar has no 29 February in 1961"));
}

TEST(FindingAidTest, ReplacesBytesThatAreNotUtf8) {
  const FindingAid aid =
      Parse("T\xFF\n1. A to B, 1 May 1960\nsee \xC3\x28 and \xED\xA0\x80\n2. M\xC3\xBCller to A\xE9, 2 May 1960");
  EXPECT_EQ(aid.title, "T\uFFFD");
  EXPECT_EQ(aid.entries[0].entry.description(), "see \uFFFD( and \uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(aid.entries[1].heading.author, "M\u00FCller");
  EXPECT_THAT(ReportedAt(aid, 1), HasSubstr("warning: 1 bytes that are not UTF-8 were replaced by U+FFFD"));
  EXPECT_THAT(ReportedAt(aid, 3), HasSubstr("warning: 4 bytes"));
  for (const FindingAidEntry& entry : aid.entries) EXPECT_TRUE(IsUtf8(entry.entry.SerializeAsString()));
}

TEST(FindingAidTest, ReadsEmptyFilesAndFilesWithoutEntries) {
  EXPECT_THAT(Parse("").entries, IsEmpty());
  EXPECT_THAT(Parse("\n \r\n\t").diagnostics, IsEmpty());
  EXPECT_EQ(Parse("only a title").title, "only a title");
}

TEST(FindingAidTest, LosesNoLineHoweverTheFileIsCut) {
  const std::string original = TheFindingAid();
  for (std::size_t length = 0; length <= original.size(); length += 7) Parse(original.substr(0, length));
}

TEST(FindingAidTest, LosesNoLineWhateverCharacterIsDamaged) {
  const std::string original = TheFindingAid();
  for (std::size_t place = 0; place < original.size(); place += 29) {
    for (const char damage : {'#', '\xFF', '\n', ' ', '1'}) {
      std::string damaged = original;
      damaged[place] = damage;
      Parse(damaged);
    }
  }
}

TEST(FindingAidTest, ReadsAVeryLongLine) {
  const std::string words = absl::StrCat("1. A to B, ", std::string(200000, 'x'), " 1 May 1960");
  EXPECT_THAT(Parse("T\n" + words).entries, SizeIs(1));
}

}  // namespace
}  // namespace hotline::server
