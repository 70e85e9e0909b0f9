#include "server/search/tokenizer.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace hotline::server {
namespace {

// Before a word that is not its own stem, so that no query for a stem finds it.
constexpr char kWordMark = '\x01';
// The term that stands where two values meet.
constexpr char kSeparatorTerm[] = "\x02";

using TakeTerm = int (*)(void* context, int flags, const char* term, int size, int start, int end);

// Gives FTS5 the terms of a word.
class TermWriter {
 public:
  TermWriter(int flags, void* context, TakeTerm take)
      : prefix_((flags & FTS5_TOKENIZE_PREFIX) != 0),
        stems_only_((flags & FTS5_TOKENIZE_QUERY) != 0 && !prefix_),
        context_(context),
        take_(take) {}

  // `offset`: of the value within what is tokenized. False where FTS5 wants no more.
  bool Write(const Tokenizer::View& view, std::size_t offset) {
    const std::size_t start = offset + view.start;
    const std::size_t end = offset + view.end;
    // The beginning of a word has no stem, but may be that of one.
    if (!Write(prefix_ ? view.word : view.stem, 0, start, end)) return false;
    if (stems_only_ || (view.word == view.stem && !prefix_)) return true;
    marked_.assign(1, kWordMark);
    marked_.append(view.word.data(), view.word.size());
    return Write(marked_, FTS5_TOKEN_COLOCATED, start, end);
  }

  bool Write(absl::string_view term, int flags, std::size_t start, std::size_t end) {
    result_ = take_(context_, flags, term.data(), static_cast<int>(term.size()), static_cast<int>(start),
                    static_cast<int>(end));
    return result_ == SQLITE_OK;
  }

  int result() const { return result_; }

 private:
  const bool prefix_;
  const bool stems_only_;
  void* const context_;
  const TakeTerm take_;
  std::string marked_;
  int result_ = SQLITE_OK;
};

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
  TermWriter writer(flags, context, take);
  for (std::size_t offset = 0;;) {
    const std::size_t end = text.find(kValueSeparator, offset);
    tokenizer.ForEach(text.substr(offset, end - offset),
                      [&](const Tokenizer::View& view) { return writer.Write(view, offset); });
    if (writer.result() != SQLITE_OK || end == text.npos) return writer.result();
    if (!writer.Write(kSeparatorTerm, 0, end, end + 1)) return writer.result();
    offset = end + 1;
  }
}

// The tokenizer for which a whole text is one word; it has no state.
int CreateWhole(void*, const char**, int, Fts5Tokenizer** created) {
  static char stateless;
  *created = reinterpret_cast<Fts5Tokenizer*>(&stateless);
  return SQLITE_OK;
}
void DeleteWhole(Fts5Tokenizer*) {}
int TokenizeWhole(Fts5Tokenizer*, void* context, int, const char* text, int size, TakeTerm take) {
  return take(context, 0, text, size, 0, size);
}
constexpr char kWholeName[] = "hotline_whole";

void Create(fts5_api* fts5, const char* name, fts5_tokenizer functions) {
  if (fts5->xCreateTokenizer(fts5, name, fts5, &functions, nullptr) == SQLITE_OK) return;
  std::fprintf(stderr, "SQLite: cannot register the tokenizer %s\n", name);
  std::abort();
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

  void Tokenize(absl::string_view text, void* context, TakeTerm take) {
    functions_.xTokenize(tokenizer_, context, FTS5_TOKENIZE_AUX, text.data(), static_cast<int>(text.size()), take);
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
  Create(fts5, kWholeName, {CreateWhole, DeleteWhole, TokenizeWhole});
  words_ = std::make_unique<BuiltIn>(fts5, "unicode61", std::vector<const char*>{"remove_diacritics", "2"});
  stemmer_ = std::make_unique<BuiltIn>(fts5, "porter", std::vector<const char*>{kWholeName});
}

Tokenizer::~Tokenizer() = default;

void Tokenizer::ForEach(absl::string_view text, absl::FunctionRef<bool(const View&)> take) {
  struct Context {
    BuiltIn* stemmer;
    absl::FunctionRef<bool(const View&)> take;
    View view;
  };
  Context context = {stemmer_.get(), take, {}};
  words_->Tokenize(text, &context, [](void* words, int, const char* word, int size, int start, int end) -> int {
    Context& each = *static_cast<Context*>(words);
    each.view = {absl::string_view(word, static_cast<std::size_t>(size)), "", static_cast<std::size_t>(start),
                 static_cast<std::size_t>(end)};
    int wanted = SQLITE_OK;
    std::pair<Context*, int*> result(&each, &wanted);
    each.stemmer->Tokenize(each.view.word, &result, [](void* pair, int, const char* stem, int length, int, int) -> int {
      auto& [outer, go_on] = *static_cast<std::pair<Context*, int*>*>(pair);
      outer->view.stem = absl::string_view(stem, static_cast<std::size_t>(length));
      if (!outer->take(outer->view)) *go_on = SQLITE_DONE;
      return SQLITE_OK;
    });
    return wanted;
  });
}

std::vector<Token> Tokenizer::Tokenize(absl::string_view text) {
  std::vector<Token> tokens;
  ForEach(text, [&tokens](const View& view) {
    tokens.push_back({std::string(view.word), std::string(view.stem), view.start, view.end});
    return true;
  });
  return tokens;
}

void Tokenizer::Register(sqlite3* database) {
  Create(Fts5(database), kName, {CreateForFts5, DeleteForFts5, TokenizeForFts5});
}

}  // namespace hotline::server
