#include "server/corpus/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "server/corpus/utf8.h"

namespace hotline::server {
namespace {

template <typename Detail>
void Attach(const Detail& detail, absl::Status* status) {
  status->SetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()),
                     absl::Cord(detail.SerializeAsString()));
}

// At most `most` bytes of UTF-8, cut between characters.
absl::string_view Cut(absl::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

absl::Status Invalid(absl::string_view field, absl::string_view description, absl::string_view reason,
                     const ErrorMetadata& metadata) {
  absl::Status status =
      Failure(absl::StatusCode::kInvalidArgument, reason, absl::StrCat(field, ": ", description), metadata);
  google::rpc::BadRequest bad_request;
  auto* violation = bad_request.add_field_violations();
  violation->set_field(std::string(field));
  violation->set_description(std::string(description));
  Attach(bad_request, &status);
  return status;
}

}  // namespace

absl::Status Failure(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                     const ErrorMetadata& metadata) {
  absl::Status status(code, message);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  Attach(info, &status);
  return status;
}

absl::Status InvalidField(absl::string_view field, absl::string_view description, absl::string_view reason) {
  return Invalid(field, description, reason, {});
}

absl::Status InvalidQuery(absl::string_view field, int position, int length, absl::string_view description) {
  return Invalid(field, absl::StrCat("at position ", position, ": ", description), "INVALID_QUERY",
                 {{"position", absl::StrCat(position)}, {"length", absl::StrCat(length)}});
}

absl::Status ResourceNotFound(absl::string_view type, absl::string_view name, absl::string_view hint,
                              absl::string_view reason) {
  absl::Status status =
      Failure(absl::StatusCode::kNotFound, reason, absl::StrCat(type, " ", Quoted(name), " not found; ", hint));
  google::rpc::ResourceInfo resource;
  resource.set_resource_type(std::string(type));
  resource.set_resource_name(std::string(Cut(name, 200)));
  resource.set_description(std::string(hint));
  Attach(resource, &status);
  return status;
}

absl::Status RevisionNotHeld(absl::string_view asked, absl::string_view current) {
  return Failure(
      absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD",
      absl::StrCat("revision ", Quoted(asked), " of the corpus is not held here; the current one is ", Quoted(current)),
      {{"current_revision", std::string(current)}});
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const absl::optional<absl::Cord> payload =
      status.GetPayload(absl::StrCat("type.googleapis.com/", info.GetDescriptor()->full_name()));
  if (payload.has_value()) info.ParseFromString(std::string(*payload));
  return info.reason();
}

std::string Quoted(absl::string_view value) {
  const absl::string_view shown = Cut(value, 80);
  // Bytes that are no text, as a forged token may hold, would make the whole error unreadable.
  const std::string escaped = IsUtf8(shown) ? absl::Utf8SafeCEscape(shown) : absl::CHexEscape(shown);
  return absl::StrCat("\"", escaped, shown.size() < value.size() ? "..." : "", "\"");
}

}  // namespace hotline::server
