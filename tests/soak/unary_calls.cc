#include "absl/strings/str_cat.h"
#include "tests/bench/archive_corpus.h"
#include "tests/soak/loads.h"

namespace hotline::soak {
namespace {

absl::Status Expect(bool right, const char* what) {
  return right ? absl::OkStatus() : absl::InternalError(absl::StrCat("wrong answer: ", what));
}

absl::Status GetOneThatIsNotThere(const Client& client) {
  const auto missing = client.GetDocument("documents/nowhere");
  if (missing.status().code() == absl::StatusCode::kNotFound) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("a document that does not exist: ", missing.status().ToString()));
}

// A page or two of everything.
template <typename Range>
absl::Status ReadSome(Range range) {
  int read = 0;
  for (const auto& element : range) {
    if (!element.ok()) return element.status();
    if (++read == 150) break;
  }
  return Expect(read > 0, "an empty list");
}

}  // namespace

absl::Status CallEach(const Soak& soak, Random* random) {
  const Client& client = soak.client();
  const std::string name = bench::ArchiveDocumentName(Below(Corpora::kDocuments, random));

  const auto corpus = client.GetCorpus();
  if (!corpus.ok()) return corpus.status();
  const auto document = client.GetDocument(name);
  if (!document.ok()) return document.status();
  if (auto status = Expect(document->document().name() == name, "GetDocument"); !status.ok()) return status;
  v1::GetDocumentRequest masked;
  masked.set_name(name);
  masked.mutable_read_mask()->add_paths("title");
  const auto title = client.GetDocument(masked);
  if (!title.ok()) return title.status();
  if (auto status = Expect(title->document().events().empty(), "a read mask"); !status.ok()) return status;
  if (auto status = GetOneThatIsNotThere(client); !status.ok()) return status;

  v1::ListDocumentsRequest list;
  list.mutable_filter()->add_authors(bench::ArchiveParticipantName(Below(bench::kArchiveParticipants, random)));
  list.set_page_size(10);
  if (auto status = ReadSome(client.ListDocuments(list)); !status.ok()) return status;
  v1::CompareSourcesRequest compare;
  compare.set_first_source("sources/frus-6");
  compare.set_second_source("sources/edition");
  if (auto status = ReadSome(client.CompareSources(compare)); !status.ok()) return status;
  const auto reference = client.ResolveReference(absl::StrCat("d", Below(Corpora::kDocuments, random)));
  if (!reference.ok()) return reference.status();
  const auto thread = client.GetThread(name);
  if (!thread.ok()) return thread.status();
  const auto days = client.ListDays();
  if (!days.ok()) return days.status();
  return Expect(!days->days().empty(), "ListDays");
}

}  // namespace hotline::soak
