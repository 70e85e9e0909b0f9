#ifndef HOTLINE_SERVER_CORPUS_CURATION_H_
#define HOTLINE_SERVER_CORPUS_CURATION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "server/corpus/curation.pb.h"
#include "server/corpus/diagnostic.h"
#include "server/corpus/finding_aid.h"

namespace hotline::server {

// The name by which diagnostics call the curation.
inline constexpr char kCurationFile[] = "curation.textproto";

class CurationPart;

// Where a document of a curation stands with everything in it, or what is in no document. Lives as long as the file.
//
// A line may cost as much as reading the document again, so they are for diagnostics.
class CurationLines {
 public:
  // Line, from 1, on which a message begins, or one of its fields, or an element of a repeated one. The message's own
  // line for a field that is not set; 0 for the whole curation itself, and where there is no text.
  int LineOf(const google::protobuf::Message& message) const;
  int LineOf(const google::protobuf::Message& message, const char* field, int index = 0) const;

 private:
  friend class CurationFile;
  CurationLines(const CurationPart* part, int document) : part_(part), document_(document) {}

  const CurationPart* part_;  // null where there is no text
  int document_;              // index in the part; -1 for what is in none
};

// A curation with the lines of its file.
//
// A large file is read in parts, by several threads, and without a note of where everything stands: that would take
// five times the content's own room. Only a line that is asked for is looked up, in the text.
//
// Threads: const, so any number at once.
class CurationFile {
 public:
  // Reads a curation in Protobuf's text format. Null, with an error that has line and column, where the syntax is wrong
  // or a field is unknown; a string that is not UTF-8 is an error too. What it says is not checked here. `text` must
  // live as long as what is returned.
  static std::unique_ptr<CurationFile> Parse(absl::string_view text, std::vector<Diagnostic>* diagnostics);

  // The curation of a finding aid that has none: one document an entry, "entry-01" and so on, participants made from
  // the words of the headings, one source "finding-aid", the zone "UTC", no audiences. It has no lines.
  static std::unique_ptr<CurationFile> Make(const FindingAid& aid);

  CurationFile(const CurationFile&) = delete;
  CurationFile& operator=(const CurationFile&) = delete;
  ~CurationFile();

  const curation::Curation& content() const;

  // The lines of the document at this index of content().documents(), and those of everything else.
  CurationLines LinesOf(int document) const;
  CurationLines lines() const;

 private:
  CurationFile();
  // Makes one content of the parts'.
  void Join();
  // In the order of the file. The first one's content holds everything, the documents of the others among it.
  std::vector<std::unique_ptr<CurationPart>> parts_;
  bool has_lines_ = false;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_CURATION_H_
