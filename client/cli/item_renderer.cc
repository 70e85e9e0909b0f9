#include "client/cli/item_renderer.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"

namespace hotline::cli {
namespace {

// Behind a clock of five columns, two blanks.
constexpr int kTextIndent = 7;

}  // namespace

ItemRenderer::ItemRenderer(const Page& page, const Vocabulary& vocabulary, const Documents& documents,
                           std::string audience, bool names_lanes)
    : page_(page),
      vocabulary_(vocabulary),
      documents_(documents),
      lanes_(page, vocabulary),
      audience_(std::move(audience)),
      names_lanes_(names_lanes) {}

Block ItemRenderer::Render(const v1::TimelineItem& item) {
  if (item.has_day_started()) return DayHeading(item.day_started());
  if (item.has_event()) return EventItem(item);
  return {};
}

Block ItemRenderer::GoToDay(absl::CivilDay day, const std::string& title, bool with_names) {
  today_ = day;
  Block block = {Line(page_), Rule(page_, Role::kHeading, title)};
  if (with_names && names_lanes_) AppendTo(block, lanes_.Header());
  return block;
}

Block ItemRenderer::DayHeading(const v1::DayStarted& started) {
  const absl::CivilDay day = ParseDay(started.day()).value_or(today_);
  const bool eventful = started.event_count() > 0;
  const std::string count = eventful ? Counted(started.event_count(), "event") : "no events";
  return GoToDay(day, absl::StrCat(LongDayWithWeekday(day), " - ", count), eventful);
}

Block ItemRenderer::EventItem(const v1::TimelineItem& item) {
  Block block;
  // A playback that begins within a day has had no marker for it.
  const absl::CivilDay day = absl::ToCivilDay(ToTime(item.time()), zone_);
  if (day != today_) block = GoToDay(day, absl::StrCat(LongDayWithWeekday(day), ", continued"), true);
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

Block ItemRenderer::Here(const v1::Event& event, const v1::Document& document, std::size_t lane, bool introduce) const {
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

Block ItemRenderer::Introduction(const v1::Document& document) const {
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

Block ItemRenderer::There(const v1::Event& event, const v1::Document& document, std::size_t lane) const {
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

const v1::Document* ItemRenderer::Find(const std::string& name) const {
  const auto found = documents_.find(name);
  return found == documents_.end() ? nullptr : &found->second;
}

std::string ItemRenderer::Clock(const v1::Event& event, std::size_t lane) const {
  return ClockInWords(event.date(), vocabulary_.capitals()[lane].zone, today_, vocabulary_.usual_year());
}

}  // namespace hotline::cli
