#include "absl/strings/str_cat.h"
#include "tests/bench/archive_corpus.h"
#include "tests/soak/loads.h"

namespace hotline::soak {

absl::Status Search(const Soak& soak, Random* random) {
  static const auto* const words = new bench::Vocabulary;
  // Of the hundred commonest, so that most find something.
  const std::string& one = words->word(Below(100, random));
  const std::string& other = words->word(Below(100, random));
  v1::SearchDocumentsRequest request;
  switch (Below(4, random)) {
    case 0:
      request.set_query(one);
      break;
    case 1:
      request.set_query(absl::StrCat(one, " ", other));
      break;
    case 2:
      request.set_query(absl::StrCat("\"", one, " ", other, "\""));
      break;
    default:
      request.set_query(absl::StrCat(one.substr(0, 2), "*"));
      break;
  }
  request.set_page_size(20);
  int hits = 0;
  for (const auto& hit : soak.client().SearchDocuments(request)) {
    if (!hit.ok())
      return absl::Status(hit.status().code(), absl::StrCat(request.query(), ": ", hit.status().message()));
    if (++hits == 200) break;
  }
  return absl::OkStatus();
}

}  // namespace hotline::soak
