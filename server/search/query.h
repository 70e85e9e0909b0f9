#ifndef HOTLINE_SERVER_SEARCH_QUERY_H_
#define HOTLINE_SERVER_SEARCH_QUERY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/search/tokenizer.h"

namespace hotline::server {

// One thing that a document must have, or must not.
struct QueryTerm {
  std::vector<Token> words;  // at least one; several stand next to each other in one text. Their bytes are in `text`
  std::string text;          // the words as typed, without quotes and signs; well-formed UTF-8
  bool excluded = false;     // '-' before it
  bool prefix = false;       // '*' behind it: the last word is the beginning of one, and all are taken as written
  int position = 0;          // in the query, in code points from 0, with its quotes and signs
  int length = 0;            // in code points
};

// What is looked for: all of the terms that are not excluded, of which there is at least one, and none of the others.
struct Query {
  std::vector<QueryTerm> terms;  // in the order in which they were typed
};

// Reads a query in the syntax that `SearchDocumentsRequest.query` describes.
//
// Whatever was typed is either looked for or refused: INVALID_ARGUMENT (INVALID_QUERY) for `field`, with position and
// length of the first thing that is wrong. They lie within the query; the length is 0 only in an empty one. In bytes
// that are not UTF-8, each that belongs to no character counts as one.
absl::StatusOr<Query> ParseQuery(absl::string_view query, absl::string_view field, Tokenizer& tokenizer);

// The query as an expression for FTS5's MATCH. All that was typed stands in quotes there, so that none of it is ever
// FTS5's own syntax.
std::string ToFts5(const Query& query);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_QUERY_H_
