#include "tests/bench/archive_corpus.h"
#include "tests/soak/loads.h"

namespace hotline::soak {

absl::Status Reconnect(const Soak& soak, Random* random) {
  const Client client = soak.NewClient(random);
  const auto document = client.GetDocument(bench::ArchiveDocumentName(Below(Corpora::kDocuments, random)));
  if (!document.ok()) return document.status();
  soak.Pause(Between(absl::ZeroDuration(), absl::Milliseconds(500), random));
  return client.GetCorpus().status();
}

}  // namespace hotline::soak
