#ifndef HOTLINE_SERVER_SEARCH_TOKENIZER_H_
#define HOTLINE_SERVER_SEARCH_TOKENIZER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "server/search/sqlite.h"

namespace hotline::server {

// One word of a text.
struct Token {
  std::string word;   // in small letters, Latin ones without diacritics: "missiles"
  std::string stem;   // what its English forms have in common: "missil"
  std::size_t start;  // its bytes in the text
  std::size_t end;    // exclusive
};

// Parts the values of a field that has several, in the text that is indexed: no phrase goes across it. A control
// character, so that no query has it.
inline constexpr char kValueSeparator = '\x1F';

// Splits texts into words, as FTS5's own tokenizers do: letters and digits of any script (and characters of private
// use) make words, everything else parts them. What is indexed, what is asked and what is marked in a hit all go
// through here.
//
// Threads: one at a time.
class Tokenizer {
 public:
  // With a connection of its own.
  Tokenizer();
  // With those of a connection, which must outlive it.
  explicit Tokenizer(fts5_api* fts5);
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // A word of a text, with views that are good during the call alone.
  struct View {
    absl::string_view word;
    absl::string_view stem;
    std::size_t start;
    std::size_t end;
  };

  // Calls `take` for each word of well-formed UTF-8, in order, until that is false. Of a separator it takes no notice.
  void ForEach(absl::string_view text, absl::FunctionRef<bool(const View&)> take);
  // The same as a list.
  std::vector<Token> Tokenize(absl::string_view text);

  // Makes it known to a connection's FTS5 under kName. There each word of a document is a term by its stem and, where
  // that is another, a second one at the same place as itself. A query asks for the stem; a prefix asks for both, since
  // stems do not begin as their words do: "inspecti*" is to find "inspection", whose stem is "inspect".
  static constexpr char kName[] = "hotline";
  static void Register(sqlite3* database);

 private:
  class BuiltIn;

  Database database_;                 // null where the connection is another's
  std::unique_ptr<BuiltIn> words_;    // splits and folds
  std::unique_ptr<BuiltIn> stemmer_;  // makes the stem of a single word
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_TOKENIZER_H_
