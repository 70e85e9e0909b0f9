#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/civil_time.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

constexpr int kTextColumn = 12;
constexpr int kIndent = 2;
constexpr std::string_view kLaneGap = "  ";

void AddSection(const Page& page, std::string_view title, const Block& content, Block& block) {
  if (content.empty()) return;
  block.push_back(Line(page));
  block.push_back(Rule(page, Role::kDim, title));
  AppendTo(block, content);
}

std::string WithDescription(const Vocabulary& vocabulary, const std::string& name) {
  for (const v1::Participant& participant : vocabulary.corpus().participants()) {
    if (participant.name() == name && !participant.description().empty()) {
      return absl::StrCat(participant.display_name(), ", ", participant.description());
    }
  }
  return vocabulary.ParticipantName(name);
}

Block People(const Page& page, const Vocabulary& vocabulary, std::string_view label,
             const google::protobuf::RepeatedPtrField<std::string>& names) {
  Block block;
  for (const std::string& name : names) {
    AppendTo(block,
             Labelled(page, block.empty() ? label : "", Role::kPlain, WithDescription(vocabulary, name), kTextColumn));
  }
  return block;
}

Block Claim(const Page& page, const Vocabulary& vocabulary, const v1::DateClaim& claim, bool preferred, int width) {
  Line head(page);
  head.Add(preferred ? Role::kStrong : Role::kPlain, preferred ? "● " : "○ ");
  // Every claim with its year: here nothing is left to the reader.
  head.Add(preferred ? Role::kStrong : Role::kDoubt, DateInWords(claim.date(), 0));
  Block block = {head};
  const std::string source = vocabulary.SourceName(claim.source()) + (preferred ? " (preferred)" : "");
  AppendTo(block, Paragraph(page, Role::kPlain, source, width, kIndent));
  AppendTo(block, Paragraph(page, Role::kDim, claim.date().edtf(), width, kIndent));
  if (!claim.date().as_written().empty()) {
    AppendTo(block,
             Paragraph(page, Role::kDim, absl::StrCat("written \"", claim.date().as_written(), "\""), width, kIndent));
  }
  if (claim.date().inferred()) AppendTo(block, Paragraph(page, Role::kDoubt, "inferred", width, kIndent));
  if (!claim.note().empty()) AppendTo(block, Paragraph(page, Role::kPlain, claim.note(), width, kIndent));
  return block;
}

// Two claims to a row.
Block Claims(const Page& page, const Vocabulary& vocabulary, const v1::Document& document) {
  if (document.dates().empty()) return {Line(page).Add(Role::kDoubt, "no source gives a legible date")};
  if (document.dates_size() == 1) return Claim(page, vocabulary, document.dates(0), true, page.width);
  const int width = (page.width - static_cast<int>(kLaneGap.size())) / 2;
  Block block;
  for (int i = 0; i < document.dates_size(); i += 2) {
    if (i > 0) block.push_back(Line(page));
    Block right;
    if (i + 1 < document.dates_size()) right = Claim(page, vocabulary, document.dates(i + 1), false, width);
    AppendTo(block,
             SideBySide(page, Claim(page, vocabulary, document.dates(i), i == 0, width), width, kLaneGap, right));
  }
  return block;
}

Block Entries(const Page& page, const v1::Document& document) {
  Block block;
  for (const v1::CatalogEntry& entry : document.entries()) {
    const std::string number =
        entry.printed_number().empty() ? "no printed number" : absl::StrCat("printed number ", entry.printed_number());
    block.push_back(Line(page)
                        .Add(absl::StrCat("position ", entry.position(), ", ", number))
                        .Add(Role::kDim, absl::StrCat(", line ", entry.line())));
    AppendTo(block, Paragraph(page, Role::kPlain, absl::StrCat("\"", entry.heading(), "\""), page.width, kIndent));
  }
  return block;
}

// Where and how, who then knew, who says so.
std::string Background(const Vocabulary& vocabulary, const v1::Event& event) {
  std::vector<std::string> parts;
  if (const std::string circumstances = Circumstances(event); !circumstances.empty()) parts.push_back(circumstances);
  if (!event.known_to().empty()) parts.push_back("known to " + vocabulary.AudienceNames(event.known_to()));
  parts.push_back(vocabulary.SourceName(event.source()));
  return absl::StrJoin(parts, "; ");
}

// What happened, with the clocks of the capitals before it.
Block Life(const Page& page, const Vocabulary& vocabulary, const v1::Document& document) {
  constexpr Role kLanes[] = {Role::kLeft, Role::kRight};
  const std::vector<Capital>& capitals = vocabulary.capitals();
  std::vector<std::vector<std::string>> clocks;
  std::vector<int> columns(capitals.size() + 1, 0);
  for (const v1::Event& event : document.events()) {
    std::vector<std::string> row;
    for (const Capital& capital : capitals) {
      row.push_back(DateInWords(event.date(), capital.zone, vocabulary.usual_year()));
    }
    clocks.push_back(row);
  }
  for (std::size_t c = 0; c < capitals.size(); ++c) {
    int width = Width(capitals[c].name);
    for (const std::vector<std::string>& row : clocks) width = std::max(width, Width(row[c]));
    columns[c + 1] = columns[c] + width + 2;
  }
  Block block;
  if (clocks.empty()) return block;
  Line header(page);
  for (std::size_t c = 0; c < capitals.size(); ++c) header.FillTo(columns[c]).Add(kLanes[c], capitals[c].name);
  block.push_back(header);
  for (int i = 0; i < document.events_size(); ++i) {
    const v1::Event& event = document.events(i);
    Line line(page);
    for (std::size_t c = 0; c < capitals.size(); ++c) {
      line.FillTo(columns[c]).Add(kLanes[c], clocks[static_cast<std::size_t>(i)][c]);
    }
    line.FillTo(columns.back()).Add(Role::kStrong, InWords(event.type()));
    block.push_back(line);
    const std::string doubt = DoubtInWords(event.date(), vocabulary.usual_year());
    if (!doubt.empty()) AppendTo(block, Paragraph(page, Role::kDoubt, doubt, page.width, columns.back()));
    AppendTo(block, Paragraph(page, Role::kPlain, Background(vocabulary, event), page.width, columns.back()));
    if (!event.note().empty()) {
      AppendTo(block, Paragraph(page, Role::kDim, event.note(), page.width, columns.back()));
    }
  }
  return block;
}

// Edges of the thread at this document, from its own side and from the other's.
Block Relations(const Page& page, const Vocabulary& vocabulary, const v1::Document& document,
                const v1::GetThreadResponse& thread) {
  Block block;
  for (const v1::ThreadEdge& edge : thread.edges()) {
    const bool inverse = edge.target() == document.name();
    if (!inverse && edge.document() != document.name()) continue;
    const std::string& other = inverse ? edge.document() : edge.target();
    std::string text = absl::StrCat(InWords(edge.type(), inverse), " ", IdOf(other));
    for (const v1::Document& candidate : thread.documents()) {
      if (candidate.name() == other) absl::StrAppend(&text, ", ", candidate.title());
    }
    if (edge.has_delay()) absl::StrAppend(&text, "; ", DelayInWords(edge));
    absl::StrAppend(&text, " (", vocabulary.SourceName(edge.source()), ")");
    AppendTo(block, Paragraph(page, Role::kPlain, text, page.width));
  }
  for (const v1::Crossing& crossing : thread.crossings()) {
    if (crossing.first() != document.name() && crossing.second() != document.name()) continue;
    const std::string& other = crossing.first() == document.name() ? crossing.second() : crossing.first();
    AppendTo(block, Paragraph(page, Role::kDoubt,
                              absl::StrCat("crossed ", IdOf(other), ": each was sent before the other had arrived"),
                              page.width));
  }
  return block;
}

Block Identifiers(const Page& page, const Vocabulary& vocabulary, const v1::Document& document) {
  Block block;
  for (const v1::Identifier& identifier : document.identifiers()) {
    std::string text = identifier.value();
    if (!identifier.aliases().empty()) absl::StrAppend(&text, ", also ", absl::StrJoin(identifier.aliases(), ", "));
    AppendTo(block, Paragraph(page, Role::kPlain,
                              absl::StrCat(text, " (", vocabulary.SourceName(identifier.source()), ")"), page.width));
  }
  return block;
}

}  // namespace

std::string RenderDocument(const Page& page, const Vocabulary& vocabulary, const v1::Document& document,
                           const v1::GetThreadResponse& thread) {
  Block block = Paragraph(page, Role::kHeading, document.title(), page.width);
  block.push_back(Line(page).Add(Role::kDim, absl::StrCat(document.name(), ", ", KindInWords(document))));
  block.push_back(Line(page));
  AppendTo(block, People(page, vocabulary, "From", document.authors()));
  AppendTo(block, People(page, vocabulary, "To", document.recipients()));
  AppendTo(block, People(page, vocabulary, "Copy to", document.copied_to()));
  if (!document.summary().empty()) {
    AppendTo(block, Labelled(page, "Summary", Role::kPlain, document.summary(), kTextColumn));
  }
  AddSection(page, "Dated", Claims(page, vocabulary, document), block);
  AddSection(page, "In the finding aid", Entries(page, document), block);
  AddSection(page, "Its life", Life(page, vocabulary, document), block);
  AddSection(page, "Its answers", Relations(page, vocabulary, document, thread), block);
  AddSection(page, "Called", Identifiers(page, vocabulary, document), block);
  if (!document.text().empty()) {
    AddSection(page, "Text", Paragraph(page, Role::kPlain, document.text(), page.width), block);
  }
  return ToText(block);
}

}  // namespace hotline::cli
