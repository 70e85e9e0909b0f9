#ifndef HOTLINE_TESTS_SEARCH_QUERY_CHECK_H_
#define HOTLINE_TESTS_SEARCH_QUERY_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/search/tokenizer.h"
#include "tests/search/searched_table.h"

namespace hotline::server {

// Where an error of ParseQuery says that the query is wrong, in code points; -1 where it does not say.
struct QueryPlace {
  int position = -1;
  int length = -1;
};
QueryPlace PlaceOf(const absl::Status& status);

// What must hold for every query, whatever is typed: it is refused with a place within it, or its terms are within
// bounds and order, each alone is read in the same way, and FTS5 takes them. Gives what does not hold; empty: all does.
std::string FaultOf(absl::string_view typed, Tokenizer& tokenizer, const SearchedTable& table);

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_SEARCH_QUERY_CHECK_H_
