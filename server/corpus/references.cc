#include "server/corpus/references.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostBytes = 200;

// Letters and digits only, in lower case: how references are compared. Letters beyond ASCII are kept as they are.
std::string Normalised(absl::string_view text) {
  std::string key;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) key.push_back(absl::ascii_tolower(byte));
    if (byte >= 0x80) key.push_back(c);
  }
  return key;
}

// "No. 11" and "number 11" mean the printed number 11.
std::string AsPrintedNumber(const std::string& key) {
  absl::string_view rest = key;
  if (!absl::ConsumePrefix(&rest, "number")) absl::ConsumePrefix(&rest, "no");
  return std::string(rest);
}

bool Means(const v1::Identifier& identifier, const std::string& key) {
  return Normalised(identifier.value()) == key ||
         std::any_of(identifier.aliases().begin(), identifier.aliases().end(),
                     [&](const std::string& alias) { return Normalised(alias) == key; });
}

}  // namespace

absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const Corpus& corpus, absl::string_view reference,
                                                              const ReadMask& mask) {
  if (reference.size() > kMostBytes) {
    return InvalidField("reference",
                        absl::StrCat("it has ", reference.size(), " bytes; at most ", kMostBytes, " are allowed"));
  }
  const std::string key = Normalised(reference);
  if (key.empty()) {
    return InvalidField("reference", absl::StrCat(Quoted(reference), " has no letter and no digit"));
  }
  const std::string number = AsPrintedNumber(key);

  v1::ResolveReferenceResponse response;
  response.set_revision(corpus.revision());
  int meant = 0;
  for (const v1::Document& document : corpus.documents()) {
    const int before = response.matches_size();
    const auto add = [&](v1::ReferenceKind kind, absl::string_view value) -> v1::ReferenceMatch& {
      v1::ReferenceMatch& match = *response.add_matches();
      mask.Copy(document, match.mutable_document());
      match.set_kind(kind);
      match.set_value(std::string(value));
      return match;
    };
    const absl::string_view id = absl::StripPrefix(document.name(), "documents/");
    if (key == Normalised(id) || key == Normalised(document.name())) add(v1::REFERENCE_KIND_NAME, id);
    for (const v1::CatalogEntry& entry : document.entries()) {
      if (!number.empty() && Normalised(entry.printed_number()) == number) {
        add(v1::REFERENCE_KIND_PRINTED_NUMBER, entry.printed_number()).set_position(entry.position());
      }
    }
    for (const v1::Identifier& identifier : document.identifiers()) {
      if (Means(identifier, key)) add(v1::REFERENCE_KIND_IDENTIFIER, identifier.value());
    }
    if (response.matches_size() > before) ++meant;
  }
  if (meant == 0) {
    return ResourceNotFound("reference", reference,
                            "known are document ids, printed numbers, and the identifiers that GetDocument shows",
                            "REFERENCE_NOT_FOUND");
  }
  response.set_outcome(meant == 1 ? v1::REFERENCE_OUTCOME_UNIQUE : v1::REFERENCE_OUTCOME_AMBIGUOUS);
  return response;
}

}  // namespace hotline::server
