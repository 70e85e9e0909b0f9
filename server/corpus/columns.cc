#include "server/corpus/columns.h"

#include "server/corpus/historical_date.h"

namespace hotline::server {

Columns::Columns(const v1::Corpus& summary, absl::Span<const v1::Document> documents) {
  for (const v1::Participant& participant : summary.participants()) participants_.Of(participant.name());
  for (const v1::Source& source : summary.sources()) sources_.Of(source.name());
  kinds_.reserve(documents.size());
  publicities_.reserve(documents.size());
  for (const v1::Document& document : documents) {
    kinds_.push_back(static_cast<std::uint8_t>(document.kind()));
    publicities_.push_back(static_cast<std::uint8_t>(document.publicity()));
    for (const std::string& name : document.authors()) authors_.Add(participants_.Of(name));
    authors_.EndDocument();
    for (const std::string& name : document.recipients()) recipients_.Add(participants_.Of(name));
    recipients_.EndDocument();
    for (const v1::DateClaim& claim : document.dates()) {
      dates_.Add({absl::ToUnixMicros(FromTimestamp(claim.date().earliest())),
                  absl::ToUnixMicros(FromTimestamp(claim.date().latest())), sources_.Of(claim.source())});
    }
    dates_.EndDocument();
  }
  authors_.ShrinkToFit();
  recipients_.ShrinkToFit();
  dates_.ShrinkToFit();
}

std::uint32_t Columns::Numbers::Of(const std::string& name) {
  const auto [found, is_new] = by_name.emplace(name, static_cast<std::uint32_t>(names.size()));
  if (is_new) names.push_back(&name);
  return found->second;
}

std::optional<std::uint32_t> Columns::Numbers::Find(absl::string_view name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace hotline::server
