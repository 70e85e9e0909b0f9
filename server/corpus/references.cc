#include "server/corpus/references.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostReferenceBytes = 200;
constexpr int kMostDocuments = 1'000;
// Below every client's limit for a message of 4 MiB.
constexpr std::size_t kMostBytes = 3'000'000;

// What somebody wrote, as each kind of reference is compared.
struct Sought {
  std::string identifier;
  std::string id;
  std::string number;
};

Sought ReadReference(absl::string_view reference) {
  Sought sought;
  sought.identifier = NormalisedReference(reference);
  sought.id = std::string(absl::StripPrefix(sought.identifier, "documents"));
  // "No. 11" and "number 11" mean the printed number 11.
  absl::string_view number = sought.identifier;
  if (!absl::ConsumePrefix(&number, "number")) absl::ConsumePrefix(&number, "no");
  sought.number = std::string(number);
  return sought;
}

bool Means(const v1::Identifier& identifier, const std::string& sought) {
  return NormalisedReference(identifier.value()) == sought ||
         std::any_of(identifier.aliases().begin(), identifier.aliases().end(),
                     [&](const std::string& alias) { return NormalisedReference(alias) == sought; });
}

// Every document that may be meant, in timeline order.
std::vector<std::size_t> Candidates(const ReferenceIndex& index, const Sought& sought) {
  std::vector<std::size_t> candidates;
  for (const std::string& reference : {sought.identifier, sought.id, sought.number}) {
    index.Find(reference, &candidates);
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

// Adds every way in which the document is meant.
void AddMatches(const v1::Document& document, const Sought& sought, const ReadMask& mask,
                v1::ResolveReferenceResponse* response) {
  const auto add = [&](v1::ReferenceKind kind, absl::string_view value) -> v1::ReferenceMatch& {
    v1::ReferenceMatch& match = *response->add_matches();
    mask.Copy(document, match.mutable_document());
    match.set_kind(kind);
    match.set_value(std::string(value));
    return match;
  };
  const absl::string_view id = absl::StripPrefix(document.name(), "documents/");
  const std::string normalised_id = NormalisedReference(id);
  if (normalised_id == sought.identifier || normalised_id == sought.id) add(v1::REFERENCE_KIND_NAME, id);
  for (const v1::CatalogEntry& entry : document.entries()) {
    if (!sought.number.empty() && NormalisedReference(entry.printed_number()) == sought.number) {
      add(v1::REFERENCE_KIND_PRINTED_NUMBER, entry.printed_number()).set_position(entry.position());
    }
  }
  for (const v1::Identifier& identifier : document.identifiers()) {
    if (Means(identifier, sought.identifier)) add(v1::REFERENCE_KIND_IDENTIFIER, identifier.value());
  }
}

}  // namespace

absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const Corpus& corpus, absl::string_view reference,
                                                              const ReadMask& mask) {
  if (reference.size() > kMostReferenceBytes) {
    return InvalidField("reference", absl::StrCat("it has ", reference.size(), " bytes; at most ", kMostReferenceBytes,
                                                  " are allowed"));
  }
  const Sought sought = ReadReference(reference);
  if (sought.identifier.empty()) {
    return InvalidField("reference", absl::StrCat(Quoted(reference), " has no letter and no digit"));
  }

  v1::ResolveReferenceResponse response;
  response.set_revision(corpus.revision());
  int documents = 0;
  std::size_t bytes = 0;
  for (const std::size_t candidate : Candidates(corpus.references(), sought)) {
    const int before = response.matches_size();
    AddMatches(corpus.documents()[candidate], sought, mask, &response);
    if (response.matches_size() == before) continue;
    ++documents;
    for (int i = before; i < response.matches_size(); ++i) bytes += response.matches(i).ByteSizeLong();
    if (documents > kMostDocuments || bytes > kMostBytes) {
      return Failure(absl::StatusCode::kFailedPrecondition, "REFERENCE_TOO_COMMON",
                     absl::StrCat("too many documents are called ", Quoted(reference), "; at most ", kMostDocuments,
                                  " fit into an answer, in ", kMostBytes, " bytes"));
    }
  }
  if (documents == 0) {
    return ResourceNotFound("reference", reference,
                            "known are document ids, printed numbers, and the identifiers that GetDocument shows",
                            "REFERENCE_NOT_FOUND");
  }
  response.set_outcome(documents == 1 ? v1::REFERENCE_OUTCOME_UNIQUE : v1::REFERENCE_OUTCOME_AMBIGUOUS);
  return response;
}

}  // namespace hotline::server
