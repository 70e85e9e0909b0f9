#ifndef HOTLINE_SERVER_CORPUS_CURATION_H_
#define HOTLINE_SERVER_CORPUS_CURATION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"
#include "server/corpus/curation.pb.h"
#include "server/corpus/diagnostic.h"
#include "server/corpus/finding_aid.h"

namespace hotline::server {

// The name by which diagnostics call the curation.
inline constexpr char kCurationFile[] = "curation.textproto";

// A curation with the lines of its file. Not copied or moved, since the lines are found by the messages' addresses.
class CurationFile {
 public:
  // Reads a curation in Protobuf's text format. Null, with an error that has line and column, where the syntax is wrong
  // or a field is unknown; a string that is not UTF-8 is an error too. What it says is not checked here.
  static std::unique_ptr<CurationFile> Parse(absl::string_view text, std::vector<Diagnostic>* diagnostics);

  // The curation of a finding aid that has none: one document an entry, "entry-01" and so on, participants made from
  // the words of the headings, one source "finding-aid", the zone "UTC", no audiences. It has no lines.
  static std::unique_ptr<CurationFile> Make(const FindingAid& aid);

  CurationFile(const CurationFile&) = delete;
  CurationFile& operator=(const CurationFile&) = delete;

  const curation::Curation& content() const { return content_; }

  // Line, from 1, on which a message of `content` begins, or one of its fields, or an element of a repeated one. The
  // message's own line for a field that is not set; 0 for `content` itself.
  int LineOf(const google::protobuf::Message& message) const;
  int LineOf(const google::protobuf::Message& message, const char* field, int index = 0) const;

 private:
  struct Location {
    const google::protobuf::TextFormat::ParseInfoTree* tree;
    int line;
  };

  CurationFile() = default;
  // Notes where `message` and everything in it stands, and checks its strings.
  void Visit(const google::protobuf::Message& message, Location location, std::vector<Diagnostic>* diagnostics);

  curation::Curation content_;
  google::protobuf::TextFormat::ParseInfoTree tree_;
  absl::flat_hash_map<const google::protobuf::Message*, Location> locations_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_CURATION_H_
