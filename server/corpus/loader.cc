#include "server/corpus/loader.h"

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/corpus/chronology.h"
#include "server/corpus/curation.h"
#include "server/corpus/curation_check.h"
#include "server/corpus/finding_aid.h"
#include "server/corpus/merge.h"

namespace hotline::server {
namespace {

bool HasError(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& each) { return each.severity == Diagnostic::Severity::kError; });
}

// Null, with errors among the diagnostics, where the corpus cannot be served.
std::shared_ptr<const Corpus> Build(absl::string_view finding_aid, std::optional<absl::string_view> curation,
                                    std::vector<Diagnostic>* diagnostics) {
  const FindingAid aid = ParseFindingAid(finding_aid);
  diagnostics->insert(diagnostics->end(), aid.diagnostics.begin(), aid.diagnostics.end());
  std::unique_ptr<CurationFile> file =
      curation.has_value() ? CurationFile::Parse(*curation, diagnostics) : CurationFile::Make(aid);
  if (file == nullptr) return nullptr;
  CheckCuration(*file, aid, diagnostics);
  Merged merged = Merge(aid, *file, diagnostics);
  CheckChronology(merged, *file, diagnostics);
  file.reset();  // it is large, and the corpus is about to become so
  if (merged.documents.empty()) {
    diagnostics->push_back({Diagnostic::Severity::kError, kFindingAidFile, 0,
                            "no document: no line reads as a heading such as \"1. A to B, 21 October 1962\", and no "
                            "curation adds a document"});
  }
  if (HasError(*diagnostics)) return nullptr;
  std::vector<v1::Document> documents;
  documents.reserve(merged.documents.size());
  for (MergedDocument& document : merged.documents) documents.push_back(std::move(document.document));
  merged.documents = {};
  return std::make_shared<const Corpus>(std::move(merged.summary), std::move(documents));
}

// What stands where a file of this type cannot be read.
std::string Describe(std::filesystem::file_type type, bool is_link) {
  switch (type) {
    case std::filesystem::file_type::not_found:
      return is_link ? "is a link that leads nowhere" : "does not exist";
    case std::filesystem::file_type::directory:
      return "is a folder, not a file";
    default:
      return "cannot be read as a file";
  }
}

// The content of a file; empty, with an error among the diagnostics, where it cannot be read.
std::optional<std::string> ReadFile(const std::filesystem::path& path, std::vector<Diagnostic>* diagnostics) {
  std::error_code error;  // told by the type
  const std::filesystem::file_type type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::regular) {
    std::ifstream stream(path, std::ios::binary);
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    std::string content(error ? 0 : size, '\0');
    stream.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(stream.gcount()));
    // The size was a guess: the file may be written to.
    content.append(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    if (!stream.bad() && stream.is_open()) return content;
  }
  const bool is_link = std::filesystem::is_symlink(path, error);
  diagnostics->push_back({Diagnostic::Severity::kError, path.filename().string(), 0,
                          absl::StrCat(Describe(type, is_link), ": ", path.string())});
  return std::nullopt;
}

}  // namespace

LoadResult BuildCorpus(absl::string_view finding_aid, std::optional<absl::string_view> curation) {
  LoadResult result;
  result.corpus = Build(finding_aid, curation, &result.diagnostics);
  malloc_trim(0);  // what was merged is garbage now, as large as the corpus itself, and its pages are many
  std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.file, a.line) < std::tie(b.file, b.line);
  });
  return result;
}

LoadResult LoadCorpus(const std::filesystem::path& folder) {
  LoadResult unreadable;
  const std::optional<std::string> finding_aid = ReadFile(folder / kFindingAidFile, &unreadable.diagnostics);
  const std::filesystem::path curation_path = folder / kCurationFile;
  std::optional<std::string> curation;
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(curation_path, error))) {
    curation = ReadFile(curation_path, &unreadable.diagnostics);
  }
  if (!unreadable.diagnostics.empty()) return unreadable;
  return BuildCorpus(*finding_aid, curation);
}

}  // namespace hotline::server
