#include "server/corpus/heading.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "LETTER Khrushchev>Kennedy 1962-10-26", with the problems behind "!".
std::string Read(const std::string& text) {
  const Heading heading = ParseHeading(text);
  std::string read = absl::StrCat(v1::DocumentKind_Name(heading.kind).substr(14), " ", heading.author, ">",
                                  heading.recipient, " ", heading.date.year, "-", heading.date.month, "-",
                                  heading.date.day, heading.date.approximate ? "~" : "");
  if (!heading.problems.empty()) absl::StrAppend(&read, " ! ", absl::StrJoin(heading.problems, "; "));
  return read;
}

TEST(HeadingTest, ReadsLetters) {
  EXPECT_EQ(Read("Kennedy to Khrushchev, 21 October 1962"), "LETTER Kennedy>Khrushchev 1962-10-21");
  EXPECT_EQ(Read("Khrushchev to Kennedy - 28 October"), "LETTER Khrushchev>Kennedy 0-10-28");
  EXPECT_EQ(Read("Khrushchev to Kennedy \u2014 28 October"), "LETTER Khrushchev>Kennedy 0-10-28");
  EXPECT_EQ(Read("U Thant  to the Soviet Government,\t24 Oct. 1962"), "LETTER U Thant>Soviet Government 1962-10-24");
  EXPECT_EQ(Read("de Gaulle to O'Brien-Smith, May 1962"), "LETTER de Gaulle>O'Brien-Smith 1962-5-0");
}

TEST(HeadingTest, ReadsStatementsAndAddresses) {
  EXPECT_EQ(Read("Text of President Kennedy's statement, 21 October 1962"), "STATEMENT President Kennedy> 1962-10-21");
  EXPECT_EQ(Read("Text of the Soviet Government\u2019s statement on 23 October"),
            "STATEMENT Soviet Government> 0-10-23");
  EXPECT_EQ(Read("White House public statement, 27 October 1962"), "STATEMENT White House> 1962-10-27");
  EXPECT_EQ(Read("Kennedy's address, 22 October 1962"), "ADDRESS Kennedy> 1962-10-22");
}

TEST(HeadingTest, ReadsCoarseApproximateAndAbsentDates) {
  EXPECT_EQ(Read("A to B, October 1962"), "LETTER A>B 1962-10-0");
  EXPECT_EQ(Read("A to B, 1962"), "LETTER A>B 1962-0-0");
  EXPECT_EQ(Read("A to B, October 26, 1962"), "LETTER A>B 1962-10-26");
  EXPECT_EQ(Read("A to B, ca. 26 October 1962"), "LETTER A>B 1962-10-26~");
  EXPECT_EQ(Read("A to B, about October 1962"), "LETTER A>B 1962-10-0~");
  EXPECT_EQ(Read("A to B, n.d."), "LETTER A>B 0-0-0");
  EXPECT_EQ(Read("A to B, undated"), "LETTER A>B 0-0-0");
}

TEST(HeadingTest, KeepsTheDatesWordsAndTheTitleVerbatim) {
  const Heading heading = ParseHeading("Khrushchev  to Kennedy,  ca. 26  October, 1962");
  EXPECT_THAT(heading.problems, IsEmpty());
  EXPECT_EQ(heading.date.as_written, "ca. 26  October, 1962");
  EXPECT_EQ(heading.title, "Khrushchev  to Kennedy");
}

TEST(HeadingTest, LeavesOutOfADateWhatCannotBeRead) {
  EXPECT_EQ(Read("A to B, 2G October 1962"), "LETTER A>B 1962-10-0 ! \"2G\" in the date cannot be read");
  EXPECT_EQ(Read("A to B, 26 Octobcr 1962"), "LETTER A>B 1962-0-0 ! \"Octobcr\" in the date cannot be read");
  EXPECT_EQ(Read("A to B, 26 October l962"), "LETTER A>B 0-10-26 ! \"l962\" in the date cannot be read");
  EXPECT_EQ(Read("A to B, 31 February 1962"), "LETTER A>B 1962-0-0 ! the calendar has no 31 February 1962");
  EXPECT_EQ(Read("A to B, 0 October 1962"), "LETTER A>B 1962-10-0 ! \"0\" in the date cannot be read");
  EXPECT_EQ(Read("A to B, 2x 0ct"), "LETTER A>B 0-0-0 ! the date \"2x 0ct\" cannot be read");
  EXPECT_EQ(ParseHeading("A to B, 2x 0ct").date.as_written, "");
}

TEST(HeadingTest, NamesWhatElseDoesNotFit) {
  EXPECT_EQ(Read("Kenn3dy to Khrushchev, 1962"), "LETTER >Khrushchev 1962-0-0 ! the author \"Kenn3dy\" cannot be read");
  EXPECT_EQ(Read("A to , 1962"), "LETTER A> 1962-0-0 ! the recipient is missing");
  EXPECT_EQ(Read("A to B 1 May 1962"), "LETTER A>B 1962-5-1 ! no comma, dash or \"on\" before \"1 May 1962\"");
  EXPECT_EQ(Read("A to B"), "LETTER A>B 0-0-0 ! gives no date that can be read");
  EXPECT_EQ(Read("A to B, 1 May 1962."), "LETTER A>B 1962-5-1 ! a full stop after the date");
  EXPECT_EQ(Read("A t0 B, 1962"),
            "UNSPECIFIED > 1962-0-0 ! \"A t0 B\" is neither \"A to B\" nor a statement or address of someone");
}

TEST(HeadingTest, FindsNothingInNothing) { EXPECT_FALSE(ParseHeading("").problems.empty()); }

TEST(HeadingTest, KnowsLeapYears) {
  HeadingDate date;
  date.day = 29;
  date.month = 2;
  EXPECT_TRUE(IsInCalendar(date));
  date.year = 1962;
  EXPECT_FALSE(IsInCalendar(date));
  date.year = 1964;
  EXPECT_TRUE(IsInCalendar(date));
}

}  // namespace
}  // namespace hotline::server
