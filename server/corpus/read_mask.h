#ifndef HOTLINE_SERVER_CORPUS_READ_MASK_H_
#define HOTLINE_SERVER_CORPUS_READ_MASK_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/field_mask.pb.h"
#include "hotline/v1/document.pb.h"

namespace hotline::server {

// Which fields of a document are wanted: a `read_mask` that was checked.
//
// Threads: const, so any number at once.
class ReadMask {
 public:
  // All fields.
  ReadMask() = default;

  // `field` is the path of the mask in its request. No path at all, and "*" alone, mean all fields. INVALID_ARGUMENT
  // for a path that is no field of `Document`, for one that goes on behind a repeated field, and for more than 100 of
  // them.
  static absl::StatusOr<ReadMask> Make(const google::protobuf::FieldMask& mask, absl::string_view field);

  bool selects_all() const { return mask_.paths().empty(); }

  // Leaves only the wanted fields.
  void Apply(v1::Document* document) const;

  // Adds the wanted fields of one document to another that has none.
  void Copy(const v1::Document& from, v1::Document* to) const;

 private:
  google::protobuf::FieldMask mask_;  // in canonical form; empty: all
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_READ_MASK_H_
