#include "server/search/query.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "server/corpus/errors.h"
#include "server/corpus/utf8.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostBytes = 1'000;
constexpr std::size_t kMostWords = 32;
// FTS5 gathers the places of all words that begin so before it gives the first document, and hears nothing meanwhile:
// at a million documents that is up to a second for each.
constexpr int kMostBeginnings = 8;

// Operators of one query language or another. Read as mere punctuation or words, they would find something else than
// was meant.
constexpr absl::string_view kReservedSigns = "()[]{}+|&^~<>=:\\";
constexpr absl::string_view kReservedWords[] = {"AND", "OR", "NOT", "NEAR"};

bool IsBlank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsQuote(char32_t c) {
  return c == '"' || (c >= 0x201C && c <= 0x201F) || c == 0xAB || c == 0xBB;  // “ ” „ ‟ « »
}

// What word processors make of a '-', and what else looks like one.
bool IsDash(char32_t c) { return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE63 || c == 0xFF0D; }

bool IsReserved(char32_t c) { return c < 0x80 && kReservedSigns.find(static_cast<char>(c)) != kReservedSigns.npos; }

bool IsControl(char32_t c) { return (c < 0x20 || (c >= 0x7F && c < 0xA0)) && !IsBlank(c); }

// The tokenizer takes them for letters.
bool IsPrivate(char32_t c) { return (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000; }

// Soft hyphens, joiners, variation selectors, fillers, marks of direction and the like (Unicode's
// Default_Ignorable_Code_Point, and annotations): they would part words or be letters of them, and nobody could see
// why.
bool IsInvisible(char32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
         (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0x3164 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c == 0xFFA0 ||
         (c >= 0xFFF0 && c <= 0xFFFB) || (c >= 0x1BCA0 && c <= 0x1BCA3) || (c >= 0x1D173 && c <= 0x1D17A) ||
         (c >= 0xE0000 && c <= 0xE0FFF);
}

struct Character {
  char32_t code_point;
  std::size_t byte;  // where it begins
};

// `text` is well-formed.
std::vector<Character> Decode(absl::string_view text) {
  std::vector<Character> characters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) == 0x80U) {
      characters.back().code_point = characters.back().code_point << 6U | (byte & 0x3FU);
    } else {
      const unsigned mask = byte < 0x80 ? 0x7FU : byte < 0xE0 ? 0x1FU : byte < 0xF0 ? 0x0FU : 0x07U;
      characters.push_back({byte & mask, i});
    }
  }
  return characters;
}

int CountCodePoints(absl::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Reads well-formed UTF-8 of at most kMostBytes. Places are in code points.
class Parser {
 public:
  Parser(absl::string_view text, absl::string_view field, Tokenizer& tokenizer)
      : text_(text), field_(field), tokenizer_(tokenizer), characters_(Decode(text)) {}

  absl::StatusOr<Query> Parse() {
    if (absl::Status status = CheckCharacters(); !status.ok()) return status;
    for (SkipBlanks(); at_ < size(); SkipBlanks()) {
      if (absl::Status status = ReadTerm(); !status.ok()) return status;
    }
    const std::vector<QueryTerm>& terms = query_.terms;
    if (terms.empty()) {
      return Wrong(0, size(), "there is no word to look for; ListDocuments gives documents without one");
    }
    if (std::all_of(terms.begin(), terms.end(), [](const QueryTerm& term) { return term.excluded; })) {
      return Wrong(static_cast<std::size_t>(terms.front().position),
                   static_cast<std::size_t>(terms.back().position + terms.back().length),
                   "every word is excluded; at least one without '-' is needed");
    }
    return std::move(query_);
  }

 private:
  std::size_t size() const { return characters_.size(); }
  char32_t At(std::size_t i) const { return characters_[i].code_point; }
  std::size_t ByteOf(std::size_t i) const { return i < size() ? characters_[i].byte : text_.size(); }
  absl::string_view Text(std::size_t from, std::size_t to) const {
    return text_.substr(ByteOf(from), ByteOf(to) - ByteOf(from));
  }
  bool EndsAt(std::size_t i) const { return i >= size() || IsBlank(At(i)); }
  void SkipBlanks() {
    while (at_ < size() && IsBlank(At(at_))) ++at_;
  }

  // `from` up to, not including, `to` is wrong.
  absl::Status Wrong(std::size_t from, std::size_t to, absl::string_view description) const {
    return InvalidQuery(field_, static_cast<int>(from), static_cast<int>(to - from), description);
  }
  // The same in bytes of a term's text, which begins at `start`.
  absl::Status WrongWord(std::size_t start, const QueryTerm& term, const Token& word,
                         absl::string_view description) const {
    const absl::string_view text = term.text;
    const int position = CountCodePoints(text.substr(0, word.start));
    const int length = CountCodePoints(text.substr(word.start, word.end - word.start));
    return InvalidQuery(field_, static_cast<int>(start) + position, length, description);
  }

  // What may stand nowhere, not even in quotes.
  absl::Status CheckCharacters() const {
    for (std::size_t i = 0; i < size(); ++i) {
      const char32_t c = At(i);
      const absl::string_view fault = IsControl(c)     ? "is a control character"
                                      : IsPrivate(c)   ? "is a character of private use"
                                      : IsInvisible(c) ? "cannot be seen"
                                                       : "";
      if (fault.empty()) continue;
      return Wrong(i, i + 1,
                   absl::StrFormat("U+%04X %s; letters, digits, punctuation and blanks are allowed",
                                   static_cast<unsigned>(c), fault));
    }
    return absl::OkStatus();
  }

  // Where at_ is, there is no blank.
  absl::Status ReadTerm() {
    const std::size_t begin = at_;
    QueryTerm term;
    term.position = static_cast<int>(begin);
    term.excluded = At(at_) == '-';
    if (term.excluded) ++at_;
    if (EndsAt(at_)) return Wrong(begin, at_, "'-' stands alone; it excludes the word or phrase right behind it");
    if (At(at_) == '-' || IsDash(At(at_))) {
      return Wrong(at_, at_ + 1, "a dash before a word; a single '-' excludes the word or phrase right behind it");
    }
    const bool quoted = IsQuote(At(at_));
    const std::size_t text_begin = quoted ? at_ + 1 : at_;
    if (absl::Status status = quoted ? ReadPhrase(&term) : ReadWord(&term); !status.ok()) return status;
    term.words = tokenizer_.Tokenize(term.text);
    if (term.words.empty()) return Wrong(begin, at_, "here is no letter and no digit, and so nothing to look for");
    if (absl::Status status = CheckWords(term, quoted, text_begin); !status.ok()) return status;
    term.length = static_cast<int>(at_ - begin);
    query_.terms.push_back(std::move(term));
    return absl::OkStatus();
  }

  // From an opening quote to behind the closing one.
  absl::Status ReadPhrase(QueryTerm* term) {
    const std::size_t open = at_++;
    while (at_ < size() && !IsQuote(At(at_)) && At(at_) != '*') ++at_;
    if (at_ == size()) return Wrong(open, size(), "the quote that begins here has no end");
    if (At(at_) == '*') return Wrong(at_, at_ + 1, "'*' in quotes; it goes behind a word without quotes");
    term->text = std::string(Text(open + 1, at_++));
    if (EndsAt(at_)) return absl::OkStatus();
    if (At(at_) == '*') return Wrong(at_, at_ + 1, "'*' behind a quote; it goes behind a word without quotes");
    return Wrong(at_, at_ + 1, "behind the closing quote, a blank or the end is wanted");
  }

  // Up to a blank.
  absl::Status ReadWord(QueryTerm* term) {
    const std::size_t begin = at_;
    for (; !EndsAt(at_); ++at_) {
      const char32_t c = At(at_);
      if (IsQuote(c)) return Wrong(at_, at_ + 1, "a quote within a word; before one, a blank or '-' is wanted");
      if (IsReserved(c)) {
        return Wrong(
            at_, at_ + 1,
            absl::StrCat("'", Text(at_, at_ + 1), "' has no meaning here; leave it out, or put the words in quotes"));
      }
      if (c == '*') break;
    }
    term->text = std::string(Text(begin, at_));
    if (EndsAt(at_)) return absl::OkStatus();
    term->prefix = true;
    const std::vector<Token> words = tokenizer_.Tokenize(term->text);
    if (words.empty() || words.back().end < term->text.size() || !EndsAt(at_ + 1)) {
      return Wrong(at_, at_ + 1,
                   "'*' stands for the rest of a word: one goes right behind its first letters or digits");
    }
    if (++beginnings_ > kMostBeginnings) {
      return Wrong(at_, at_ + 1, absl::StrCat("one '*' too many; at most ", kMostBeginnings, " are allowed"));
    }
    ++at_;
    return absl::OkStatus();
  }

  // `begin`: where the term's text does.
  absl::Status CheckWords(const QueryTerm& term, bool quoted, std::size_t begin) {
    for (const Token& word : term.words) {
      const absl::string_view typed = absl::string_view(term.text).substr(word.start, word.end - word.start);
      if (!quoted &&
          std::find(std::begin(kReservedWords), std::end(kReservedWords), typed) != std::end(kReservedWords)) {
        return WrongWord(
            begin, term, word,
            absl::StrCat(typed,
                         " in capitals has no meaning here: all words are looked for, and '-' excludes one; "
                         "to look for this word, write it in small letters"));
      }
      if (++words_ > kMostWords) {
        return WrongWord(begin, term, word, absl::StrCat("one word too many; at most ", kMostWords, " are allowed"));
      }
    }
    return absl::OkStatus();
  }

  const absl::string_view text_;
  const absl::string_view field_;
  Tokenizer& tokenizer_;
  const std::vector<Character> characters_;
  std::size_t at_ = 0;
  std::size_t words_ = 0;
  int beginnings_ = 0;
  Query query_;
};

}  // namespace

absl::StatusOr<Query> ParseQuery(absl::string_view query, absl::string_view field, Tokenizer& tokenizer) {
  const std::size_t good = Utf8Prefix(query);
  if (good < query.size()) {
    return InvalidQuery(field, CountCodePoints(query.substr(0, good)), 1, "here is a byte that is not UTF-8");
  }
  if (query.size() > kMostBytes) {
    const std::size_t fits = Utf8Prefix(query.substr(0, kMostBytes));
    return InvalidQuery(
        field, CountCodePoints(query.substr(0, fits)), CountCodePoints(query.substr(fits)),
        absl::StrCat("here it is too long: it has ", query.size(), " bytes; at most ", kMostBytes, " are allowed"));
  }
  return Parser(query, field, tokenizer).Parse();
}

std::string ToFts5(const Query& query) {
  std::string wanted;
  std::string excluded;
  for (const QueryTerm& term : query.terms) {
    const std::string quoted =
        absl::StrCat("\"", absl::StrReplaceAll(term.text, {{"\"", "\"\""}}), "\"", term.prefix ? " *" : "");
    if (term.excluded) {
      absl::StrAppend(&excluded, " NOT ", quoted);
    } else {
      absl::StrAppend(&wanted, wanted.empty() ? "" : " AND ", quoted);
    }
  }
  return excluded.empty() ? wanted : absl::StrCat("(", wanted, ")", excluded);
}

}  // namespace hotline::server
