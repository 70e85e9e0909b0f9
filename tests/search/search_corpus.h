#ifndef HOTLINE_TESTS_SEARCH_SEARCH_CORPUS_H_
#define HOTLINE_TESTS_SEARCH_SEARCH_CORPUS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/corpus/corpus.h"
#include "server/corpus/historical_date.h"
#include "server/search/archive.h"
#include "server/search/query.h"
#include "server/search/search_index.h"

namespace hotline::server {

// Two participants, two sources, and America/New_York as the zone.
inline v1::Corpus SearchSummary() {
  v1::Corpus summary;
  summary.set_default_time_zone("America/New_York");
  for (const auto& [name, display_name] : std::vector<std::pair<std::string, std::string>>{
           {"participants/kennedy", "John F. Kennedy"}, {"participants/khrushchev", "Nikita S. Khrushchev"}}) {
    v1::Participant* participant = summary.add_participants();
    participant->set_name(name);
    participant->set_display_name(display_name);
  }
  for (const char* source : {"sources/edition", "sources/aid"}) summary.add_sources()->set_name(source);
  return summary;
}

// A document with a title, and the edition's claim of a date unless that is empty.
inline v1::Document TitledDocument(const std::string& id, const std::string& title, const std::string& date = "") {
  v1::Document document;
  document.set_name(absl::StrCat("documents/", id));
  document.set_title(title);
  if (!date.empty()) {
    v1::DateClaim* claim = document.add_dates();
    claim->set_source("sources/edition");
    *claim->mutable_date() = *ParseDate(date, "America/New_York");
  }
  return document;
}

inline std::shared_ptr<const Corpus> SearchCorpus(std::vector<v1::Document> documents) {
  return std::make_shared<const Corpus>(SearchSummary(), std::move(documents));
}

// The query, which is well-formed.
inline Query Parsed(const std::string& text) {
  Tokenizer tokenizer;
  return ParseQuery(text, "query", tokenizer).value();
}

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_SEARCH_SEARCH_CORPUS_H_
