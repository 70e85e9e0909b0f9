#ifndef HOTLINE_SERVER_CORPUS_HEADING_H_
#define HOTLINE_SERVER_CORPUS_HEADING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "hotline/v1/document.pb.h"

namespace hotline::server {

// A date as far as a heading gives it. What is 0 is not given, or cannot be read; a day never comes without its month.
struct HeadingDate {
  int year = 0;
  int month = 0;
  int day = 0;
  bool approximate = false;
  std::string as_written;  // the date's words, verbatim; empty where none of them can be read

  bool empty() const { return year == 0 && month == 0; }
};

// What a heading of the finding aid says.
struct Heading {
  v1::DocumentKind kind = v1::DOCUMENT_KIND_UNSPECIFIED;
  std::string title;      // the heading without its date: "Khrushchev to Kennedy"
  std::string author;     // its words, "Khrushchev"; empty where they cannot be read
  std::string recipient;  // empty also where there is none, as for a statement
  HeadingDate date;

  // What does not fit the grammar, each with its words: `"2G" in the date cannot be read`. Empty: all of it fits.
  std::vector<std::string> problems;
};

// Reads a heading without its number:
//   A to B, DATE                     a letter
//   [Text of] X['s] statement, DATE  a statement; "address" and "speech" likewise
// The date follows a comma, a dash or "on": "26 October 1962", "October 26, 1962", either without its year, "October
// 1962", "1962", each perhaps after "ca." or "about"; or "n.d.", "undated". Names are words that begin with a capital
// and have no digits.
//
// Whatever does not fit is left out and named in `problems`, and the rest is read nevertheless: "2G October 1962" gives
// the month, "31 February 1962" the year. Linear in the heading's length.
Heading ParseHeading(absl::string_view text);

// Whether the calendar has this date; one without a year is looked up in a leap year.
bool IsInCalendar(const HeadingDate& date);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_HEADING_H_
