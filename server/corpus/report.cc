#include "server/corpus/report.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/corpus/chronology.h"

namespace hotline::server {
namespace {

constexpr std::size_t kColumns = 80;

using Row = std::vector<std::string>;

// Left-aligned columns, two blanks apart and two from the margin.
std::string Table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, "  ", row[i], std::string(i + 1 < row.size() ? widths[i] - row[i].size() : 0, ' '));
    }
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

// Breaks a line between words; what follows the first line is indented.
std::string Wrap(absl::string_view line) {
  std::string text;
  std::size_t column = 0;
  for (const absl::string_view word : absl::StrSplit(line, ' ')) {
    if (column > 0 && column + 1 + word.size() > kColumns) {
      absl::StrAppend(&text, "\n    ");
      column = 4;
    } else if (column > 0) {
      text += ' ';
      ++column;
    }
    absl::StrAppend(&text, word);
    column += word.size();
  }
  return absl::StrCat(text, "\n");
}

std::string Overview(const Corpus& corpus) {
  const v1::Corpus& summary = corpus.summary();
  const std::string span = summary.first_day().empty() ? "no event"
                                                       : absl::StrCat(summary.first_day(), " to ", summary.last_day(),
                                                                      " in ", summary.default_time_zone());
  return absl::StrCat(summary.title(), "\n",
                      Table({{"revision", corpus.revision()},
                             {"entries", absl::StrCat(summary.entry_count())},
                             {"documents", absl::StrCat(summary.document_count())},
                             {"events", absl::StrCat(summary.event_count())},
                             {"span", span}}));
}

std::string DisagreementTable(const Corpus& corpus) {
  const auto describe = [&corpus](const v1::DateClaim& claim) {
    const v1::Source* source = corpus.FindSource(claim.source());
    return absl::StrCat(claim.date().edtf(), " (", source == nullptr ? claim.source() : source->short_name(), ")");
  };
  std::vector<Row> rows = {{"document", "preferred", "against"}};
  for (const v1::Document& document : corpus.documents()) {
    for (const int claim : Disagreements(document)) {
      rows.push_back({std::string(absl::StripPrefix(document.name(), "documents/")), describe(document.dates(0)),
                      describe(document.dates(claim))});
    }
  }
  if (rows.size() == 1) return "";
  return absl::StrCat("\nDates on which the sources disagree\n", Table(rows));
}

std::string RepeatedNumberTable(const Corpus& corpus) {
  std::map<int, std::string> number_at;  // by position
  for (const v1::Document& document : corpus.documents()) {
    for (const v1::CatalogEntry& entry : document.entries()) number_at[entry.position()] = entry.printed_number();
  }
  std::map<std::string, std::vector<int>> positions_of;
  for (const auto& [position, number] : number_at) {
    if (!number.empty()) positions_of[number].push_back(position);
  }
  std::vector<Row> rows = {{"number", "positions"}};
  for (const auto& [number, positions] : positions_of) {
    if (positions.size() > 1) rows.push_back({number, absl::StrJoin(positions, ", ")});
  }
  if (rows.size() == 1) return "";
  return absl::StrCat("\nPrinted numbers that occur more than once\n", Table(rows));
}

std::string Count(const std::vector<Diagnostic>& diagnostics, Diagnostic::Severity severity, absl::string_view word) {
  const auto count = std::count_if(diagnostics.begin(), diagnostics.end(),
                                   [severity](const Diagnostic& each) { return each.severity == severity; });
  return absl::StrCat(count, " ", word, count == 1 ? "" : "s");
}

}  // namespace

std::string CorpusReport(const LoadResult& result) {
  std::string text;
  if (result.corpus != nullptr) {
    text =
        absl::StrCat(Overview(*result.corpus), DisagreementTable(*result.corpus), RepeatedNumberTable(*result.corpus));
  }
  if (!result.diagnostics.empty()) absl::StrAppend(&text, text.empty() ? "" : "\n", "Found in the files\n");
  for (const Diagnostic& diagnostic : result.diagnostics) absl::StrAppend(&text, Wrap(diagnostic.ToString()));
  absl::StrAppend(&text, text.empty() ? "" : "\n", Count(result.diagnostics, Diagnostic::Severity::kError, "error"),
                  ", ", Count(result.diagnostics, Diagnostic::Severity::kWarning, "warning"), "\n");
  return text;
}

}  // namespace hotline::server
