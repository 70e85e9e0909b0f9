#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

// Columns an event takes in its bar where there is room.
constexpr int kWidestEvent = 4;
constexpr int kNarrowestBar = 10;

std::string DayName(const v1::Day& day) {
  const std::optional<absl::CivilDay> parsed = ParseDay(day.day());
  if (!parsed) return day.day();
  return absl::StrCat(LongDayWithWeekday(*parsed).substr(0, 3), " ", LongDay(*parsed));
}

std::string CountText(const v1::Day& day) {
  if (day.event_count() == 0) return "none";
  return absl::StrCat(Counted(day.event_count(), "event"), " of ", Counted(day.document_count(), "document"));
}

std::string Bar(int columns) {
  std::string bar;
  for (int i = 0; i < columns; ++i) bar += "█";
  return bar;
}

}  // namespace

std::string RenderDays(const Page& page, const v1::ListDaysResponse& response) {
  int widest_name = 0;
  int widest_count = 0;
  int most = 0;
  int events = 0;
  for (const v1::Day& day : response.days()) {
    widest_name = std::max(widest_name, Width(DayName(day)));
    widest_count = std::max(widest_count, Width(CountText(day)));
    most = std::max(most, day.event_count());
    events += day.event_count();
  }
  const int room = std::max(kNarrowestBar, page.width - widest_name - widest_count - 4);
  const int scale = std::max(most, 1);
  const int longest = std::min(room, scale * kWidestEvent);

  Block block;
  for (const v1::Day& day : response.days()) {
    // An event is never too little to be seen.
    const int exact = day.event_count() * longest / scale;
    const int columns = day.event_count() > 0 ? std::max(exact, 1) : 0;
    block.push_back(Line(page)
                        .Add(day.event_count() > 0 ? Role::kPlain : Role::kDim, DayName(day))
                        .FillTo(widest_name + 2)
                        .Add(Role::kLeft, Bar(columns))
                        .FillTo(widest_name + 2 + longest + 2)
                        .Add(Role::kDim, CountText(day)));
  }
  block.push_back(Line(page));
  AppendTo(block, Paragraph(page, Role::kDim,
                            absl::StrCat(Counted(response.days_size(), "day"), " of ", response.time_zone(), ", ",
                                         Counted(events, "event")),
                            page.width));
  return ToText(block);
}

}  // namespace hotline::cli
