#ifndef HOTLINE_SERVER_CORPUS_CURATION_PART_H_
#define HOTLINE_SERVER_CORPUS_CURATION_PART_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "server/corpus/curation.pb.h"
#include "server/corpus/diagnostic.h"
#include "server/corpus/plain_text_reader.h"

namespace hotline::server {

// A stretch of a curation's file that is a curation of its own: a run of whole fields from the start of a line on.
//
// Threads: Read first, by one thread; then const, so any number at once.
class CurationPart {
 public:
  // `text` is the part's, and must live as long as this.
  explicit CurationPart(absl::string_view text);

  // Takes the text for its content; false, with the errors, where it is none. Without `diagnostics` no word is said
  // why: the right words are those of a reader of the whole file.
  bool Read(const PlainTextReader& plain, std::vector<Diagnostic>* diagnostics);
  // Reports the strings that are not UTF-8.
  void CheckStrings(std::vector<Diagnostic>* diagnostics) const;

  const curation::Curation& content() const { return *content_; }
  // On an arena of this part's.
  curation::Curation* mutable_content() { return content_; }

  // Line feeds in the text.
  int line_feeds() const { return line_feeds_; }
  // What stands before this part in the file.
  void SetBefore(int documents, int lines) {
    documents_before_ = documents;
    lines_before_ = lines;
  }
  int documents_before() const { return documents_before_; }

  // As CurationLines'. `message` is in the document at this index of the part, or in none where it is -1.
  int LineOf(int document, const google::protobuf::Message& message) const;
  int LineOf(int document, const google::protobuf::Message& message, const char* field, int index) const;

 private:
  using Tree = google::protobuf::TextFormat::ParseInfoTree;

  // Where a message stands.
  struct Location {
    const Tree* tree;
    int lines_before;  // of what the tree is of
    int line;

    int LineOf(const google::protobuf::FieldDescriptor* field, int index) const;
  };

  void CheckStrings(const google::protobuf::Message& message, std::vector<Diagnostic>* diagnostics) const;
  // How many of them were read here.
  int CountOf(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field) const;

  // Aborts for a message that is not there. The mutex must be held here and below.
  const Location& Find(int document, const google::protobuf::Message& message) const;
  void LocateDocument(int document) const;
  void LocateAll() const;
  // Reads a piece of the text again, with a note of where everything stands, in place of the last one.
  const Tree& TreeOf(absl::string_view piece) const;
  // Keeps the locations of `message` and of everything in it.
  void Locate(const google::protobuf::Message& message, Location location) const;

  const absl::string_view text_;
  int line_feeds_ = 0;
  int documents_before_ = 0;
  int lines_before_ = 0;
  google::protobuf::Arena arena_;
  curation::Curation* content_;
  int documents_ = 0;  // of the content that was read here
  bool is_plain_ = false;
  std::vector<std::size_t> starts_;  // where each document begins in the text, where that is plain

  // What was looked up last: a document, or everything.
  mutable std::mutex mutex_;
  mutable absl::flat_hash_map<const google::protobuf::Message*, Location> locations_;
  mutable std::unique_ptr<Tree> tree_;
  mutable std::size_t counted_to_ = 0;
  mutable int counted_ = 0;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_CURATION_PART_H_
