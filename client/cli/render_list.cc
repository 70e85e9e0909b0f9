#include "absl/strings/str_cat.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

// Long enough for "27 Oct or 26 Oct:" and the sources below it.
constexpr int kWidestDate = 20;
constexpr int kWidestKind = 17;

std::string Footer(const std::vector<v1::ListDocumentsResponse>& pages, bool window) {
  int entries = 0;
  for (const v1::ListDocumentsResponse& page : pages) {
    for (const v1::Document& document : page.documents()) entries += document.entries_size();
  }
  std::string footer = absl::StrCat(Counted(pages.back().total_size(), "document"), ", ", entries,
                                    entries == 1 ? " entry" : " entries", " in the finding aid");
  if (window) absl::StrAppend(&footer, "; days of ", pages.back().time_zone());
  return footer;
}

}  // namespace

std::string RenderList(const Page& page, const Vocabulary& vocabulary,
                       const std::vector<v1::ListDocumentsResponse>& pages) {
  const bool window = pages.front().certainties_size() > 0;
  std::vector<Column> columns = {{"NAME", 16}, {"DATED", kWidestDate}};
  if (window) columns.push_back({"IN WINDOW", 0});
  columns.push_back({"KIND", kWidestKind});
  columns.push_back({"TITLE", 0});

  std::vector<std::vector<Cell>> rows;
  for (const v1::ListDocumentsResponse& response : pages) {
    for (int i = 0; i < response.documents_size(); ++i) {
      const v1::Document& document = response.documents(i);
      const DatedInWords dated = Dated(vocabulary, document);
      std::vector<Cell> row = {{Role::kStrong, IdOf(document.name())},
                               {dated.disputed ? Role::kDoubt : Role::kPlain, dated.text}};
      if (window) {
        const bool certain = i < response.certainties_size() && response.certainties(i) == v1::CERTAINTY_DEFINITE;
        std::string in_window = certain ? "certain" : "possible";
        const std::string source = i < response.date_sources_size() ? response.date_sources(i) : "";
        if (!source.empty() && source != document.dates(0).source()) {
          absl::StrAppend(&in_window, " by ", vocabulary.SourceName(source));
        }
        row.push_back({certain ? Role::kPlain : Role::kDoubt, in_window});
      }
      row.push_back(
          {document.publicity() == v1::PUBLICITY_PUBLIC ? Role::kStrong : Role::kPlain, KindInWords(document)});
      row.push_back({Role::kPlain, document.title()});
      rows.push_back(std::move(row));
    }
  }
  Block block;
  if (!rows.empty()) {
    block = Table(page, columns, rows);
    block.push_back(Line(page));
  }
  AppendTo(block, Paragraph(page, Role::kDim, Footer(pages, window), page.width));
  return ToText(block);
}

}  // namespace hotline::cli
