#include "client/cli/vocabulary.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/civil_time.h"

namespace hotline::cli {
namespace {

// Two lanes fit on a page.
constexpr std::size_t kMostCapitals = 2;

absl::Status UnknownZone(const std::string& zone) {
  return absl::FailedPreconditionError(
      absl::StrCat("this machine does not know the time zone \"", zone, "\": install its zone data (package tzdata)"));
}

// In hours, however many, so that delays can be compared at a glance: "31 h 2 min".
std::string HoursInWords(absl::Duration duration) {
  absl::Duration rest;
  const std::int64_t hours = absl::IDivDuration(duration, absl::Hours(1), &rest);
  if (hours == 0) return DurationInWords(duration);
  return rest < absl::Minutes(1) ? absl::StrCat(hours, " h")
                                 : absl::StrCat(hours, " h ", rest / absl::Minutes(1), " min");
}

}  // namespace

absl::StatusOr<Vocabulary> Vocabulary::Make(const v1::Corpus& corpus) {
  Vocabulary vocabulary;
  vocabulary.corpus_ = corpus;
  for (const v1::Audience& audience : corpus.audiences()) {
    if (audience.time_zone().empty() || vocabulary.capitals_.size() == kMostCapitals) continue;
    const std::optional<absl::TimeZone> zone = FindZone(audience.time_zone());
    if (!zone) return UnknownZone(audience.time_zone());
    vocabulary.capitals_.push_back({audience.id(), audience.display_name(), *zone});
  }
  if (vocabulary.capitals_.empty()) {
    const std::optional<absl::TimeZone> zone = FindZone(corpus.default_time_zone());
    if (!zone) return UnknownZone(corpus.default_time_zone());
    vocabulary.capitals_.push_back({"", corpus.default_time_zone(), *zone});
  }
  const std::optional<absl::CivilDay> first = ParseDay(corpus.first_day());
  const std::optional<absl::CivilDay> last = ParseDay(corpus.last_day());
  if (first && last && first->year() == last->year()) vocabulary.usual_year_ = first->year();
  return vocabulary;
}

std::string Vocabulary::ParticipantName(const std::string& name) const {
  for (const v1::Participant& participant : corpus_.participants()) {
    if (participant.name() == name) return participant.display_name();
  }
  return IdOf(name);
}

std::string Vocabulary::SourceName(const std::string& name) const {
  for (const v1::Source& source : corpus_.sources()) {
    if (source.name() == name) return source.short_name();
  }
  return IdOf(name);
}

std::string Vocabulary::AudienceName(const std::string& id) const {
  for (const v1::Audience& audience : corpus_.audiences()) {
    if (audience.id() == id) return audience.display_name();
  }
  return id;
}

std::string Vocabulary::ParticipantNames(const google::protobuf::RepeatedPtrField<std::string>& names) const {
  return absl::StrJoin(names, ", ",
                       [this](std::string* out, const std::string& name) { *out += ParticipantName(name); });
}

std::string Vocabulary::AudienceNames(const google::protobuf::RepeatedPtrField<std::string>& ids) const {
  return absl::StrJoin(ids, ", ", [this](std::string* out, const std::string& id) { *out += AudienceName(id); });
}

std::optional<std::size_t> Vocabulary::LaneOf(const v1::Document& document) const {
  for (const std::string& author : document.authors()) {
    for (const v1::Participant& participant : corpus_.participants()) {
      if (participant.name() != author) continue;
      for (std::size_t lane = 0; lane < capitals_.size(); ++lane) {
        if (!participant.audience().empty() && capitals_[lane].id == participant.audience()) return lane;
      }
    }
  }
  return std::nullopt;
}

std::size_t Vocabulary::LaneOf(const v1::Document& document, const v1::Event& event) const {
  if (const std::optional<std::size_t> lane = LaneOf(document)) return *lane;
  for (std::size_t lane = 0; lane < capitals_.size(); ++lane) {
    if (absl::StrContains(event.place(), capitals_[lane].name)) return lane;
  }
  return 0;
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string InWords(v1::EventType type) {
  switch (type) {
    case v1::EVENT_TYPE_DATED:
      return "dated";
    case v1::EVENT_TYPE_DRAFTED:
      return "drafted";
    case v1::EVENT_TYPE_SENT:
      return "sent";
    case v1::EVENT_TYPE_HANDED_OVER:
      return "handed over";
    case v1::EVENT_TYPE_RECEIVED:
      return "received";
    case v1::EVENT_TYPE_BROADCAST:
      return "broadcast";
    case v1::EVENT_TYPE_RELEASED:
      return "released";
    case v1::EVENT_TYPE_IN_FORCE:
      return "in force";
    default:
      return "happened";
  }
}

std::string InWords(v1::DocumentKind kind) {
  switch (kind) {
    case v1::DOCUMENT_KIND_LETTER:
      return "letter";
    case v1::DOCUMENT_KIND_STATEMENT:
      return "statement";
    case v1::DOCUMENT_KIND_ADDRESS:
      return "address";
    default:
      return "document";
  }
}

std::string InWords(v1::RelationType type, bool inverse) {
  switch (type) {
    case v1::RELATION_TYPE_REPLIES_TO:
      return inverse ? "answered by" : "answers";
    case v1::RELATION_TYPE_REFERS_TO:
      return inverse ? "mentioned by" : "mentions";
    case v1::RELATION_TYPE_ENCLOSES:
      return inverse ? "sent with" : "covers";
    case v1::RELATION_TYPE_SUPERSEDES:
      return inverse ? "replaced by" : "replaces";
    default:
      return "related to";
  }
}

std::string DelayInWords(const v1::ThreadEdge& edge) {
  if (!edge.has_delay()) return "";
  const absl::Duration delay = ToDuration(edge.delay());
  const std::string about = edge.approximate() ? "about " : "";
  if (delay < absl::ZeroDuration()) return absl::StrCat(about, HoursInWords(-delay), " before it was known");
  return absl::StrCat("after ", about, HoursInWords(delay));
}

std::string KindInWords(const v1::Document& document) {
  const std::string kind = InWords(document.kind());
  if (document.publicity() == v1::PUBLICITY_PUBLIC) return "public " + kind;
  if (document.publicity() == v1::PUBLICITY_PRIVATE) return "private " + kind;
  return kind;
}

std::string Circumstances(const v1::Event& event) {
  std::vector<std::string> parts;
  for (const std::string& part : {event.actor(), event.place(), event.channel()}) {
    if (!part.empty()) parts.push_back(part);
  }
  return absl::StrJoin(parts, "; ");
}

DatedInWords Dated(const Vocabulary& vocabulary, const v1::Document& document) {
  if (document.dates().empty()) return {"no date", true};
  std::vector<std::string> days;
  std::vector<std::string> sources;
  for (const v1::DateClaim& claim : document.dates()) {
    const std::string day = DayInWords(claim.date(), vocabulary.usual_year());
    const auto known = std::find(days.begin(), days.end(), day);
    if (known != days.end()) continue;
    days.push_back(day);
    sources.push_back(vocabulary.SourceName(claim.source()));
  }
  if (days.size() == 1) return {DateInWords(document.dates(0).date(), vocabulary.usual_year()), false};
  return {absl::StrCat(absl::StrJoin(days, " or "), ": ", absl::StrJoin(sources, " / ")), true};
}

}  // namespace hotline::cli
