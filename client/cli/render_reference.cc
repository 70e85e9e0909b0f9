#include "absl/strings/str_cat.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

constexpr int kTextColumn = 7;

std::string HowItMatched(const v1::ReferenceMatch& match) {
  switch (match.kind()) {
    case v1::REFERENCE_KIND_NAME:
      return absl::StrCat("its own name, ", match.value());
    case v1::REFERENCE_KIND_PRINTED_NUMBER: {
      std::string text =
          absl::StrCat("number ", match.value(), " printed at position ", match.position(), " of the finding aid");
      for (const v1::CatalogEntry& entry : match.document().entries()) {
        if (entry.position() == match.position()) absl::StrAppend(&text, ": \"", entry.heading(), "\"");
      }
      return text;
    }
    case v1::REFERENCE_KIND_IDENTIFIER:
      return absl::StrCat("its identifier ", match.value());
    default:
      return match.value();
  }
}

}  // namespace

std::string RenderReference(const Page& page, const std::string& reference,
                            const v1::ResolveReferenceResponse& response) {
  // A document that matches in several ways comes several times, in a row.
  Block found;
  int documents = 0;
  std::string last;
  for (const v1::ReferenceMatch& match : response.matches()) {
    const v1::Document& document = match.document();
    if (document.name() != last) {
      ++documents;
      found.push_back(Line(page));
      Line line = Line(page).Add(Role::kStrong, IdOf(document.name()));
      const Block title = Paragraph(page, Role::kStrong, document.title(), page.width - kTextColumn);
      if (line.width() >= kTextColumn) {
        found.push_back(line);
        line = Line(page);
      }
      for (const Line& rest : title) {
        found.push_back(line.FillTo(kTextColumn).Append(rest));
        line = Line(page);
      }
      last = document.name();
    }
    AppendTo(found, Paragraph(page, Role::kPlain, HowItMatched(match), page.width, kTextColumn));
  }

  const std::string quoted = absl::StrCat("\"", reference, "\"");
  Block block;
  if (response.outcome() == v1::REFERENCE_OUTCOME_AMBIGUOUS) {
    block =
        Paragraph(page, Role::kDoubt,
                  absl::StrCat(quoted, " is ambiguous: it may mean ", Counted(documents, "document"), "."), page.width);
    found.push_back(Line(page));
    AppendTo(found, Paragraph(page, Role::kDim,
                              absl::StrCat("Only a name means one of them: hotline show ",
                                           IdOf(response.matches(0).document().name())),
                              page.width));
  } else {
    block = Paragraph(page, Role::kPlain, absl::StrCat(quoted, " means one document."), page.width);
  }
  AppendTo(block, found);
  return ToText(block);
}

}  // namespace hotline::cli
