#include "server/corpus/filter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

constexpr int kMostValues = 100;
// All sources: the wildcard of resource names.
constexpr absl::string_view kAnySource = "sources/-";

using Strings = google::protobuf::RepeatedPtrField<std::string>;

absl::Status CheckCount(int count, absl::string_view field) {
  if (count <= kMostValues) return absl::OkStatus();
  return InvalidField(field, absl::StrCat(count, " values; at most ", kMostValues, " are allowed"));
}

bool AnyOf(absl::Span<const std::uint32_t> numbers, const absl::flat_hash_set<std::uint32_t>& wanted) {
  return std::any_of(numbers.begin(), numbers.end(), [&](std::uint32_t number) { return wanted.contains(number); });
}

template <typename List>
void SortUnique(List* list) {
  std::sort(list->begin(), list->end());
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

// The documents that answer the one of this name, which the corpus has.
absl::flat_hash_set<std::uint32_t> AnswersTo(const std::string& name, const Corpus& corpus) {
  absl::flat_hash_set<std::uint32_t> answers;
  for (const RelationIndex::Link& link : corpus.relations().To(corpus.IndexOf(*corpus.FindDocument(name)))) {
    const auto& relations = corpus.documents()[link.from].relations();
    if (std::any_of(relations.begin(), relations.end(), [&name](const v1::Relation& relation) {
          return relation.type() == v1::RELATION_TYPE_REPLIES_TO && relation.document() == name;
        })) {
      answers.insert(link.from);
    }
  }
  return answers;
}

}  // namespace

absl::StatusOr<Filter::Numbers> Filter::ReadParticipants(const Strings& names, absl::string_view field) const {
  if (absl::Status status = CheckCount(names.size(), field); !status.ok()) return status;
  Numbers numbers;
  for (int i = 0; i < names.size(); ++i) {
    const std::string element = absl::StrCat(field, "[", i, "]");
    if (absl::Status status = CheckName(names[i], "participants", element); !status.ok()) return status;
    const std::optional<std::uint32_t> number = corpus_->columns().FindParticipant(names[i]);
    if (!number.has_value()) {
      return InvalidField(element, absl::StrCat("the corpus has no ", Quoted(names[i]), "; GetCorpus lists them"));
    }
    numbers.insert(*number);
  }
  return numbers;
}

absl::Status Filter::ReadSource(const std::string& source, absl::string_view field) {
  if (source.empty()) return absl::OkStatus();
  if (source == kAnySource) {
    claims_ = Claims::kAll;
    return absl::OkStatus();
  }
  if (absl::Status status = CheckName(source, "sources", field); !status.ok()) return status;
  const std::optional<std::uint32_t> number = corpus_->columns().FindSource(source);
  if (!number.has_value()) {
    return InvalidField(field, absl::StrCat("the corpus has no ", Quoted(source), "; GetCorpus lists them, and \"",
                                            kAnySource, "\" means all"));
  }
  claims_ = Claims::kOfSource;
  source_ = *number;
  return absl::OkStatus();
}

absl::StatusOr<Filter> Filter::Make(const v1::DocumentFilter& request, const Corpus& corpus, absl::string_view field) {
  Filter filter(corpus);
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };

  auto authors = filter.ReadParticipants(request.authors(), path("authors"));
  if (!authors.ok()) return authors.status();
  filter.authors_ = *std::move(authors);
  auto recipients = filter.ReadParticipants(request.recipients(), path("recipients"));
  if (!recipients.ok()) return recipients.status();
  filter.recipients_ = *std::move(recipients);
  auto participants = filter.ReadParticipants(request.participants(), path("participants"));
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

  if (absl::Status status = filter.ReadSource(request.source(), path("source")); !status.ok()) return status;
  if (!request.replies_to().empty()) {
    const std::string& name = request.replies_to();
    if (absl::Status status = CheckName(name, "documents", path("replies_to")); !status.ok()) return status;
    if (corpus.FindDocument(name) == nullptr) {
      return InvalidField(path("replies_to"), absl::StrCat("the corpus has no ", Quoted(name), "; ListDocuments does"));
    }
    filter.answers_ = AnswersTo(name, corpus);
  }

  filter.time_zone_ = {corpus.summary().default_time_zone(), corpus.default_zone()};
  if (request.has_window()) {
    if (absl::Status status = filter.ReadWindow(request.window(), path("window")); !status.ok()) return status;
  }
  return filter;
}

absl::Status Filter::ReadWindow(const v1::TimeWindow& request, absl::string_view field) {
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  window_ = Window();  // emplace() asks the still open class for Window's defaults, which clang refuses
  absl::StatusOr<NamedZone> zone = ReadZone(request.time_zone(), time_zone_.name, path("time_zone"));
  if (!zone.ok()) return zone.status();
  time_zone_ = *std::move(zone);
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
  if (by_days) return ReadDays(request, time_zone_.zone, field);
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

bool Filter::SelectsAll() const {
  return authors_.empty() && recipients_.empty() && participants_.empty() && kinds_.empty() &&
         publicity_ == v1::PUBLICITY_UNSPECIFIED && !window_.has_value() && !answers_.has_value();
}

std::optional<DateMatch> Filter::Match(std::size_t document) const {
  const Columns& columns = corpus_->columns();
  if (!authors_.empty() && !AnyOf(columns.authors(document), authors_)) return std::nullopt;
  if (!recipients_.empty() && !AnyOf(columns.recipients(document), recipients_)) return std::nullopt;
  if (!participants_.empty() && !AnyOf(columns.authors(document), participants_) &&
      !AnyOf(columns.recipients(document), participants_)) {
    return std::nullopt;
  }
  if (!kinds_.empty() && !kinds_.contains(columns.kind(document))) return std::nullopt;
  if (publicity_ != v1::PUBLICITY_UNSPECIFIED && columns.publicity(document) != publicity_) return std::nullopt;
  if (answers_.has_value() && !answers_->contains(static_cast<std::uint32_t>(document))) return std::nullopt;
  return MatchDates(columns.dates(document));
}

std::optional<DateMatch> Filter::MatchDates(absl::Span<const DatedBy> dates) const {
  if (claims_ == Claims::kPreferred) dates = dates.subspan(0, 1);
  std::optional<DateMatch> surest;
  bool dated = false;
  for (const DatedBy& date : dates) {
    if (!Counts(date)) continue;
    dated = true;
    if (!window_.has_value()) return DateMatch{v1::CERTAINTY_UNSPECIFIED, &date};
    const std::optional<v1::Certainty> certainty = MatchWindow(date);
    if (!certainty.has_value() || (surest.has_value() && surest->certainty >= *certainty)) continue;
    surest = DateMatch{*certainty, &date};
  }
  if (!window_.has_value()) return DateMatch();
  if (!dated) surest = DateMatch{v1::CERTAINTY_POSSIBLE, nullptr};  // it may be of any time
  if (surest.has_value() && window_->definite && surest->certainty != v1::CERTAINTY_DEFINITE) return std::nullopt;
  return surest;
}

std::optional<v1::Certainty> Filter::MatchWindow(const DatedBy& date) const {
  const absl::Time earliest = date.earliest();
  const absl::Time latest = date.latest();
  const bool instant = earliest == latest;
  if (earliest >= window_->end || (instant ? latest < window_->start : latest <= window_->start)) return std::nullopt;
  return earliest >= window_->start && latest <= window_->end ? v1::CERTAINTY_DEFINITE : v1::CERTAINTY_POSSIBLE;
}

void Canonicalise(v1::DocumentFilter* filter) {
  SortUnique(filter->mutable_authors());
  SortUnique(filter->mutable_recipients());
  SortUnique(filter->mutable_participants());
  SortUnique(filter->mutable_kinds());
}

}  // namespace hotline::server
