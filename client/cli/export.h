#ifndef HOTLINE_CLIENT_CLI_EXPORT_H_
#define HOTLINE_CLIENT_CLI_EXPORT_H_

#include <string>
#include <vector>

#include "hotline/v1/document.pb.h"

namespace hotline::cli {

// One record of comma-separated values as RFC 4180 has it: with CRLF, and in quotes whatever holds a comma, a quote or
// a line break, its quotes doubled.
std::string CsvRecord(const std::vector<std::string>& values);

// The names of the columns.
std::vector<std::string> CsvHeader();

// A row for each event of a document, in order, with the document's own columns in each; one row without an event where
// it has none. Times are in UTC, as RFC 3339; lists are joined by "; ".
std::vector<std::vector<std::string>> CsvRows(const v1::Document& document);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_EXPORT_H_
