#include "server/corpus/read_mask.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
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

absl::Status CheckPath(const std::string& path, absl::string_view field) {
  const std::vector<std::string> parts = absl::StrSplit(path, '.');
  // The library takes no notice of empty parts.
  const bool whole = std::none_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
  if (whole && FieldMaskUtil::IsValidPath<v1::Document>(path)) return absl::OkStatus();
  if (path == kAll) return InvalidField(field, "\"*\" means all fields and must be the only path");
  const google::protobuf::FieldDescriptor* first = v1::Document::descriptor()->FindFieldByName(parts[0]);
  if (first != nullptr) {
    return InvalidField(
        field, absl::StrCat(Quoted(path), " goes on behind a field that is a list or has no fields; allowed is ",
                            Quoted(parts[0]), ", all of it"));
  }
  return InvalidField(
      field, absl::StrCat(Quoted(path), " is no field of Document; allowed are ", FieldNames(), ", and \"*\" alone"));
}

}  // namespace

absl::StatusOr<ReadMask> ReadMask::Make(const google::protobuf::FieldMask& mask, absl::string_view field) {
  ReadMask read_mask;
  if (mask.paths_size() == 1 && mask.paths(0) == kAll) return read_mask;
  if (mask.paths_size() > kMostPaths) {
    return InvalidField(absl::StrCat(field, ".paths"),
                        absl::StrCat(mask.paths_size(), " paths; at most ", kMostPaths, " are allowed"));
  }
  for (int i = 0; i < mask.paths_size(); ++i) {
    const absl::Status status = CheckPath(mask.paths(i), absl::StrCat(field, ".paths[", i, "]"));
    if (!status.ok()) return status;
  }
  FieldMaskUtil::ToCanonicalForm(mask, &read_mask.mask_);
  return read_mask;
}

void ReadMask::Apply(v1::Document* document) const {
  if (!selects_all()) FieldMaskUtil::TrimMessage(mask_, document);
}

void ReadMask::Copy(const v1::Document& from, v1::Document* to) const {
  if (selects_all()) {
    *to = from;
  } else {
    FieldMaskUtil::MergeMessageTo(from, mask_, FieldMaskUtil::MergeOptions(), to);
  }
}

}  // namespace hotline::server
