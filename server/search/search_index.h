#ifndef HOTLINE_SERVER_SEARCH_SEARCH_INDEX_H_
#define HOTLINE_SERVER_SEARCH_SEARCH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/corpus/corpus.h"
#include "server/search/searched_texts.h"
#include "server/search/sqlite.h"

namespace hotline::server {

// The full-text index of a corpus: an SQLite database in memory with one FTS5 table, of which each row is a document
// and each column one of SearchColumn. It holds no texts, only where words stand.
//
// Once built it is bytes that nobody changes, and each Searcher reads them through a connection of its own, without a
// lock between them.
//
// Threads: const, so any number at once. Lifetime: the corpus outlives it.
class SearchIndex {
 public:
  explicit SearchIndex(const Corpus& corpus);
  SearchIndex(const SearchIndex&) = delete;
  SearchIndex& operator=(const SearchIndex&) = delete;

  const SearchedTexts& texts() const { return texts_; }
  std::size_t size_bytes() const { return size_; }

 private:
  friend class Searcher;

  void Fill(const Corpus& corpus);

  const SearchedTexts texts_;
  const Database owner_;            // of the bytes
  unsigned char* bytes_ = nullptr;  // the whole database
  std::size_t size_ = 0;
};

// A document that matches.
struct Hit {
  double score;            // higher is better
  std::uint32_t document;  // index into Corpus::documents()
};

// Reads an index.
//
// Threads: one at a time. Lifetime: the index outlives it.
class Searcher {
 public:
  explicit Searcher(const SearchIndex& index);

  // Gives `take` every document that an FTS5 expression (ToFts5 in query.h) matches, in the order of
  // Corpus::documents(), until that is false. Aborts where the expression is not well-formed.
  void Search(const std::string& expression, absl::FunctionRef<bool(const Hit&)> take) const;

 private:
  const Database database_;
  const Statement select_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_SEARCH_INDEX_H_
