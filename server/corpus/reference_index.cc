#include "server/corpus/reference_index.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace hotline::server {
namespace {

// The first entry that a reference may have.
std::uint64_t FirstEntry(absl::string_view normalised) {
  return static_cast<std::uint64_t>(absl::Hash<absl::string_view>()(normalised)) << 32;
}

}  // namespace

std::string NormalisedReference(absl::string_view text) {
  std::string key;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) key.push_back(absl::ascii_tolower(byte));
    if (byte >= 0x80) key.push_back(c);
  }
  return key;
}

ReferenceIndex::ReferenceIndex(absl::Span<const v1::Document> documents) {
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto add = [&](absl::string_view reference) {
      const std::string normalised = NormalisedReference(reference);
      if (!normalised.empty()) entries_.push_back(FirstEntry(normalised) | i);
    };
    add(absl::StripPrefix(documents[i].name(), "documents/"));
    for (const v1::CatalogEntry& entry : documents[i].entries()) add(entry.printed_number());
    for (const v1::Identifier& identifier : documents[i].identifiers()) {
      add(identifier.value());
      for (const std::string& alias : identifier.aliases()) add(alias);
    }
  }
  std::sort(entries_.begin(), entries_.end());
  entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
  entries_.shrink_to_fit();
}

void ReferenceIndex::Find(absl::string_view normalised, std::vector<std::size_t>* documents) const {
  const std::uint64_t first = FirstEntry(normalised);
  for (auto entry = std::lower_bound(entries_.begin(), entries_.end(), first);
       entry != entries_.end() && (*entry >> 32) == (first >> 32); ++entry) {
    documents->push_back(static_cast<std::uint32_t>(*entry));
  }
}

}  // namespace hotline::server
