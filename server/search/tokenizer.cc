#include "server/search/tokenizer.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/types/span.h"

namespace hotline::server {
namespace {

// Before a stem, so that no prefix of a word finds it.
constexpr char kStemMark = '\x01';
// The term that stands where two values meet.
constexpr char kSeparatorTerm[] = "\x02";

struct Piece {
  std::string text;
  std::size_t start;
  std::size_t end;
};

int CollectPiece(void* pieces, int, const char* text, int size, int start, int end) {
  static_cast<std::vector<Piece>*>(pieces)->push_back({std::string(text, static_cast<std::size_t>(size)),
                                                       static_cast<std::size_t>(start), static_cast<std::size_t>(end)});
  return SQLITE_OK;
}

using TakeTerm = int (*)(void* context, int flags, const char* term, int size, int start, int end);

// The terms of one value, which begins at `offset` of what is tokenized.
int TakeTerms(Tokenizer& tokenizer, int flags, absl::string_view value, std::size_t offset, void* context,
              TakeTerm take) {
  const bool word = (flags & FTS5_TOKENIZE_QUERY) == 0 || (flags & FTS5_TOKENIZE_PREFIX) != 0;
  const bool stem = (flags & FTS5_TOKENIZE_PREFIX) == 0;
  for (const Token& token : tokenizer.Tokenize(value)) {
    const int start = static_cast<int>(offset + token.start);
    const int end = static_cast<int>(offset + token.end);
    if (stem) {
      const std::string marked = kStemMark + token.stem;
      const int result = take(context, 0, marked.data(), static_cast<int>(marked.size()), start, end);
      if (result != SQLITE_OK) return result;
    }
    if (word) {
      const int result = take(context, stem ? FTS5_TOKEN_COLOCATED : 0, token.word.data(),
                              static_cast<int>(token.word.size()), start, end);
      if (result != SQLITE_OK) return result;
    }
  }
  return SQLITE_OK;
}

// What FTS5 calls.
int CreateForFts5(void* fts5, const char**, int, Fts5Tokenizer** created) {
  *created = reinterpret_cast<Fts5Tokenizer*>(new Tokenizer(static_cast<fts5_api*>(fts5)));
  return SQLITE_OK;
}

void DeleteForFts5(Fts5Tokenizer* tokenizer) { delete reinterpret_cast<Tokenizer*>(tokenizer); }

int TokenizeForFts5(Fts5Tokenizer* fts5_tokenizer, void* context, int flags, const char* bytes, int size,
                    TakeTerm take) {
  Tokenizer& tokenizer = *reinterpret_cast<Tokenizer*>(fts5_tokenizer);
  const absl::string_view text(bytes, static_cast<std::size_t>(size));
  std::size_t offset = 0;
  for (;;) {
    const std::size_t end = text.find(kValueSeparator, offset);
    int result = TakeTerms(tokenizer, flags, text.substr(offset, end - offset), offset, context, take);
    if (result != SQLITE_OK || end == text.npos) return result;
    result = take(context, 0, kSeparatorTerm, 1, static_cast<int>(end), static_cast<int>(end) + 1);
    if (result != SQLITE_OK) return result;
    offset = end + 1;
  }
}

}  // namespace

// One of FTS5's own.
class Tokenizer::BuiltIn {
 public:
  BuiltIn(fts5_api* fts5, const char* name, std::vector<const char*> arguments) {
    void* context = nullptr;
    if (fts5->xFindTokenizer(fts5, name, &context, &functions_) != SQLITE_OK ||
        functions_.xCreate(context, arguments.data(), static_cast<int>(arguments.size()), &tokenizer_) != SQLITE_OK) {
      std::fprintf(stderr, "SQLite: no tokenizer \"%s\"\n", name);
      std::abort();
    }
  }
  ~BuiltIn() { functions_.xDelete(tokenizer_); }
  BuiltIn(const BuiltIn&) = delete;
  BuiltIn& operator=(const BuiltIn&) = delete;

  void Tokenize(absl::string_view text, std::vector<Piece>* pieces) {
    functions_.xTokenize(tokenizer_, pieces, FTS5_TOKENIZE_AUX, text.data(), static_cast<int>(text.size()),
                         CollectPiece);
  }

 private:
  fts5_tokenizer functions_;
  Fts5Tokenizer* tokenizer_ = nullptr;
};

Tokenizer::Tokenizer() : Tokenizer(nullptr) {}

Tokenizer::Tokenizer(fts5_api* fts5) {
  if (fts5 == nullptr) {
    database_ = OpenInMemory();
    fts5 = Fts5(database_.get());
  }
  words_ = std::make_unique<BuiltIn>(fts5, "unicode61", std::vector<const char*>{"remove_diacritics", "2"});
  stems_ = std::make_unique<BuiltIn>(fts5, "porter", std::vector<const char*>{"unicode61", "remove_diacritics", "2"});
}

Tokenizer::~Tokenizer() = default;

std::vector<Token> Tokenizer::Tokenize(absl::string_view text) {
  std::vector<Piece> words;
  std::vector<Piece> stems;
  words_->Tokenize(text, &words);
  stems_->Tokenize(text, &stems);
  std::vector<Token> tokens;
  tokens.reserve(words.size());
  // The stemmer changes each word of the other and leaves none out.
  for (std::size_t i = 0; i < words.size(); ++i) {
    tokens.push_back({std::move(words[i].text), std::move(stems[i].text), words[i].start, words[i].end});
  }
  return tokens;
}

void Tokenizer::Register(sqlite3* database) {
  fts5_api* fts5 = Fts5(database);
  fts5_tokenizer functions = {CreateForFts5, DeleteForFts5, TokenizeForFts5};
  if (fts5->xCreateTokenizer(fts5, kName, fts5, &functions, nullptr) != SQLITE_OK) {
    std::fprintf(stderr, "SQLite: cannot register a tokenizer\n");
    std::abort();
  }
}

}  // namespace hotline::server
