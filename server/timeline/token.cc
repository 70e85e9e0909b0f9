#include "server/timeline/token.h"

#include <zlib.h>

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kSumBytes = 4;

std::string SumOf(absl::string_view bytes) {
  const auto sum = static_cast<std::uint32_t>(
      crc32(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
  std::string encoded;
  for (std::size_t i = 0; i < kSumBytes; ++i) encoded.push_back(static_cast<char>(sum >> (8 * i) & 0xFF));
  return encoded;
}

}  // namespace

std::string SealToken(const google::protobuf::MessageLite& message) {
  std::string bytes(1, kVersion);
  message.AppendToString(&bytes);
  bytes += SumOf(bytes);
  return absl::WebSafeBase64Escape(bytes);
}

absl::Status OpenToken(absl::string_view token, absl::string_view field, absl::string_view reason_prefix,
                       google::protobuf::MessageLite* message) {
  if (token.size() > kMostTokenBytes) {
    return InvalidField(field,
                        absl::StrCat("it has ", token.size(), " bytes; at most ", kMostTokenBytes, " are allowed"),
                        absl::StrCat(reason_prefix, "_TOO_LONG"));
  }
  std::string bytes;
  const absl::Status damaged =
      InvalidField(field, "it is damaged, or was not given by this service", absl::StrCat(reason_prefix, "_DAMAGED"));
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < 1 + kSumBytes) return damaged;
  if (absl::WebSafeBase64Escape(bytes) != token) return damaged;  // one spelling only: stray bits, padding, blanks
  if (bytes[0] != kVersion) {
    return InvalidField(field,
                        absl::StrCat("its format version is ", static_cast<unsigned char>(bytes[0]),
                                     "; this server reads version ", static_cast<int>(kVersion)),
                        absl::StrCat(reason_prefix, "_VERSION_UNKNOWN"));
  }
  const absl::string_view sealed = absl::string_view(bytes).substr(0, bytes.size() - kSumBytes);
  if (SumOf(sealed) != absl::string_view(bytes).substr(sealed.size())) return damaged;
  if (!message->ParseFromArray(sealed.data() + 1, static_cast<int>(sealed.size()) - 1)) return damaged;
  return absl::OkStatus();
}

}  // namespace hotline::server
