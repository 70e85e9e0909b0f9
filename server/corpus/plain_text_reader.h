#ifndef HOTLINE_SERVER_CORPUS_PLAIN_TEXT_READER_H_
#define HOTLINE_SERVER_CORPUS_PLAIN_TEXT_READER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace hotline::server {

// Reads messages of one type in Protobuf's text format where it is written plainly, several times faster than
// TextFormat does: a curation of a million documents is read at every start.
//
// It takes names of fields, strings without other escapes than \n \t \\ \" \', decimal numbers, names of enum values,
// lists of these, braces, and comments. Everything else, valid or not, is TextFormat's to read, or to refuse: this
// knows no errors.
//
// Threads: const, so any number at once.
class PlainTextReader {
 public:
  // For messages that have at most 64 fields each, none but strings, int32, enums and lists of messages of such.
  explicit PlainTextReader(const google::protobuf::Descriptor* type);

  // Whether all of `text` is plain; then `message`, which must be empty, is as TextFormat would have read it, and all
  // its strings are UTF-8. Otherwise it holds anything. `starts` gets the offset of each field of `message` itself
  // whose number is `element`.
  bool Read(absl::string_view text, int element, google::protobuf::Message* message,
            std::vector<std::size_t>* starts) const;

 private:
  struct Field {
    absl::string_view name;
    const google::protobuf::FieldDescriptor* descriptor;
    std::size_t type;  // of a message: index into types_
  };
  struct Type {
    const google::protobuf::Descriptor* descriptor;
    std::vector<Field> fields;
  };
  class Cursor;

  std::size_t AddType(const google::protobuf::Descriptor* descriptor);

  std::vector<Type> types_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_PLAIN_TEXT_READER_H_
