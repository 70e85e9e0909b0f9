#include "server/search/searched_texts.h"

#include "absl/strings/str_cat.h"

namespace hotline::server {

std::string TextPath::ToString() const {
  std::string path = field;
  if (index >= 0) absl::StrAppend(&path, "[", index, "]");
  if (*subfield != '\0') absl::StrAppend(&path, ".", subfield);
  if (subindex >= 0) absl::StrAppend(&path, "[", subindex, "]");
  return path;
}

SearchedTexts::SearchedTexts(const v1::Corpus& summary) {
  for (const v1::Participant& participant : summary.participants()) {
    display_names_.emplace(participant.name(), participant.display_name());
  }
}

void SearchedTexts::ForEachParticipant(const char* field, const google::protobuf::RepeatedPtrField<std::string>& names,
                                       Visit visit) const {
  for (int i = 0; i < names.size(); ++i) {
    const auto found = display_names_.find(names[i]);
    if (found != display_names_.end()) visit(SearchColumn::kParticipants, {field, i}, found->second);
  }
}

void SearchedTexts::ForEach(const v1::Document& document, Visit visit_all) const {
  const auto visit = [visit_all](SearchColumn column, const TextPath& path, absl::string_view text) {
    if (!text.empty()) visit_all(column, path, text);
  };
  visit(SearchColumn::kTitle, {"title"}, document.title());
  visit(SearchColumn::kSummary, {"summary"}, document.summary());
  ForEachParticipant("authors", document.authors(), visit);
  ForEachParticipant("recipients", document.recipients(), visit);
  ForEachParticipant("copied_to", document.copied_to(), visit);
  for (int i = 0; i < document.dates_size(); ++i) {
    visit(SearchColumn::kNotes, {"dates", i, "note"}, document.dates(i).note());
  }
  for (int i = 0; i < document.events_size(); ++i) {
    const v1::Event& event = document.events(i);
    visit(SearchColumn::kActs, {"events", i, "place"}, event.place());
    visit(SearchColumn::kActs, {"events", i, "actor"}, event.actor());
    visit(SearchColumn::kActs, {"events", i, "channel"}, event.channel());
    visit(SearchColumn::kNotes, {"events", i, "note"}, event.note());
  }
  for (int i = 0; i < document.entries_size(); ++i) {
    visit(SearchColumn::kHeadings, {"entries", i, "heading"}, document.entries(i).heading());
  }
  for (int i = 0; i < document.identifiers_size(); ++i) {
    const v1::Identifier& identifier = document.identifiers(i);
    visit(SearchColumn::kIdentifiers, {"identifiers", i, "value"}, identifier.value());
    for (int k = 0; k < identifier.aliases_size(); ++k) {
      visit(SearchColumn::kIdentifiers, {"identifiers", i, "aliases", k}, identifier.aliases(k));
    }
  }
  visit(SearchColumn::kText, {"text"}, document.text());
}

}  // namespace hotline::server
