#ifndef HOTLINE_SERVER_CORPUS_DIAGNOSTIC_H_
#define HOTLINE_SERVER_CORPUS_DIAGNOSTIC_H_

#include <string>

namespace hotline::server {

// One thing that was noticed in a source file.
struct Diagnostic {
  enum class Severity {
    kNote,     // worth knowing: what was taken for what
    kWarning,  // odd, kept as written
    kError,    // the corpus cannot be served
  };

  Severity severity;
  std::string file;  // name without folder: "finding_aid.txt"
  int line;          // counted from 1; 0 for the file as a whole
  std::string message;

  // "finding_aid.txt:37: warning: the printed number 11 stands before an earlier entry too (line 34)"
  std::string ToString() const;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_DIAGNOSTIC_H_
