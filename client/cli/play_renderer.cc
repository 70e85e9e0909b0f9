#include "client/cli/play_renderer.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"

namespace hotline::cli {

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
  return response.has_closing() ? InWords(response.closing()) : "";
}

std::string InWords(const v1::Closing& closing) {
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

PlayRenderer::PlayRenderer(const Page& page, const Vocabulary& vocabulary, const Documents& documents,
                           std::string audience)
    : page_(page),
      vocabulary_(vocabulary),
      audience_(audience),
      items_(page, vocabulary, documents, std::move(audience), true) {}

std::string PlayRenderer::Render(const v1::StreamTimelineResponse& response) {
  Block block;
  if (response.has_opened()) block = Opening(response);
  for (const v1::TimelineItem& item : response.items()) {
    AppendTo(block, items_.Render(item));
    if (item.has_end_of_timeline()) AppendTo(block, Ending());
  }
  return ToText(block);
}

Block PlayRenderer::Opening(const v1::StreamTimelineResponse& response) {
  // A playback that was taken up again has its heading already.
  if (opened_) return {};
  opened_ = true;
  const v1::PlaybackOpened& opened = response.opened();
  const absl::TimeZone zone = FindZone(opened.time_zone()).value_or(absl::UTCTimeZone());
  items_.SetZone(zone);
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
                              absl::StrCat("From the position given: ", LongDay(absl::ToCivilDay(clock, zone)), ", ",
                                           absl::FormatTime("%H:%M", clock, zone)),
                              page_.width));
  }
  return block;
}

Block PlayRenderer::Ending() const {
  Block block = {Line(page_), Rule(page_, Role::kDim)};
  AppendTo(block, Paragraph(page_, Role::kDim,
                            absl::StrCat("The end: ", Counted(items_.events(), "event"), " of ",
                                         Counted(static_cast<long long>(items_.documents()), "document"), "."),
                            page_.width));
  return block;
}

}  // namespace hotline::cli
