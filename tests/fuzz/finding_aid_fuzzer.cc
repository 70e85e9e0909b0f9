// The input is a finding aid.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_join.h"
#include "server/corpus/finding_aid.h"
#include "server/corpus/utf8.h"
#include "tests/corpus/line_accounting.h"
#include "tests/fuzz/require.h"

namespace hotline::server {
namespace {

void CheckEntry(const FindingAidEntry& each, int position) {
  const v1::CatalogEntry& entry = each.entry;
  Require(entry.position() == position, "positions count from 1");
  Require(IsUtf8(entry.heading()) && IsUtf8(entry.description()) && IsUtf8(entry.printed_number()) &&
              IsUtf8(each.heading.title) && IsUtf8(each.heading.author) && IsUtf8(each.heading.recipient) &&
              IsUtf8(entry.date_as_written()),
          "what is read is text");
  const HeadingDate& date = each.heading.date;
  Require(date.day == 0 || date.month != 0, "a day comes with its month");
  Require(date.empty() || IsInCalendar(date), "a date is one of the calendar");
  Require(each.year_from == 0 || (each.year_from != position && date.year != 0), "an inferred year is another entry's");
}

void TryFindingAid(const std::string& text) {
  const FindingAid aid = ParseFindingAid(text);
  const std::vector<std::string> lost = UnaccountedLines(text, aid);
  Require(lost.empty(), "no line is lost or made up; " + absl::StrJoin(lost, "; "));
  int position = 0;
  int line = 0;
  for (const FindingAidEntry& entry : aid.entries) {
    CheckEntry(entry, ++position);
    Require(entry.entry.line() > line, "entries are in the order of the file");
    line = entry.entry.line();
  }
  line = 0;
  for (const Diagnostic& diagnostic : aid.diagnostics) {
    Require(diagnostic.line >= line, "diagnostics are by line");
    Require(diagnostic.severity != Diagnostic::Severity::kError, "none is an error");
    Require(IsUtf8(diagnostic.ToString()), "a diagnostic is text");
    line = diagnostic.line;
  }
}

}  // namespace
}  // namespace hotline::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hotline::server::TryFindingAid(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
