#include "server/corpus/filter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

constexpr int kMostValues = 100;

using Strings = google::protobuf::RepeatedPtrField<std::string>;

absl::Status CheckCount(int count, absl::string_view field) {
  if (count <= kMostValues) return absl::OkStatus();
  return InvalidField(field, absl::StrCat(count, " values; at most ", kMostValues, " are allowed"));
}

absl::StatusOr<absl::flat_hash_set<std::string>> ReadParticipants(const Strings& names, const Corpus& corpus,
                                                                  absl::string_view field) {
  if (absl::Status status = CheckCount(names.size(), field); !status.ok()) return status;
  for (int i = 0; i < names.size(); ++i) {
    const std::string element = absl::StrCat(field, "[", i, "]");
    if (absl::Status status = CheckName(names[i], "participants", element); !status.ok()) return status;
    if (corpus.FindParticipant(names[i]) == nullptr) {
      return InvalidField(element, absl::StrCat("the corpus has no ", Quoted(names[i]), "; GetCorpus lists them"));
    }
  }
  return absl::flat_hash_set<std::string>(names.begin(), names.end());
}

bool AnyOf(const Strings& names, const absl::flat_hash_set<std::string>& wanted) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return wanted.contains(name); });
}

}  // namespace

absl::StatusOr<Filter> Filter::Make(const v1::DocumentFilter& request, const Corpus& corpus, absl::string_view field) {
  Filter filter;
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };

  auto authors = ReadParticipants(request.authors(), corpus, path("authors"));
  if (!authors.ok()) return authors.status();
  filter.authors_ = *std::move(authors);
  auto recipients = ReadParticipants(request.recipients(), corpus, path("recipients"));
  if (!recipients.ok()) return recipients.status();
  filter.recipients_ = *std::move(recipients);
  auto participants = ReadParticipants(request.participants(), corpus, path("participants"));
  if (!participants.ok()) return participants.status();
  filter.participants_ = *std::move(participants);

  if (absl::Status status = CheckCount(request.kinds_size(), path("kinds")); !status.ok()) return status;
  for (const int kind : request.kinds()) {
    if (kind == v1::DOCUMENT_KIND_UNSPECIFIED || !v1::DocumentKind_IsValid(kind)) {
      return InvalidField(path("kinds"), absl::StrCat(kind, " is no kind; allowed are 1 (LETTER) to ",
                                                      v1::DocumentKind_MAX, " (ADDRESS)"));
    }
    filter.kinds_.insert(kind);
  }
  if (!v1::Publicity_IsValid(request.publicity())) {
    return InvalidField(path("publicity"),
                        absl::StrCat(request.publicity(), " is no publicity; allowed are 1 (PRIVATE) and 2 (PUBLIC)"));
  }
  filter.publicity_ = request.publicity();

  if (!request.source().empty()) {
    if (absl::Status status = CheckName(request.source(), "sources", path("source")); !status.ok()) return status;
    if (corpus.FindSource(request.source()) == nullptr) {
      return InvalidField(path("source"),
                          absl::StrCat("the corpus has no ", Quoted(request.source()), "; GetCorpus lists them"));
    }
    filter.source_ = request.source();
  }
  if (!request.replies_to().empty()) {
    const std::string& name = request.replies_to();
    if (absl::Status status = CheckName(name, "documents", path("replies_to")); !status.ok()) return status;
    if (corpus.FindDocument(name) == nullptr) {
      return InvalidField(path("replies_to"), absl::StrCat("the corpus has no ", Quoted(name), "; ListDocuments does"));
    }
    filter.replies_to_ = name;
  }

  filter.time_zone_ = corpus.summary().default_time_zone();
  if (request.has_window()) {
    if (absl::Status status = filter.ReadWindow(request.window(), path("window")); !status.ok()) return status;
  }
  return filter;
}

absl::Status Filter::ReadWindow(const v1::TimeWindow& request, absl::string_view field) {
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  window_.emplace();
  const absl::StatusOr<NamedZone> zone = ReadZone(request.time_zone(), time_zone_, path("time_zone"));
  if (!zone.ok()) return zone.status();
  time_zone_ = zone->name;
  if (!v1::Certainty_IsValid(request.match())) {
    return InvalidField(path("match"), absl::StrCat(request.match(),
                                                    " is no certainty; allowed are 1 (POSSIBLE) and 2 "
                                                    "(DEFINITE)"));
  }
  window_->definite = request.match() == v1::CERTAINTY_DEFINITE;

  const bool by_days = !request.first_day().empty() || !request.last_day().empty();
  const bool by_instants = request.has_start() || request.has_end();
  if (by_days && by_instants) {
    return InvalidField(field,
                        "instants and civil days together; allowed are start and end, or first_day and last_day");
  }
  if (by_days) return ReadDays(request, zone->zone, field);
  if (request.has_start()) {
    const absl::StatusOr<absl::Time> start = ReadTimestamp(request.start(), path("start"));
    if (!start.ok()) return start.status();
    window_->start = *start;
  }
  if (request.has_end()) {
    const absl::StatusOr<absl::Time> end = ReadTimestamp(request.end(), path("end"));
    if (!end.ok()) return end.status();
    window_->end = *end;
  }
  if (window_->start >= window_->end) return InvalidField(path("end"), "not later than start; the window is empty");
  return absl::OkStatus();
}

absl::Status Filter::ReadDays(const v1::TimeWindow& request, absl::TimeZone zone, absl::string_view field) {
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  if (!request.first_day().empty()) {
    const absl::StatusOr<absl::CivilDay> day = ReadDay(request.first_day(), path("first_day"));
    if (!day.ok()) return day.status();
    window_->start = StartOfDay(*day, zone);
  }
  if (!request.last_day().empty()) {
    const absl::StatusOr<absl::CivilDay> day = ReadDay(request.last_day(), path("last_day"));
    if (!day.ok()) return day.status();
    window_->end = StartOfDay(*day + 1, zone);
  }
  if (window_->start >= window_->end) {
    return InvalidField(path("last_day"),
                        absl::StrCat(Quoted(request.last_day()), " is before first_day ", Quoted(request.first_day())));
  }
  return absl::OkStatus();
}

std::optional<v1::Certainty> Filter::Match(const v1::Document& document) const {
  if (!authors_.empty() && !AnyOf(document.authors(), authors_)) return std::nullopt;
  if (!recipients_.empty() && !AnyOf(document.recipients(), recipients_)) return std::nullopt;
  if (!participants_.empty() && !AnyOf(document.authors(), participants_) &&
      !AnyOf(document.recipients(), participants_)) {
    return std::nullopt;
  }
  if (!kinds_.empty() && !kinds_.contains(document.kind())) return std::nullopt;
  if (publicity_ != v1::PUBLICITY_UNSPECIFIED && document.publicity() != publicity_) return std::nullopt;
  if (!replies_to_.empty() &&
      std::none_of(document.relations().begin(), document.relations().end(), [&](const v1::Relation& relation) {
        return relation.type() == v1::RELATION_TYPE_REPLIES_TO && relation.document() == replies_to_;
      })) {
    return std::nullopt;
  }
  if (!window_.has_value()) return v1::CERTAINTY_UNSPECIFIED;
  return MatchWindow(document);
}

std::optional<v1::Certainty> Filter::MatchWindow(const v1::Document& document) const {
  const v1::HistoricalDate* date = nullptr;
  for (const v1::DateClaim& claim : document.dates()) {
    if (source_.empty() || claim.source() == source_) {
      date = &claim.date();
      break;
    }
  }
  v1::Certainty certainty = v1::CERTAINTY_POSSIBLE;  // a document without a date may be of any time
  if (date != nullptr) {
    const absl::Time earliest = FromTimestamp(date->earliest());
    const absl::Time latest = FromTimestamp(date->latest());
    const bool instant = earliest == latest;
    if (earliest >= window_->end || (instant ? latest < window_->start : latest <= window_->start)) {
      return std::nullopt;
    }
    if (earliest >= window_->start && latest <= window_->end) certainty = v1::CERTAINTY_DEFINITE;
  }
  if (window_->definite && certainty != v1::CERTAINTY_DEFINITE) return std::nullopt;
  return certainty;
}

}  // namespace hotline::server
