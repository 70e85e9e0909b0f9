#include "server/search/field_matches.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/match.h"
#include "absl/types/span.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostMatches = 20;
constexpr std::size_t kMostRanges = 100;
// In bytes. A text up to the first length is its own snippet; others have so much before the first word that was found,
// and this length together, cut between words.
constexpr std::size_t kWholeSnippet = 200;
constexpr std::size_t kBeforeFirst = 60;
constexpr std::size_t kSnippet = 160;

// Bytes of a text.
struct ByteRange {
  std::size_t start;
  std::size_t end;  // exclusive
};

// Whether a word of a text is the i-th of a term.
bool IsWord(const QueryTerm& term, std::size_t i, const Token& found) {
  const Token& wanted = term.words[i];
  if (!term.prefix) return found.stem == wanted.stem;
  if (i + 1 < term.words.size()) return found.word == wanted.word || found.stem == wanted.word;
  return absl::StartsWith(found.word, wanted.word) || absl::StartsWith(found.stem, wanted.word);
}

bool IsTermAt(const QueryTerm& term, absl::Span<const Token> tokens, std::size_t at) {
  if (tokens.size() - at < term.words.size()) return false;
  for (std::size_t i = 0; i < term.words.size(); ++i) {
    if (!IsWord(term, i, tokens[at + i])) return false;
  }
  return true;
}

// In order, without overlap.
std::vector<ByteRange> FindTerms(const Query& query, absl::Span<const Token> tokens) {
  std::vector<ByteRange> ranges;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    std::size_t end = 0;  // of the longest term that begins here
    for (const QueryTerm& term : query.terms) {
      if (term.excluded || !IsTermAt(term, tokens, at)) continue;
      end = std::max(end, tokens[at + term.words.size() - 1].end);
    }
    if (end == 0) continue;
    if (!ranges.empty() && tokens[at].start < ranges.back().end) {
      ranges.back().end = std::max(ranges.back().end, end);
    } else {
      ranges.push_back({tokens[at].start, end});
    }
  }
  return ranges;
}

ByteRange SnippetOf(absl::string_view text, absl::Span<const Token> tokens, const ByteRange& first) {
  if (text.size() <= kWholeSnippet) return {0, text.size()};
  ByteRange snippet = first;
  for (const Token& token : tokens) {
    if (token.start < first.start && token.start + kBeforeFirst >= first.start) {
      snippet.start = std::min(snippet.start, token.start);
    }
    if (token.end > first.end && token.end <= snippet.start + kSnippet) snippet.end = token.end;
  }
  return snippet;
}

// Turns places in bytes into places in code points; asked for in rising order.
class CodePoints {
 public:
  explicit CodePoints(absl::string_view text) : text_(text) {}

  int At(std::size_t byte) {
    for (; byte_ < byte; ++byte_) {
      if ((static_cast<unsigned char>(text_[byte_]) & 0xC0U) != 0x80U) ++code_points_;
    }
    return code_points_;
  }

 private:
  const absl::string_view text_;
  std::size_t byte_ = 0;
  int code_points_ = 0;
};

void SetRange(const ByteRange& range, CodePoints* code_points, v1::TextRange* set) {
  set->set_start(code_points->At(range.start));
  set->set_end(code_points->At(range.end));
}

v1::FieldMatch MakeMatch(const TextPath& path, absl::string_view text, absl::Span<const Token> tokens,
                         const std::vector<ByteRange>& ranges) {
  v1::FieldMatch match;
  match.set_field(path.ToString());
  const ByteRange snippet = SnippetOf(text, tokens, ranges.front());
  match.set_snippet(std::string(text.substr(snippet.start, snippet.end - snippet.start)));
  CodePoints for_snippet(text);
  SetRange(snippet, &for_snippet, match.mutable_snippet_range());
  match.set_text_length(for_snippet.At(text.size()));
  CodePoints for_ranges(text);
  for (std::size_t i = 0; i < ranges.size() && i < kMostRanges; ++i) {
    SetRange(ranges[i], &for_ranges, match.add_ranges());
  }
  return match;
}

}  // namespace

std::vector<v1::FieldMatch> FindFieldMatches(const Query& query, const SearchedTexts& texts,
                                             const v1::Document& document, Tokenizer& tokenizer) {
  std::vector<v1::FieldMatch> matches;
  texts.ForEach(document, [&](SearchColumn, const TextPath& path, absl::string_view text) {
    if (matches.size() == kMostMatches) return;
    const std::vector<Token> tokens = tokenizer.Tokenize(text);
    const std::vector<ByteRange> ranges = FindTerms(query, tokens);
    if (!ranges.empty()) matches.push_back(MakeMatch(path, text, tokens, ranges));
  });
  return matches;
}

}  // namespace hotline::server
