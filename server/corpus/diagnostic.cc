#include "server/corpus/diagnostic.h"

#include "absl/strings/str_cat.h"

namespace hotline::server {

std::string Diagnostic::ToString() const {
  const char* word = severity == Severity::kError ? "error" : severity == Severity::kWarning ? "warning" : "note";
  if (line == 0) return absl::StrCat(file, ": ", word, ": ", message);
  return absl::StrCat(file, ":", line, ": ", word, ": ", message);
}

}  // namespace hotline::server
