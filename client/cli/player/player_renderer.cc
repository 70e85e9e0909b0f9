#include "client/cli/player/player_renderer.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"
#include "client/cli/lanes.h"
#include "client/cli/play_renderer.h"
#include "client/cli/player/progress_bar.h"

namespace hotline::cli {
namespace {

// Below this an event's text would have less than ten columns in its lane.
constexpr int kNarrowestLanes = 40;
// From this on a column on either side stays free.
constexpr int kNarrowestWithMargin = 62;
constexpr int kMostNoticeRows = 3;

// The first that fits; the last where none does.
std::string WhatFits(int width, std::initializer_list<std::string> from_long_to_short) {
  for (const std::string& text : from_long_to_short) {
    if (Width(text) <= width) return text;
  }
  return *(from_long_to_short.end() - 1);
}

std::string HourAndMinute(absl::Time time, absl::TimeZone zone) { return absl::FormatTime("%H:%M", time, zone); }

std::string WeekdayAndDay(absl::CivilDay day, absl::civil_year_t usual_year) {
  return absl::StrCat(LongDayWithWeekday(day).substr(0, 3), " ", ShortDay(day, usual_year));
}

std::string StateInWords(PlayerState state) {
  switch (state) {
    case PlayerState::kConnecting:
      return "… connecting";
    case PlayerState::kPlaying:
      return "▶ playing";
    case PlayerState::kPaused:
      return "‖ paused";
    case PlayerState::kEnded:
      return "■ the end";
    case PlayerState::kSilent:
      return "… waiting";
    case PlayerState::kReconnecting:
      return "… reconnecting";
    case PlayerState::kResting:
      return "■ at rest";
  }
  return "";
}

Role RoleOf(PlayerState state) {
  return state == PlayerState::kPlaying || state == PlayerState::kEnded ? Role::kStrong : Role::kDoubt;
}

}  // namespace

// The lanes as far as they were drawn, for one width and one list of items.
class PlayerRenderer::History {
 public:
  History(const Page& page, const PlayerRenderer& renderer, std::int64_t generation)
      : page_(page),
        generation_(generation),
        items_(page_, renderer.vocabulary_, renderer.documents_, renderer.audience_, false),
        lanes_(page_, renderer.vocabulary_) {}

  bool IsOf(int width, std::int64_t generation) const { return page_.width == width && generation_ == generation; }

  // The last `rows` lines of the first `played` items; of the newest one the beginning where that is longer.
  Block Tail(const PlayerView& view, int rows) {
    items_.SetZone(FindZone(view.opened.time_zone()).value_or(absl::UTCTimeZone()));
    while (ends_.size() < view.played) {
      AppendTo(lines_, items_.Render((*view.items)[ends_.size()]));
      ends_.push_back(lines_.size());
    }
    const std::size_t end = view.played == 0 ? 0 : ends_[view.played - 1];
    std::size_t newest = view.played < 2 ? 0 : ends_[view.played - 2];
    const auto height = static_cast<std::size_t>(rows);
    // A blank line divides it from what was before.
    if (newest > 0 && newest < end) ++newest;
    const std::size_t first = std::min(end > height ? end - height : 0, newest);
    const auto begin = lines_.begin() + static_cast<std::ptrdiff_t>(first);
    Block tail(begin, begin + static_cast<std::ptrdiff_t>(std::min(end - first, height)));
    while (tail.size() < height) AppendTo(tail, lanes_.Place(0, {Line(page_)}, {}));
    return tail;
  }

 private:
  const Page page_;
  const std::int64_t generation_;
  ItemRenderer items_;
  const Lanes lanes_;
  Block lines_;
  std::vector<std::size_t> ends_;  // behind which line each item ends
};

PlayerRenderer::PlayerRenderer(bool colour, const Vocabulary& vocabulary, const Documents& documents,
                               std::string audience)
    : colour_(colour), vocabulary_(vocabulary), documents_(documents), audience_(std::move(audience)) {}

PlayerRenderer::~PlayerRenderer() = default;

Block PlayerRenderer::Render(const PlayerView& view, ScreenSize size) {
  const int margin = size.columns >= kNarrowestWithMargin ? 1 : 0;
  page_ = {std::max(1, size.columns - 2 * margin), colour_};
  if (!history_ || !history_->IsOf(page_.width, view.generation)) {
    history_ = std::make_unique<History>(page_, *this, view.generation);
  }
  Block notice;
  if (view.notice) notice = Paragraph(page_, view.notice->role, view.notice->text, page_.width);
  if (notice.size() > kMostNoticeRows) notice.resize(kMostNoticeRows, Line(page_));
  const Layout layout = Divide(size.rows, static_cast<int>(notice.size()));
  notice.resize(static_cast<std::size_t>(layout.notice), Line(page_));

  Block frame;
  if (layout.title > 0) frame.push_back(Title());
  AppendTo(frame, Clocks(view, layout));
  if (layout.above_lanes > 0) frame.push_back(Line(page_));
  if (layout.lanes > 0) AppendTo(frame, history_->Tail(view, layout.lanes));
  AppendTo(frame, Bar(view, layout));
  if (layout.state > 0) frame.push_back(State(view, layout.notice > 0));
  AppendTo(frame, notice);
  if (layout.keys > 0) frame.push_back(Keys(view));
  for (Line& line : frame) line = Line(page_).FillTo(margin).Append(line.CutTo(page_.width));
  return frame;
}

PlayerRenderer::Layout PlayerRenderer::Divide(int rows, int notice_rows) const {
  int left = rows;
  const auto take = [&left](int wanted) {
    const int taken = std::clamp(left, 0, wanted);
    left -= taken;
    return taken;
  };
  const auto take_all_or_none = [&](int wanted) { return left >= wanted ? take(wanted) : 0; };
  Layout layout;
  // What comes first is left out last.
  layout.clocks = take(1);
  layout.state = take(1);
  layout.bar = take(1);
  if (HasLanes()) layout.lanes = take(4);
  layout.keys = take(1);
  layout.notice = take(1);
  layout.marks = take(static_cast<int>(vocabulary_.capitals().size()));
  layout.days = take(1);
  if (HasLanes()) layout.lanes += take(6);
  if (Width(vocabulary_.corpus().title()) <= page_.width) layout.title = take(1);
  const Lanes lanes(page_, vocabulary_);
  const auto enlarge = [&](ClockSize size, int rows_for_others) {
    const int more = FaceHeight(size) + 1 - layout.clocks;
    if (!HasLanes() || lanes.width() < FaceWidth("00:00", size) || left < more + rows_for_others) return;
    layout.clocks += take(more);
    layout.clock_size = size;
  };
  enlarge(ClockSize::kSmall, 0);
  layout.above_lanes = take_all_or_none(1);
  enlarge(ClockSize::kLarge, 8);
  layout.lanes += HasLanes() ? left : 0;
  // A long notice takes its further rows from the lanes.
  const int more = std::clamp(notice_rows - layout.notice, 0, std::max(0, layout.lanes - 2));
  layout.notice += layout.notice > 0 ? more : 0;
  layout.lanes -= layout.notice > 0 ? more : 0;
  return layout;
}

bool PlayerRenderer::HasLanes() const { return page_.width >= kNarrowestLanes; }

Line PlayerRenderer::Title() const {
  const std::string& title = vocabulary_.corpus().title();
  const std::string view =
      audience_.empty() ? "" : absl::StrCat("as ", vocabulary_.AudienceName(audience_), " knew it");
  Line line = Line(page_).Add(Role::kHeading, title);
  if (line.width() + 2 + Width(view) <= page_.width) line.FillTo(page_.width - Width(view)).Add(Role::kStrong, view);
  return line;
}

Block PlayerRenderer::Clocks(const PlayerView& view, const Layout& layout) const {
  if (layout.clocks == 0) return {};
  const Lanes lanes(page_, vocabulary_);
  if (!HasLanes()) return {PlainClocks(view)};
  const bool opened = view.state != PlayerState::kConnecting;
  std::vector<Block> faces;
  for (std::size_t lane = 0; lane < lanes.count(); ++lane) {
    const Capital& capital = vocabulary_.capitals()[lane];
    const std::string time = opened ? HourAndMinute(view.clock, capital.zone) : "--:--";
    const absl::CivilDay day = absl::ToCivilDay(view.clock, capital.zone);
    const std::string long_day = opened ? LongDayWithWeekday(day) : "";
    const std::string short_day = opened ? WeekdayAndDay(day, vocabulary_.usual_year()) : "";
    const std::string shortest_day = opened ? ShortDay(day, vocabulary_.usual_year()) : "";
    Line name = Line(page_).Add(lanes.role(lane), capital.name);
    Block face;
    if (layout.clocks > 1) {
      face = ClockFace(page_, lanes.role(lane), time, layout.clock_size);
    } else {
      name.Add("  ").Add(Role::kStrong, time);
    }
    const int room = lanes.width() - name.width() - 2;
    face.push_back(name.Add("  ").Add(WhatFits(room, {long_day, short_day, shortest_day, ""})));
    faces.push_back(std::move(face));
  }
  return lanes.Place(0, faces.front(), faces.back());
}

Line PlayerRenderer::PlainClocks(const PlayerView& view) const {
  if (view.state == PlayerState::kConnecting) return Line(page_).Add("--:--");
  const Capital& left = vocabulary_.capitals().front();
  const Capital& right = vocabulary_.capitals().back();
  const std::string left_time = HourAndMinute(view.clock, left.zone);
  const std::string right_time = HourAndMinute(view.clock, right.zone);
  const std::string left_day = WeekdayAndDay(absl::ToCivilDay(view.clock, left.zone), vocabulary_.usual_year());
  if (vocabulary_.capitals().size() == 1) {
    return Line(page_).Add(Role::kStrong, WhatFits(page_.width, {absl::StrCat(left_day, " ", left_time), left_time}));
  }
  return Line(page_).Add(
      Role::kStrong,
      WhatFits(page_.width, {absl::StrCat(left_day, " ", left.name, " ", left_time, " ", right.name, " ", right_time),
                             absl::StrCat(left_day, " ", left_time, " / ", right_time),
                             absl::StrCat(left_time, " / ", right_time), left_time}));
}

Block PlayerRenderer::Bar(const PlayerView& view, const Layout& layout) const {
  if (layout.bar == 0) return {};
  if (view.state == PlayerState::kConnecting) {
    return Block(static_cast<std::size_t>(layout.bar + layout.days + layout.marks), Line(page_));
  }
  Progress progress = {ToTime(view.opened.start()),
                       ToTime(view.opened.end()),
                       view.clock,
                       FindZone(view.opened.time_zone()).value_or(absl::UTCTimeZone()),
                       {}};
  const bool one_row = layout.marks == 1;
  if (view.complete) {
    for (std::size_t i = 0; i < view.items->size(); ++i) {
      const v1::TimelineItem& item = (*view.items)[i];
      if (!item.has_event()) continue;
      const v1::TimelineEvent& event = item.event();
      const auto known = documents_.find(event.document().name());
      const v1::Document& document = known == documents_.end() ? event.document() : known->second;
      const std::size_t lane = one_row ? 0 : vocabulary_.LaneOf(document, event.event());
      progress.marks.push_back({ToTime(item.time()), lane, i < view.played});
    }
  } else {
    for (const absl::Time time : *view.eventful_days) progress.marks.push_back({time, 0, time < view.clock});
  }
  const ProgressRows rows = RenderProgress(page_, progress);
  Block block;
  if (layout.days > 0) block.push_back(rows.days);
  if (layout.marks > 0) block.push_back(rows.above);
  block.push_back(rows.bar);
  if (layout.marks > 1) block.push_back(rows.below);
  return block;
}

Line PlayerRenderer::State(const PlayerView& view, bool notice_elsewhere) const {
  Line line = Line(page_).Add(RoleOf(view.state), StateInWords(view.state));
  if (view.notice && !notice_elsewhere) return line.Add("  ").Add(view.notice->role, view.notice->text);
  if (view.state == PlayerState::kConnecting) return line;
  const int room = page_.width - line.width() - 2;
  v1::Pace without_gaps = view.pace;
  without_gaps.clear_longest_wait();
  const std::string pace = WhatFits(room, {InWords(view.pace), InWords(without_gaps), ""});
  line.Add("  ").Add(pace);
  std::string count = Counted(view.opened.event_count(), "event");
  if (view.events_played) count = absl::StrCat(*view.events_played, " of ", count);
  if (line.width() + 2 + Width(count) <= page_.width) line.FillTo(page_.width - Width(count)).Add(Role::kDim, count);
  return line;
}

Line PlayerRenderer::Keys(const PlayerView& view) const {
  struct KeyInWords {
    const char* key;
    const char* meaning;
  };
  const bool stands = view.state == PlayerState::kPaused || view.state == PlayerState::kResting;
  const char* space = view.state == PlayerState::kEnded ? "again" : stands ? "play" : "pause";
  const std::initializer_list<KeyInWords> keys = {{"space", space}, {"←→", "hour"},       {"↓↑", "day"}, {".", "step"},
                                                  {"- +", "pace"},  {"Home End", "ends"}, {"q", "quit"}};
  Line with_meanings(page_);
  Line alone(page_);
  for (const KeyInWords& key : keys) {
    if (with_meanings.width() > 0) with_meanings.Add("   ");
    if (alone.width() > 0) alone.Add(" ");
    with_meanings.Add(Role::kStrong, key.key).Add(" ").Add(Role::kDim, key.meaning);
    alone.Add(Role::kDim, key.key);
  }
  if (with_meanings.width() <= page_.width) return with_meanings;
  return alone.width() <= page_.width ? alone : Line(page_).Add(Role::kDim, "q quit");
}

}  // namespace hotline::cli
