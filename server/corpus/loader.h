#ifndef HOTLINE_SERVER_CORPUS_LOADER_H_
#define HOTLINE_SERVER_CORPUS_LOADER_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/corpus/corpus.h"
#include "server/corpus/diagnostic.h"

namespace hotline::server {

struct LoadResult {
  // Null where a diagnostic is an error.
  std::shared_ptr<const Corpus> corpus;
  // Everything that was found, by file and line: not only the first.
  std::vector<Diagnostic> diagnostics;
};

// Merges a finding aid and, where there is one, its curation into a corpus.
LoadResult BuildCorpus(absl::string_view finding_aid, std::optional<absl::string_view> curation);

// The same from a folder with `finding_aid.txt` and, perhaps, `curation.textproto`. A file that cannot be read,
// also a folder of that name or a link that leads nowhere, is an error among the diagnostics.
LoadResult LoadCorpus(const std::filesystem::path& folder);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_LOADER_H_
