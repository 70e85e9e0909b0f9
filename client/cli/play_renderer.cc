#include "client/cli/play_renderer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"

namespace hotline::cli {
namespace {

// Behind a clock of five columns, two blanks.
constexpr int kTextIndent = 7;

}  // namespace

std::string InWords(const v1::Pace& pace) {
  std::string words;
  switch (pace.kind_case()) {
    case v1::Pace::kSpeed:
      words = absl::StrCat(DurationInWords(absl::Seconds(pace.speed())), " of history a second");
      break;
    case v1::Pace::kDayLength:
      words = absl::StrCat("a day of history in ", DurationInWords(ToDuration(pace.day_length())));
      break;
    default:
      words = "unpaced";
      break;
  }
  if (pace.has_longest_wait()) {
    absl::StrAppend(&words, ", gaps of ", DurationInWords(ToDuration(pace.longest_wait())), " at most");
  }
  return words;
}

std::string PlaybackNotice(const v1::StreamTimelineResponse& response, bool opened_before) {
  if (response.has_opened() && opened_before) return "the playback goes on in a new call, nothing lost";
  if (!response.has_closing()) return "";
  const v1::Closing& closing = response.closing();
  const std::string after =
      closing.has_retry_after() ? absl::StrCat(" in ", DurationInWords(ToDuration(closing.retry_after()))) : "";
  switch (closing.reason()) {
    case v1::CLOSING_REASON_DRAINING:
      return absl::StrCat("the server is going away; resuming", after);
    case v1::CLOSING_REASON_MAX_AGE:
      return absl::StrCat("the call is as old as one may get; resuming", after);
    case v1::CLOSING_REASON_IDLE:
      return "the server ended the playback, which had stood still for too long";
    default:
      return "";
  }
}

PlayRenderer::PlayRenderer(const Page& page, const Vocabulary& vocabulary, const std::vector<v1::Document>& documents,
                           std::string audience)
    : page_(page), vocabulary_(vocabulary), lanes_(page, vocabulary), audience_(std::move(audience)) {
  for (const v1::Document& document : documents) documents_.emplace(document.name(), document);
}

std::string PlayRenderer::Render(const v1::StreamTimelineResponse& response) {
  Block block;
  if (response.has_opened()) block = Opening(response);
  for (const v1::TimelineItem& item : response.items()) {
    if (item.has_day_started()) AppendTo(block, DayHeading(item.day_started()));
    if (item.has_event()) AppendTo(block, EventItem(item));
    if (item.has_end_of_timeline()) AppendTo(block, Ending());
  }
  return ToText(block);
}

Block PlayRenderer::Opening(const v1::StreamTimelineResponse& response) {
  // A playback that was taken up again has its heading already.
  if (opened_) return {};
  opened_ = true;
  const v1::PlaybackOpened& opened = response.opened();
  zone_ = FindZone(opened.time_zone()).value_or(absl::UTCTimeZone());
  Block block = Paragraph(page_, Role::kHeading, vocabulary_.corpus().title(), page_.width);
  const std::string view = audience_.empty() ? "Everything, when it happened"
                                             : absl::StrCat("As ", vocabulary_.AudienceName(audience_),
                                                            " knew it: each thing when it was learnt there");
  AppendTo(block, Paragraph(page_, audience_.empty() ? Role::kPlain : Role::kStrong, view, page_.width));
  std::string span;
  const std::optional<absl::CivilDay> first = ParseDay(opened.first_day());
  const std::optional<absl::CivilDay> last = ParseDay(opened.last_day());
  if (first && last) span = absl::StrCat(DaySpan(*first, *last), " (days of ", opened.time_zone(), "), ");
  absl::StrAppend(&span, Counted(opened.event_count(), "event"), ", ", InWords(opened.pace()));
  AppendTo(block, Paragraph(page_, Role::kDim, span, page_.width));
  if (opened.outcome() == v1::OPENED_OUTCOME_RESUMED) {
    const absl::Time clock = ToTime(response.clock());
    AppendTo(block, Paragraph(page_, Role::kDim,
                              absl::StrCat("From the position given: ", LongDay(absl::ToCivilDay(clock, zone_)), ", ",
                                           absl::FormatTime("%H:%M", clock, zone_)),
                              page_.width));
  }
  return block;
}

void PlayRenderer::GoToDay(absl::CivilDay day, const std::string& title, Block& block) {
  today_ = day;
  block.push_back(Line(page_));
  block.push_back(Rule(page_, Role::kHeading, title));
}

Block PlayRenderer::DayHeading(const v1::DayStarted& started) {
  Block block;
  const absl::CivilDay day = ParseDay(started.day()).value_or(today_);
  const std::string count = started.event_count() == 0 ? "no events" : Counted(started.event_count(), "event");
  GoToDay(day, absl::StrCat(LongDayWithWeekday(day), " - ", count), block);
  if (started.event_count() > 0) AppendTo(block, lanes_.Header());
  return block;
}

Block PlayRenderer::EventItem(const v1::TimelineItem& item) {
  Block block;
  // A playback that begins within a day has had no marker for it.
  const absl::CivilDay day = absl::ToCivilDay(ToTime(item.time()), zone_);
  if (day != today_) {
    GoToDay(day, absl::StrCat(LongDayWithWeekday(day), ", continued"), block);
    AppendTo(block, lanes_.Header());
  }
  const v1::Event& event = item.event().event();
  const v1::Document* known = Find(item.event().document().name());
  const v1::Document& document = known != nullptr ? *known : item.event().document();
  const std::size_t lane = vocabulary_.LaneOf(document, event);
  const bool introduce = introduced_.insert(document.name()).second;
  AppendTo(block, lanes_.Place(0, {Line(page_)}, {}));
  AppendTo(block, lanes_.Place(lane, Here(event, document, lane, introduce), There(event, document, lane)));
  ++events_;
  return block;
}

Block PlayRenderer::Here(const v1::Event& event, const v1::Document& document, std::size_t lane, bool introduce) const {
  const std::string id = IdOf(document.name());
  Line head(page_);
  head.Add(lanes_.role(lane), Clock(event, lane)).Add("  ").Add(Role::kStrong, InWords(event.type()));
  Block block;
  if (head.width() + 2 + Width(id) <= lanes_.width()) {
    block.push_back(head.FillTo(lanes_.width() - Width(id)).Add(Role::kDim, id));
  } else {
    block.push_back(head);
    AppendTo(block, Paragraph(page_, Role::kDim, id, lanes_.width(), kTextIndent));
  }
  AppendTo(block, Paragraph(page_, lanes_.role(lane), document.title(), lanes_.width(), kTextIndent));
  if (introduce) AppendTo(block, Introduction(document));
  const std::string circumstances = Circumstances(event);
  if (!circumstances.empty()) {
    AppendTo(block, Paragraph(page_, Role::kDim, circumstances, lanes_.width(), kTextIndent));
  }
  const std::string doubt = DoubtInWords(event.date(), vocabulary_.usual_year());
  if (!doubt.empty()) AppendTo(block, Paragraph(page_, Role::kDoubt, doubt, lanes_.width(), kTextIndent));
  return block;
}

Block PlayRenderer::Introduction(const v1::Document& document) const {
  std::string text = KindInWords(document);
  for (const v1::Relation& relation : document.relations()) {
    if (relation.type() != v1::RELATION_TYPE_REPLIES_TO) continue;
    absl::StrAppend(&text, "; ", InWords(relation.type()), " ", IdOf(relation.document()));
    const v1::Document* question = Find(relation.document());
    if (question != nullptr && !question->dates().empty()) {
      absl::StrAppend(&text, " of ", DayInWords(question->dates(0).date(), vocabulary_.usual_year()));
    }
  }
  Block block = Paragraph(page_, Role::kPlain, text, lanes_.width(), kTextIndent);
  const DatedInWords dated = Dated(vocabulary_, document);
  if (dated.disputed) {
    AppendTo(block, Paragraph(page_, Role::kDoubt, "dated " + dated.text, lanes_.width(), kTextIndent));
  }
  return block;
}

Block PlayRenderer::There(const v1::Event& event, const v1::Document& document, std::size_t lane) const {
  if (lanes_.count() == 1) return {};
  const std::size_t other = 1 - lane;
  Block block = {Line(page_).Add(Role::kDim, Clock(event, other))};
  const v1::Event* learnt = FirstKnownTo(document, vocabulary_.capitals()[other].id);
  // One side's view does not tell what the other learns.
  const bool in_view = audience_.empty() || audience_ == vocabulary_.capitals()[other].id;
  if (in_view && learnt != nullptr && learnt->name() == event.name()) {
    AppendTo(block,
             Paragraph(page_, lanes_.role(other), absl::StrCat(vocabulary_.capitals()[other].name, " learns of it"),
                       lanes_.width(), kTextIndent));
  }
  return block;
}

Block PlayRenderer::Ending() const {
  Block block = {Line(page_), Rule(page_, Role::kDim)};
  AppendTo(block, Paragraph(page_, Role::kDim,
                            absl::StrCat("The end: ", Counted(events_, "event"), " of ",
                                         Counted(static_cast<long long>(introduced_.size()), "document"), "."),
                            page_.width));
  return block;
}

const v1::Document* PlayRenderer::Find(const std::string& name) const {
  const auto found = documents_.find(name);
  return found == documents_.end() ? nullptr : &found->second;
}

std::string PlayRenderer::Clock(const v1::Event& event, std::size_t lane) const {
  return ClockInWords(event.date(), vocabulary_.capitals()[lane].zone, today_, vocabulary_.usual_year());
}

}  // namespace hotline::cli
