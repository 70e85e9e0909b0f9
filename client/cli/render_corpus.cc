#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

constexpr int kTextColumn = 12;

std::string Span(const v1::Corpus& corpus) {
  const std::optional<absl::CivilDay> first = ParseDay(corpus.first_day());
  const std::optional<absl::CivilDay> last = ParseDay(corpus.last_day());
  const std::string span = first && last ? DaySpan(*first, *last) : "none";
  return absl::StrCat(span, ", in the zone ", corpus.default_time_zone());
}

Block Participants(const Page& page, const Vocabulary& vocabulary) {
  std::vector<std::vector<Cell>> rows;
  for (const v1::Participant& participant : vocabulary.corpus().participants()) {
    rows.push_back({{Role::kStrong, IdOf(participant.name())},
                    {Role::kPlain, participant.display_name()},
                    {Role::kPlain, vocabulary.AudienceName(participant.audience())},
                    {Role::kDim, participant.description()}});
  }
  return Table(page, {{"PARTICIPANT", 20}, {"NAME", 22}, {"SIDE", 14}, {"WHO THAT IS", 0}}, rows);
}

Block Sources(const Page& page, const Vocabulary& vocabulary) {
  std::vector<std::vector<Cell>> rows;
  for (const v1::Source& source : vocabulary.corpus().sources()) {
    rows.push_back(
        {{Role::kStrong, IdOf(source.name())}, {Role::kPlain, source.short_name()}, {Role::kDim, source.title()}});
  }
  return Table(page, {{"SOURCE", 20}, {"SHORT", 16}, {"TITLE, THE MOST TRUSTED FIRST", 0}}, rows);
}

Block Audiences(const Page& page, const Vocabulary& vocabulary) {
  std::vector<std::vector<Cell>> rows;
  for (const v1::Audience& audience : vocabulary.corpus().audiences()) {
    rows.push_back({{Role::kStrong, audience.id()},
                    {Role::kPlain, audience.display_name()},
                    {Role::kDim, audience.time_zone().empty() ? "nowhere in particular" : audience.time_zone()}});
  }
  return Table(page, {{"AUDIENCE", 20}, {"NAME", 22}, {"CLOCK", 0}}, rows);
}

}  // namespace

std::string RenderCorpus(const Page& page, const Vocabulary& vocabulary, const std::string& revision) {
  const v1::Corpus& corpus = vocabulary.corpus();
  Block block = Paragraph(page, Role::kHeading, corpus.title(), page.width);
  block.push_back(Rule(page, Role::kDim));
  AppendTo(block, Labelled(page, "Days", Role::kPlain, Span(corpus), kTextColumn));
  AppendTo(block, Labelled(page, "Holds", Role::kPlain,
                           absl::StrCat(Counted(corpus.document_count(), "document"), " with ",
                                        Counted(corpus.event_count(), "event"), "; the finding aid lists them in ",
                                        corpus.entry_count(), corpus.entry_count() == 1 ? " entry" : " entries"),
                           kTextColumn));
  AppendTo(block, Labelled(page, "Revision", Role::kDim, revision, kTextColumn));
  for (const Block& table : {Participants(page, vocabulary), Sources(page, vocabulary), Audiences(page, vocabulary)}) {
    block.push_back(Line(page));
    AppendTo(block, table);
  }
  return ToText(block);
}

}  // namespace hotline::cli
