#ifndef HOTLINE_SERVER_CORPUS_FINDING_AID_H_
#define HOTLINE_SERVER_CORPUS_FINDING_AID_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "hotline/v1/document.pb.h"
#include "server/corpus/diagnostic.h"
#include "server/corpus/heading.h"

namespace hotline::server {

// The name by which diagnostics call the finding aid.
inline constexpr char kFindingAidFile[] = "finding_aid.txt";

// One entry: as it is written, and what was read from its heading.
struct FindingAidEntry {
  v1::CatalogEntry entry;
  Heading heading;  // its date with a year, unless none was to be had
  // Position of the entry from which the year of the date was taken; 0 where the heading gives it itself.
  int year_from = 0;
};

// The finding aid as read.
struct FindingAid {
  std::string title;                     // empty where the first line is a heading already
  std::vector<FindingAidEntry> entries;  // in the order of the file; positions count from 1
  std::vector<Diagnostic> diagnostics;   // by line; none is an error
};

// Reads a finding aid: a title, then numbered headings ("8. Khrushchev to Kennedy, 26 October 1962", see ParseHeading),
// each with a description of any number of lines.
//
// Nothing is dropped and nothing is repaired silently. Each line that is not blank becomes the title, a heading or a
// line of a description, or is named in a diagnostic. What OCR has damaged is kept as written, without the parts that
// cannot be read, with a warning; so are repeated, missing and absent numbers. A damaged number is taken for one where
// a heading follows, a missing one only where the line fits the grammar completely. A heading without a year gets that
// of the nearest earlier entry that gives one, else of the nearest later, with a note.
//
// Line ends may be LF, CRLF or CR; byte order marks at the start of lines, blanks at their end and blank lines mean
// nothing. Bytes that are not UTF-8 are replaced by U+FFFD. Time and memory are linear in the size of `text`.
FindingAid ParseFindingAid(absl::string_view text);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_FINDING_AID_H_
