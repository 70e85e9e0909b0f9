#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/civil_time.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

constexpr int kWidestName = 16;
constexpr int kWidestDate = 22;

std::string ByHowMuch(const v1::DateComparison& comparison) {
  if (comparison.has_day_difference() && comparison.day_difference() != 0) {
    const int days = comparison.day_difference();
    return absl::StrCat(Counted(std::abs(days), "day"), days > 0 ? " later" : " earlier");
  }
  const absl::Duration difference = ToDuration(comparison.difference());
  if (difference == absl::ZeroDuration()) return "";
  return absl::StrCat(DurationInWords(absl::AbsDuration(difference)),
                      difference > absl::ZeroDuration() ? " later" : " earlier");
}

// What the row comes to, from the first source's side.
Cell OutcomeCell(const v1::DateComparison& comparison, const std::string& first, const std::string& second) {
  switch (comparison.outcome()) {
    case v1::COMPARISON_OUTCOME_AGREES:
      return {Role::kPlain, "agree"};
    case v1::COMPARISON_OUTCOME_DIFFERS:
      return {Role::kDoubt, absl::StrCat(second, " ", ByHowMuch(comparison))};
    case v1::COMPARISON_OUTCOME_ONLY_FIRST:
      return {Role::kDim, "only " + first};
    case v1::COMPARISON_OUTCOME_ONLY_SECOND:
      return {Role::kDim, "only " + second};
    default:
      return {Role::kDim, "neither"};
  }
}

std::string CountInWords(const v1::OutcomeCount& count, const std::string& first, const std::string& second) {
  switch (count.outcome()) {
    case v1::COMPARISON_OUTCOME_AGREES:
      return absl::StrCat("they agree on ", count.count());
    case v1::COMPARISON_OUTCOME_DIFFERS:
      return absl::StrCat("differ on ", count.count());
    case v1::COMPARISON_OUTCOME_ONLY_FIRST:
      return absl::StrCat("only ", first, " dates ", count.count());
    case v1::COMPARISON_OUTCOME_ONLY_SECOND:
      return absl::StrCat("only ", second, " dates ", count.count());
    default:
      return absl::StrCat("neither dates ", count.count());
  }
}

}  // namespace

std::string RenderComparison(const Page& page, const Vocabulary& vocabulary, const std::string& first_source,
                             const std::string& second_source, const std::vector<v1::CompareSourcesResponse>& pages) {
  const std::string first = vocabulary.SourceName(first_source);
  const std::string second = vocabulary.SourceName(second_source);
  const auto dated = [&vocabulary](bool is_set, const v1::DateClaim& claim) {
    return is_set ? DateInWords(claim.date(), vocabulary.usual_year()) : std::string("-");
  };
  std::vector<std::vector<Cell>> rows;
  for (const v1::CompareSourcesResponse& response : pages) {
    for (const v1::DateComparison& comparison : response.comparisons()) {
      const bool differs = comparison.outcome() == v1::COMPARISON_OUTCOME_DIFFERS;
      const Role role = differs ? Role::kDoubt : Role::kPlain;
      rows.push_back({{Role::kStrong, IdOf(comparison.document())},
                      {role, dated(comparison.has_first(), comparison.first())},
                      {role, dated(comparison.has_second(), comparison.second())},
                      OutcomeCell(comparison, first, second)});
    }
  }
  Block block;
  if (!rows.empty()) {
    block = Table(page, {{"NAME", kWidestName}, {first, kWidestDate}, {second, kWidestDate}, {"COMPARED", 0}}, rows);
    block.push_back(Line(page));
  }
  std::vector<std::string> counts;
  int documents = 0;
  for (const v1::OutcomeCount& count : pages.back().counts()) {
    documents += count.count();
    if (count.count() > 0) counts.push_back(CountInWords(count, first, second));
  }
  const std::string summary = counts.empty() ? "" : absl::StrCat(": ", absl::StrJoin(counts, ", "));
  AppendTo(block, Paragraph(page, Role::kDim, absl::StrCat(Counted(documents, "document"), summary), page.width));
  return ToText(block);
}

}  // namespace hotline::cli
