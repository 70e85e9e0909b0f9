#include "tests/soak/corpora.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/bench/archive_corpus.h"

namespace hotline::soak {

Corpora::Corpora() {
  for (int i = 0; i < kCorpora; ++i) {
    const std::string folder = absl::StrCat(folder_.path(), "/", i);
    std::filesystem::create_directory(folder);
    bench::WriteArchiveCorpus(folder, kDocuments, static_cast<std::uint64_t>(i) + 1);
  }
  std::filesystem::create_directory(absl::StrCat(folder_.path(), "/", kCorpora));
  folder_.Write(absl::StrCat(kCorpora, "/finding_aid.txt"), "");
  folder_.Write(absl::StrCat(kCorpora, "/curation.textproto"), "documents {");
  Place(0);
}

void Corpora::Place(int number) const {
  const std::string next = folder_.path() + "/next";
  std::filesystem::create_directory_symlink(absl::StrCat(number), next);
  std::filesystem::rename(next, served());
}

}  // namespace hotline::soak
