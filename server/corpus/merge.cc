#include "server/corpus/merge.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/parallel.h"

namespace hotline::server {
namespace {

// "1962-10-28?", as ParseDate reads it; empty where the heading gives no date.
std::string DateExpression(const FindingAidEntry& entry) {
  const HeadingDate& date = entry.heading.date;
  if (date.year == 0) return "";
  std::string expression = absl::StrCat(absl::Dec(date.year, absl::kZeroPad4));
  if (date.month != 0) absl::StrAppend(&expression, "-", absl::Dec(date.month, absl::kZeroPad2));
  if (date.day != 0) absl::StrAppend(&expression, "-", absl::Dec(date.day, absl::kZeroPad2));
  const bool inferred = entry.year_from != 0;
  absl::StrAppend(&expression, date.approximate ? (inferred ? "%" : "~") : (inferred ? "?" : ""));
  return expression;
}

bool IsSameInterval(const v1::HistoricalDate& a, const v1::HistoricalDate& b) {
  return FromTimestamp(a.earliest()) == FromTimestamp(b.earliest()) &&
         FromTimestamp(a.latest()) == FromTimestamp(b.latest()) && a.approximate() == b.approximate();
}

std::string SourceName(const std::string& id) { return absl::StrCat("sources/", id); }
std::string ParticipantName(const std::string& id) { return absl::StrCat("participants/", id); }
std::string DocumentName(const std::string& id) { return absl::StrCat("documents/", id); }

// What documents refer to.
struct Vocabulary {
  explicit Vocabulary(const curation::Curation& curation) {
    for (const curation::Participant& participant : curation.participants()) {
      participant_by_id.emplace(participant.id(), &participant);
      for (const std::string& spelling : participant.also_written()) {
        participant_by_spelling.emplace(spelling, &participant);
      }
    }
    for (int i = 0; i < curation.sources_size(); ++i) rank_of_source.emplace(SourceName(curation.sources(i).id()), i);
  }

  absl::flat_hash_map<std::string, const curation::Participant*> participant_by_id;
  absl::flat_hash_map<std::string, const curation::Participant*> participant_by_spelling;
  absl::flat_hash_map<std::string, int> rank_of_source;
};

v1::Corpus Summary(const FindingAid& aid, const curation::Curation& curation) {
  v1::Corpus summary;
  summary.set_title(curation.title().empty() ? aid.title : curation.title());
  summary.set_default_time_zone(curation.default_time_zone());
  for (const curation::Participant& from : curation.participants()) {
    v1::Participant* to = summary.add_participants();
    to->set_name(ParticipantName(from.id()));
    to->set_display_name(from.display_name());
    to->set_description(from.description());
    to->set_time_zone(from.time_zone());
    to->set_audience(from.audience());
  }
  for (const curation::Source& from : curation.sources()) {
    v1::Source* to = summary.add_sources();
    to->set_name(SourceName(from.id()));
    to->set_short_name(from.short_name());
    to->set_title(from.title());
  }
  for (const curation::Audience& from : curation.audiences()) {
    v1::Audience* to = summary.add_audiences();
    to->set_id(from.id());
    to->set_display_name(from.display_name());
    to->set_time_zone(from.time_zone());
  }
  return summary;
}

// Merges single documents.
class DocumentMerger {
 public:
  DocumentMerger(const FindingAid& aid, const CurationFile& file, const Vocabulary& vocabulary,
                 std::vector<Diagnostic>* diagnostics)
      : aid_(aid),
        file_(file),
        curation_(file.content()),
        lines_(file.lines()),
        vocabulary_(vocabulary),
        diagnostics_(diagnostics) {}

  // The document at this index of the curation.
  MergedDocument Merge(int index) {
    const curation::Document& from = curation_.documents(index);
    lines_ = file_.LinesOf(index);
    MergedDocument merged;
    merged.curation = &from;
    v1::Document& document = merged.document;
    const std::vector<const FindingAidEntry*> entries = EntriesOf(from);
    document.set_name(Exact(DocumentName(from.id())));
    document.set_kind(from.kind());
    document.set_title(from.title());
    document.set_publicity(from.publicity());
    document.set_text(from.text());
    TakeEntries(entries, &document);
    SetParticipants(from, entries, &document);
    for (const curation::Relation& relation : from.relations()) {
      v1::Relation* to = document.add_relations();
      to->set_type(relation.type());
      to->set_document(Exact(DocumentName(relation.document())));
      to->set_source(Exact(SourceName(relation.source())));
    }
    for (const curation::Identifier& identifier : from.identifiers()) {
      v1::Identifier* to = document.add_identifiers();
      to->set_value(identifier.value());
      *to->mutable_aliases() = identifier.aliases();
      to->set_source(Exact(SourceName(identifier.source())));
    }
    const Zone zone = ZoneOf(document);
    MergeClaims(entries, zone, &merged);
    MergeEvents(zone, &merged);
    return merged;
  }

 private:
  struct Zone {
    absl::string_view name;
    absl::StatusOr<absl::TimeZone> zone;
  };

  // The same without room for more: concatenation leaves some, which a million documents keep.
  static std::string Exact(const std::string& text) { return text; }

  void Report(Diagnostic::Severity severity, Place place, std::string message) {
    diagnostics_->push_back({severity, std::move(place.file), place.line, std::move(message)});
  }
  void Error(int line, std::string message) {
    Report(Diagnostic::Severity::kError, {kCurationFile, line}, std::move(message));
  }

  // Its entries in order of position, without positions that do not exist.
  std::vector<const FindingAidEntry*> EntriesOf(const curation::Document& document) const {
    std::vector<const FindingAidEntry*> entries;
    for (const int position : document.positions()) {
      if (position < 1 || static_cast<std::size_t>(position) > aid_.entries.size()) continue;
      entries.push_back(&aid_.entries[static_cast<std::size_t>(position) - 1]);
    }
    std::sort(entries.begin(), entries.end(), [](const FindingAidEntry* a, const FindingAidEntry* b) {
      return a->entry.position() < b->entry.position();
    });
    return entries;
  }

  static void TakeEntries(const std::vector<const FindingAidEntry*>& entries, v1::Document* document) {
    for (const FindingAidEntry* entry : entries) {
      *document->add_entries() = entry->entry;
      if (document->summary().empty()) document->set_summary(entry->entry.description());
    }
    if (entries.empty()) return;
    const FindingAidEntry& first = *entries.front();
    if (document->kind() == v1::DOCUMENT_KIND_UNSPECIFIED) document->set_kind(first.heading.kind);
    if (document->title().empty()) {
      document->set_title(first.heading.title.empty() ? first.entry.heading() : first.heading.title);
    }
  }

  // The participant whom a heading calls `words`; null, with a warning, where there is none.
  const curation::Participant* FindBySpelling(const std::string& words, const FindingAidEntry& entry) {
    if (words.empty()) return nullptr;
    const auto found = vocabulary_.participant_by_spelling.find(words);
    if (found != vocabulary_.participant_by_spelling.end()) return found->second;
    Report(Diagnostic::Severity::kWarning, {kFindingAidFile, entry.entry.line()},
           absl::StrCat("no participant of the curation is also written ", Quoted(words)));
    return nullptr;
  }

  void SetParticipants(const curation::Document& from, const std::vector<const FindingAidEntry*>& entries,
                       v1::Document* document) {
    for (const std::string& id : from.authors()) document->add_authors(Exact(ParticipantName(id)));
    for (const std::string& id : from.recipients()) document->add_recipients(Exact(ParticipantName(id)));
    for (const std::string& id : from.copied_to()) document->add_copied_to(Exact(ParticipantName(id)));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const curation::Participant* author = FindBySpelling(entries[i]->heading.author, *entries[i]);
      const curation::Participant* recipient = FindBySpelling(entries[i]->heading.recipient, *entries[i]);
      if (i > 0 || !from.authors().empty()) continue;
      if (author != nullptr) document->add_authors(Exact(ParticipantName(author->id())));
      if (recipient != nullptr && from.recipients().empty())
        document->add_recipients(Exact(ParticipantName(recipient->id())));
    }
  }

  // The zone where the document's first author writes.
  Zone ZoneOf(const v1::Document& document) {
    if (!document.authors().empty()) {
      const auto found = vocabulary_.participant_by_id.find(
          absl::StripPrefix(absl::string_view(document.authors(0)), ParticipantName("")));
      if (found != vocabulary_.participant_by_id.end() && !found->second->time_zone().empty()) {
        return NamedZone(found->second->time_zone());
      }
    }
    return NamedZone(curation_.default_time_zone());
  }

  // Looked up once: FindZone asks the file system.
  Zone NamedZone(const std::string& name) {
    auto found = zones_.find(name);
    if (found == zones_.end()) found = zones_.emplace(name, FindZone(name)).first;
    return {name, found->second};
  }

  // The date of a curated claim or event; empty, with an error at its line, where it is none.
  template <typename Message>
  absl::StatusOr<v1::HistoricalDate> ReadDate(const Message& message, const Zone& default_zone) {
    if (message.date().empty()) return absl::NotFoundError("");  // CheckCuration reports it
    const bool own_zone = !message.time_zone().empty();
    const Zone zone = own_zone ? NamedZone(message.time_zone()) : default_zone;
    if (!zone.zone.ok()) {
      if (own_zone) Error(lines_.LineOf(message, "time_zone"), std::string(zone.zone.status().message()));
      return absl::NotFoundError("");  // of a default zone CheckCuration reports it
    }
    absl::StatusOr<v1::HistoricalDate> date = ParseDate(message.date(), zone.name, *zone.zone);
    if (!date.ok()) Error(lines_.LineOf(message, "date"), std::string(date.status().message()));
    return date;
  }

  void MergeClaims(const std::vector<const FindingAidEntry*>& entries, const Zone& zone, MergedDocument* merged) {
    std::vector<v1::DateClaim> claims;
    std::vector<ClaimOrigin> origins;
    for (const FindingAidEntry* entry : entries) AddEntryClaim(*entry, zone, &claims, &origins);
    for (const curation::Claim& from : merged->curation->claims()) {
      absl::StatusOr<v1::HistoricalDate> date = ReadDate(from, zone);
      if (!date.ok()) continue;
      v1::DateClaim claim;
      *claim.mutable_date() = *std::move(date);
      claim.set_source(Exact(SourceName(from.source())));
      claim.set_note(from.note());
      const ClaimOrigin origin{nullptr, &from};
      if (CheckNew(claim, origin, claims, origins)) {
        claims.push_back(std::move(claim));
        origins.push_back(origin);
      }
    }
    std::vector<std::size_t> order(claims.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return RankOf(claims[a].source()) < RankOf(claims[b].source());
    });
    for (const std::size_t i : order) {
      *merged->document.add_dates() = std::move(claims[i]);
      merged->claim_origins.push_back(origins[i]);
    }
  }

  int RankOf(const std::string& source) const {
    const auto found = vocabulary_.rank_of_source.find(source);
    return found == vocabulary_.rank_of_source.end() ? std::numeric_limits<int>::max() : found->second;
  }

  void AddEntryClaim(const FindingAidEntry& entry, const Zone& zone, std::vector<v1::DateClaim>* claims,
                     std::vector<ClaimOrigin>* origins) {
    const std::string expression = DateExpression(entry);
    if (expression.empty() || !zone.zone.ok()) return;
    const ClaimOrigin origin{&entry, nullptr};
    absl::StatusOr<v1::HistoricalDate> date = ParseDate(expression, zone.name, *zone.zone);
    if (!date.ok()) {
      Report(Diagnostic::Severity::kWarning, PlaceOf(origin, lines_),
             absl::StrCat("the heading's date is left out: ", date.status().message()));
      return;
    }
    date->set_as_written(entry.heading.date.as_written);
    v1::DateClaim claim;
    *claim.mutable_date() = *std::move(date);
    claim.set_source(Exact(SourceName(curation_.finding_aid_source())));
    if (entry.year_from != 0) {
      claim.set_note(absl::StrCat("The heading gives no year; ", entry.heading.date.year,
                                  " is that of the entry at position ", entry.year_from, "."));
    }
    for (std::size_t i = 0; i < claims->size(); ++i) {
      if (!IsSameInterval((*claims)[i].date(), claim.date())) continue;
      if ((*claims)[i].date().inferred() && !claim.date().inferred()) {
        (*claims)[i] = std::move(claim);
        (*origins)[i] = origin;
      }
      return;
    }
    claims->push_back(std::move(claim));
    origins->push_back(origin);
  }

  bool CheckNew(const v1::DateClaim& claim, const ClaimOrigin& origin, const std::vector<v1::DateClaim>& claims,
                const std::vector<ClaimOrigin>& origins) {
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (claims[i].source() != claim.source() || !IsSameInterval(claims[i].date(), claim.date())) continue;
      const Place first = PlaceOf(origins[i], lines_);
      Report(Diagnostic::Severity::kError, PlaceOf(origin, lines_),
             absl::StrCat(Quoted(claim.source()), " claims ", claim.date().edtf(), " already at ", first.file, ":",
                          first.line, "; take one of the two out"));
      return false;
    }
    return true;
  }

  void MergeEvents(const Zone& zone, MergedDocument* merged) {
    v1::Document& document = merged->document;
    int number = 0;
    for (const curation::Event& from : merged->curation->events()) {
      ++number;
      absl::StatusOr<v1::HistoricalDate> date = ReadDate(from, zone);
      if (!date.ok()) continue;
      v1::Event* event = AddEvent(number, from.type(), *std::move(date), &document);
      event->set_place(from.place());
      event->set_actor(from.actor());
      event->set_channel(from.channel());
      *event->mutable_known_to() = from.known_to();
      event->set_source(Exact(SourceName(from.source())));
      event->set_note(from.note());
    }
    if (number > 0 || document.dates().empty()) return;
    const v1::DateClaim& preferred = document.dates(0);
    v1::Event* event = AddEvent(1, v1::EVENT_TYPE_DATED, preferred.date(), &document);
    event->set_source(preferred.source());
    event->set_note(preferred.note());
  }

  static v1::Event* AddEvent(int number, v1::EventType type, v1::HistoricalDate date, v1::Document* document) {
    v1::Event* event = document->add_events();
    event->set_name(absl::StrCat(document->name(), "/events/", number));
    event->set_type(type);
    *event->mutable_date() = std::move(date);
    *event->mutable_time() = ToTimestamp(Middle(event->date()));
    return event;
  }

  const FindingAid& aid_;
  const CurationFile& file_;
  const curation::Curation& curation_;
  CurationLines lines_;  // of the document
  const Vocabulary& vocabulary_;
  std::vector<Diagnostic>* diagnostics_;
  absl::flat_hash_map<std::string, absl::StatusOr<absl::TimeZone>> zones_;
};

}  // namespace

Place PlaceOf(const ClaimOrigin& origin, const CurationLines& lines) {
  if (origin.entry != nullptr) return {kFindingAidFile, origin.entry->entry.line()};
  return {kCurationFile, lines.LineOf(*origin.claim)};
}

Merged Merge(const FindingAid& aid, const CurationFile& file, std::vector<Diagnostic>* diagnostics) {
  const curation::Curation& curation = file.content();
  const Vocabulary vocabulary(curation);
  Merged merged;
  merged.summary = Summary(aid, curation);
  merged.documents.resize(static_cast<std::size_t>(curation.documents_size()));
  CollectInRuns(merged.documents.size(), diagnostics,
                [&](std::size_t begin, std::size_t end, std::vector<Diagnostic>* found) {
                  DocumentMerger merger(aid, file, vocabulary, found);
                  for (std::size_t i = begin; i < end; ++i) {
                    merged.documents[i] = merger.Merge(static_cast<int>(i));
                  }
                });
  return merged;
}

}  // namespace hotline::server
