#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/civil_time.h"
#include "client/cli/marked_text.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

constexpr int kFacetColumn = 11;
// Of a facet; the rest is counted.
constexpr int kMostValues = 10;

bool BeginsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// The number in "events[2].note"; -1 where there is none.
int IndexIn(const std::string& path) {
  int index = -1;
  const std::size_t open = path.find('[');
  if (open == std::string::npos || !absl::SimpleAtoi(path.substr(open + 1, path.find(']') - open - 1), &index))
    return -1;
  return index;
}

// Where a text stands, for people: "note on the date of FRUS", "place, handed over".
std::string PlaceInWords(const Vocabulary& vocabulary, const v1::Document& document, const std::string& path) {
  const int index = IndexIn(path);
  const std::string field = path.substr(0, path.find_first_of("[."));
  const std::string subfield = path.substr(path.rfind('.') + 1);
  if (field == "authors") return "author";
  if (field == "recipients") return "recipient";
  if (field == "copied_to") return "copied to";
  if (field == "entries") return "heading";
  if (field == "identifiers") return "identifier";
  if (field == "dates" && index >= 0 && index < document.dates_size()) {
    return absl::StrCat("note on the date of ", vocabulary.SourceName(document.dates(index).source()));
  }
  if (field == "events" && index >= 0 && index < document.events_size()) {
    return absl::StrCat(subfield, ", ", InWords(document.events(index).type()));
  }
  return field;
}

std::string WhoseWord(const Vocabulary& vocabulary, const v1::SearchHit& hit) {
  const std::string certainty = hit.certainty() == v1::CERTAINTY_DEFINITE ? "certain" : "possible";
  if (hit.date_source().empty()) return absl::StrCat("; ", certainty, ", since nobody gives a date");
  return absl::StrCat("; ", certainty, " by ", vocabulary.SourceName(hit.date_source()));
}

// Draws hits, the best first.
class HitPicture {
 public:
  HitPicture(const Page& page, const Vocabulary& vocabulary, bool in_days)
      : page_(page), vocabulary_(vocabulary), in_days_(in_days) {}

  Block Draw(int rank, const v1::SearchHit& hit) const {
    const v1::Document& document = hit.document();
    Line head =
        Line(page_).Add(Role::kDim, absl::StrCat(rank)).Add("  ").Add(Role::kStrong, IdOf(document.name())).Add("  ");
    const int indent = head.width();
    Block block;
    for (const Line& line : Title(hit, page_.width - indent)) {
      block.push_back(head.FillTo(indent).Append(line));
      head = Line(page_);
    }
    const DatedInWords dated = Dated(vocabulary_, document);
    AppendTo(block, Paragraph(page_, dated.disputed ? Role::kDoubt : Role::kPlain,
                              absl::StrCat(dated.text, "; ", KindInWords(document),
                                           in_days_ ? WhoseWord(vocabulary_, hit) : ""),
                              page_.width, indent));
    for (const v1::FieldMatch& match : hit.matches()) {
      if (match.field() != "title") AppendTo(block, Found(document, match, indent));
    }
    return block;
  }

 private:
  Block Title(const v1::SearchHit& hit, int width) const {
    for (const v1::FieldMatch& match : hit.matches()) {
      if (match.field() == "title") return MarkedParagraph(page_, hit.document().title(), match.ranges(), 0, width);
    }
    return Paragraph(page_, Role::kPlain, hit.document().title(), width);
  }

  Block Found(const v1::Document& document, const v1::FieldMatch& match, int indent) const {
    const std::string before = match.snippet_range().start() > 0 ? "… " : "";
    const std::string behind = match.snippet_range().end() < match.text_length() ? " …" : "";
    const std::string place = PlaceInWords(vocabulary_, document, match.field()) + ": ";
    // What is put before the snippet moves its ranges.
    const int moved = static_cast<int>(CodePoints(place) + CodePoints(before));
    return MarkedParagraph(page_, absl::StrCat(place, before, match.snippet(), behind), match.ranges(),
                           match.snippet_range().start() - moved, page_.width, indent);
  }

  static std::ptrdiff_t CodePoints(const std::string& text) {
    return std::count_if(text.begin(), text.end(), BeginsCodePoint);
  }

  const Page& page_;
  const Vocabulary& vocabulary_;
  const bool in_days_;
};

// A facet's value for people.
std::string ValueInWords(const Vocabulary& vocabulary, const std::string& property, const std::string& value) {
  if (property == "author" || property == "recipient") return vocabulary.ParticipantName(value);
  if (property == "source") return vocabulary.SourceName(value);
  v1::DocumentKind kind;
  if (property == "kind" && v1::DocumentKind_Parse(value, &kind)) return InWords(kind);
  if (property == "publicity") return value == "PUBLICITY_PUBLIC" ? "public" : "private";
  const std::optional<absl::CivilDay> day = property == "day" ? ParseDay(value) : std::nullopt;
  return day ? ShortDay(*day, vocabulary.usual_year()) : value;
}

Block FacetBlock(const Page& page, const Vocabulary& vocabulary, const v1::Facet& facet) {
  std::vector<v1::FacetCount> counts(facet.counts().begin(), facet.counts().end());
  if (counts.size() > kMostValues) counts.resize(kMostValues);
  if (facet.property() == "day") {  // the most frequent ones, in order of time
    std::sort(counts.begin(), counts.end(),
              [](const v1::FacetCount& a, const v1::FacetCount& b) { return a.value() < b.value(); });
  }
  std::vector<std::string> values;
  for (const v1::FacetCount& count : counts) {
    values.push_back(absl::StrCat(ValueInWords(vocabulary, facet.property(), count.value()), " (", count.count(), ")"));
  }
  const int more = facet.value_count() - static_cast<int>(counts.size());
  if (more > 0) values.push_back(absl::StrCat("and ", more, " more"));
  return Labelled(page, facet.property(), Role::kPlain, absl::StrJoin(values, ", "), kFacetColumn);
}

}  // namespace

std::string RenderSearch(const Page& page, const Vocabulary& vocabulary, const v1::TimeWindow& window,
                         const std::vector<v1::SearchDocumentsResponse>& pages) {
  const HitPicture picture(page, vocabulary, !window.first_day().empty() || !window.last_day().empty());
  Block block;
  int rank = 0;
  for (const v1::SearchDocumentsResponse& response : pages) {
    for (const v1::SearchHit& hit : response.hits()) {
      AppendTo(block, picture.Draw(++rank, hit));
      block.push_back(Line(page));
    }
  }
  const v1::SearchDocumentsResponse& last = pages.back();
  if (rank > 0) {
    block.push_back(Rule(page, Role::kHeading, rank < last.total_size() ? "All that was found" : "What was found"));
    for (const v1::Facet& facet : last.facets()) {
      if (facet.value_count() > 0) AppendTo(block, FacetBlock(page, vocabulary, facet));
    }
    block.push_back(Line(page));
  }
  std::string footer = Counted(last.total_size(), "document");
  if (rank > 0 && rank < last.total_size()) absl::StrAppend(&footer, ", of which the best ", rank, " are shown");
  if (rank > 0) absl::StrAppend(&footer, "; days of ", last.time_zone());
  AppendTo(block, Paragraph(page, Role::kDim, footer, page.width));
  return ToText(block);
}

std::vector<std::string> PointAt(const std::string& query, int position, int length, int width) {
  std::string before;
  std::string place;
  std::string behind;
  int code_point = -1;
  for (const char c : query) {
    if (BeginsCodePoint(c)) ++code_point;
    (code_point < position ? before : code_point < position + length ? place : behind) += c;
  }
  // Of a long query, what stands around the place.
  if (Width(query) > width && Width(before) > width / 2) {
    while (Width(before) >= width / 2) {
      before.erase(0, static_cast<std::size_t>(std::find_if(before.begin() + 1, before.end(), BeginsCodePoint) -
                                               before.begin()));
    }
    before.insert(0, "…");
  }
  // What of the query could command the terminal, or break the line, takes a column too.
  const Page plain;
  Line line = Line(plain).Add(before).Add(place).Add(behind);
  if (line.width() > width) line.CutTo(width - 1).Add("…");
  const int marks = std::clamp(Width(place), 1, std::max(width - Width(before), 1));
  return {line.text(), absl::StrCat(std::string(static_cast<std::size_t>(Width(before)), ' '),
                                    std::string(static_cast<std::size_t>(marks), '^'))};
}

}  // namespace hotline::cli
