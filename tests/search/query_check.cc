#include "tests/search/query_check.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "server/corpus/errors.h"
#include "server/corpus/utf8.h"
#include "server/search/query.h"

namespace hotline::server {
namespace {

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

int CodePointsOf(absl::string_view text) {
  return static_cast<int>(text.size()) - static_cast<int>(std::count_if(text.begin(), text.end(), Continues));
}

// From the code point `position` on, `length` of them.
absl::string_view Piece(absl::string_view text, int position, int length) {
  const auto byte_of = [text](int code_point) {
    std::size_t byte = 0;
    for (int left = code_point; left > 0 && byte < text.size(); --left) {
      for (++byte; byte < text.size() && Continues(text[byte]);) ++byte;
    }
    return byte;
  };
  return text.substr(byte_of(position), byte_of(position + length) - byte_of(position));
}

std::string FaultOfRefusal(absl::string_view typed, const absl::Status& status) {
  const int size = CodePointsOf(ToUtf8(typed));
  const QueryPlace place = PlaceOf(status);
  if (status.code() != absl::StatusCode::kInvalidArgument) return "not INVALID_ARGUMENT";
  if (ReasonOf(status) != "INVALID_QUERY") return "not INVALID_QUERY";
  if (!IsUtf8(status.message())) return "a message that is no text";
  if (place.position < 0 || place.length < (size > 0 ? 1 : 0) || place.position + place.length > size) {
    return "a place that is not within the query";
  }
  return "";
}

// Whether the piece of the query that a term says it is gives this term again.
bool ReadsTheSameAlone(absl::string_view typed, const QueryTerm& term, Tokenizer& tokenizer) {
  absl::string_view piece = Piece(typed, term.position, term.length);
  if (term.excluded) {
    if (piece.empty() || piece.front() != '-') return false;
    piece.remove_prefix(1);
  }
  const absl::StatusOr<Query> alone = ParseQuery(piece, "query", tokenizer);
  return alone.ok() && alone->terms.size() == 1 && alone->terms[0].text == term.text &&
         alone->terms[0].prefix == term.prefix && !alone->terms[0].excluded;
}

std::string FaultOfTerms(absl::string_view typed, const Query& query, Tokenizer& tokenizer) {
  int end = 0;
  std::size_t words = 0;
  bool wanted = false;
  for (const QueryTerm& term : query.terms) {
    if (term.position < end || term.length < 1) return "terms out of order";
    end = term.position + term.length;
    if (term.words.empty()) return "a term without a word";
    if (!IsUtf8(term.text)) return "a term that is no text";
    std::size_t word_end = 0;
    for (const Token& word : term.words) {
      if (word.word.empty() || word.stem.empty()) return "an empty word";
      if (word.start < word_end || word.end <= word.start || word.end > term.text.size()) return "words out of order";
      word_end = word.end;
    }
    if (term.prefix && word_end != term.text.size()) return "a '*' that is not behind a word";
    if (!ReadsTheSameAlone(typed, term, tokenizer)) return "a term that alone is another";
    words += term.words.size();
    wanted = wanted || !term.excluded;
  }
  if (end > CodePointsOf(typed)) return "a term behind the end";
  if (words > 32) return "too many words";
  if (typed.size() > 1'000) return "too many bytes";
  return wanted ? "" : "nothing to look for";
}

}  // namespace

QueryPlace PlaceOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload(absl::StrCat("type.googleapis.com/", info.GetDescriptor()->full_name()));
  if (payload.has_value()) info.ParseFromString(std::string(*payload));
  const auto number = [&info](const char* key) {
    const auto found = info.metadata().find(key);
    int value = -1;
    return found != info.metadata().end() && absl::SimpleAtoi(found->second, &value) ? value : -1;
  };
  return {number("position"), number("length")};
}

std::string FaultOf(absl::string_view typed, Tokenizer& tokenizer, const SearchedTable& table) {
  const absl::StatusOr<Query> query = ParseQuery(typed, "query", tokenizer);
  if (!query.ok()) return FaultOfRefusal(typed, query.status());
  if (std::string fault = FaultOfTerms(typed, *query, tokenizer); !fault.empty()) return fault;
  const auto matched = table.Match(ToFts5(*query));
  return matched.ok() ? "" : std::string(matched.status().message());
}

}  // namespace hotline::server
