#include "server/corpus/read_mask.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/field_mask_util.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

using google::protobuf::util::FieldMaskUtil;

constexpr int kMostPaths = 100;
constexpr absl::string_view kAll = "*";

std::string FieldNames() {
  const google::protobuf::Descriptor& document = *v1::Document::descriptor();
  std::vector<std::string> names;
  for (int i = 0; i < document.field_count(); ++i) names.push_back(document.field(i)->name());
  return absl::StrJoin(names, ", ");
}

// A path is one field's name, since no field of `Document` is a single message. FieldMaskUtil::IsValidPath would take
// empty parts too: "", "title.".
absl::Status CheckPath(const std::string& path, absl::string_view field) {
  const google::protobuf::Descriptor& document = *v1::Document::descriptor();
  if (document.FindFieldByName(path) != nullptr) return absl::OkStatus();
  if (path == kAll) return InvalidField(field, "\"*\" means all fields and must be the only path");
  const std::string first = path.substr(0, path.find('.'));
  if (document.FindFieldByName(first) != nullptr) {
    return InvalidField(
        field, absl::StrCat(Quoted(path), " goes on behind a field that is a list or has no fields; allowed is ",
                            Quoted(first), ", all of it"));
  }
  return InvalidField(
      field, absl::StrCat(Quoted(path), " is no field of Document; allowed are ", FieldNames(), ", and \"*\" alone"));
}

bool SelectsAll(const google::protobuf::FieldMask& mask) {
  return mask.paths().empty() || (mask.paths_size() == 1 && mask.paths(0) == kAll);
}

}  // namespace

absl::StatusOr<ReadMask> ReadMask::Make(const google::protobuf::FieldMask& mask, absl::string_view field) {
  ReadMask read_mask;
  if (SelectsAll(mask)) return read_mask;
  if (mask.paths_size() > kMostPaths) {
    return InvalidField(absl::StrCat(field, ".paths"),
                        absl::StrCat(mask.paths_size(), " paths; at most ", kMostPaths, " are allowed"));
  }
  for (int i = 0; i < mask.paths_size(); ++i) {
    const absl::Status status = CheckPath(mask.paths(i), absl::StrCat(field, ".paths[", i, "]"));
    if (!status.ok()) return status;
  }
  read_mask.mask_ = mask;
  Canonicalise(&read_mask.mask_);
  return read_mask;
}

void ReadMask::Copy(const v1::Document& from, v1::Document* to) const {
  if (selects_all()) {
    *to = from;
  } else {
    FieldMaskUtil::MergeMessageTo(from, mask_, FieldMaskUtil::MergeOptions(), to);
  }
}

void Canonicalise(google::protobuf::FieldMask* mask) {
  if (SelectsAll(*mask)) {
    mask->Clear();
    return;
  }
  auto* paths = mask->mutable_paths();
  std::sort(paths->begin(), paths->end());
  paths->erase(std::unique(paths->begin(), paths->end()), paths->end());
}

}  // namespace hotline::server
