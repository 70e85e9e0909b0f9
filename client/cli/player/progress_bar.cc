#include "client/cli/player/progress_bar.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "client/cli/civil_time.h"

namespace hotline::cli {
namespace {

constexpr char kPlayedBar[] = "━";
constexpr char kPlayedMidnight[] = "┿";
constexpr char kBarToCome[] = "─";
constexpr char kMidnightToCome[] = "┼";
constexpr char kHead[] = "●";
constexpr char kPlayedMark[] = "•";
constexpr char kMarkToCome[] = "·";
// Two digits and a blank.
constexpr int kNarrowestLabel = 3;

int ColumnOf(absl::Time time, const Progress& progress, int width) {
  if (progress.end <= progress.start) return 0;
  const double part = absl::FDivDuration(time - progress.start, progress.end - progress.start);
  return std::clamp(static_cast<int>(part * width), 0, std::max(0, width - 1));
}

struct Midnight {
  absl::CivilDay day;
  int column;
};

// One a column at most, from left to right.
std::vector<Midnight> Midnights(const Progress& progress, int width) {
  std::vector<Midnight> midnights;
  for (int column = 0; column < width; ++column) {
    const absl::Time left = progress.start + (progress.end - progress.start) * column / width;
    const absl::CivilDay day = absl::ToCivilDay(left - absl::Nanoseconds(1), progress.zone) + 1;
    const absl::Time midnight = absl::FromCivil(day, progress.zone);
    const bool here = midnight < progress.end && ColumnOf(midnight, progress, width) == column;
    if (here && (midnights.empty() || midnights.back().day != day)) midnights.push_back({day, column});
  }
  return midnights;
}

std::string DayLabel(absl::CivilDay day, int room, absl::civil_year_t usual_year) {
  const std::string weekday = LongDayWithWeekday(day).substr(0, 3);
  const std::string short_day = ShortDay(day, usual_year);
  const std::string number = std::to_string(day.day());
  for (const std::string& label : {weekday + " " + short_day, weekday + " " + number, number}) {
    if (Width(label) < room) return label;
  }
  return "";
}

Line DaysRow(const Page& page, const std::vector<Midnight>& midnights) {
  int narrowest = page.width;
  for (std::size_t i = 1; i < midnights.size(); ++i) {
    narrowest = std::min(narrowest, midnights[i].column - midnights[i - 1].column);
  }
  Line row(page);
  for (const Midnight& midnight : midnights) {
    // Where days are narrower than any date, a date takes the room of the days behind it, which then have none.
    if (row.width() > 0 && midnight.column <= row.width()) continue;
    const std::string label = DayLabel(midnight.day, std::max(narrowest, kNarrowestLabel), midnight.day.year());
    if (midnight.column + Width(label) <= page.width) row.FillTo(midnight.column).Add(Role::kDim, label);
  }
  return row;
}

enum class MarkCell { kEmpty, kToCome, kPlayed };

Line MarksRow(const Page& page, const Progress& progress, std::size_t lane) {
  std::vector<MarkCell> cells(static_cast<std::size_t>(page.width), MarkCell::kEmpty);
  for (const Progress::Mark& mark : progress.marks) {
    if (mark.lane != lane) continue;
    MarkCell& cell = cells[static_cast<std::size_t>(ColumnOf(mark.time, progress, page.width))];
    cell = std::max(cell, mark.played ? MarkCell::kPlayed : MarkCell::kToCome);
  }
  Line row(page);
  for (const MarkCell cell : cells) {
    if (cell == MarkCell::kEmpty) row.Add(" ");
    if (cell == MarkCell::kToCome) row.Add(Role::kDim, kMarkToCome);
    if (cell == MarkCell::kPlayed) row.Add(lane == 0 ? Role::kLeft : Role::kRight, kPlayedMark);
  }
  return row;
}

Line BarRow(const Page& page, const Progress& progress, const std::vector<Midnight>& midnights) {
  const int head = ColumnOf(progress.clock, progress, page.width);
  std::string played;
  std::string to_come;
  std::size_t next = 0;
  for (int column = 0; column < page.width; ++column) {
    const bool midnight = next < midnights.size() && midnights[next].column == column;
    if (midnight) ++next;
    if (column < head) played += midnight ? kPlayedMidnight : kPlayedBar;
    if (column > head) to_come += midnight ? kMidnightToCome : kBarToCome;
  }
  return Line(page).Add(Role::kStrong, played + kHead).Add(Role::kDim, to_come);
}

}  // namespace

ProgressRows RenderProgress(const Page& page, const Progress& progress) {
  const std::vector<Midnight> midnights = Midnights(progress, page.width);
  return {DaysRow(page, midnights), MarksRow(page, progress, 0), BarRow(page, progress, midnights),
          MarksRow(page, progress, 1)};
}

}  // namespace hotline::cli
