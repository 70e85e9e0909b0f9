#include "server/corpus/utf8.h"

#include <algorithm>

namespace hotline::server {
namespace {

constexpr char kReplacement[] = "\uFFFD";

// The length of the UTF-8 character that `text` begins with; 0 where there is none.
std::size_t CharacterLength(absl::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool too_high = lead == 0xF4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::size_t Utf8Prefix(absl::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t length = CharacterLength(text.substr(size));
    if (length == 0) break;
    size += length;
  }
  return size;
}

bool IsUtf8(absl::string_view text) { return Utf8Prefix(text) == text.size(); }

std::string ToUtf8(absl::string_view text, int* replaced) {
  std::string result;
  result.reserve(text.size());
  int count = 0;
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0) {
      result += kReplacement;
      ++count;
    } else {
      result.append(text.data(), length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  if (replaced != nullptr) *replaced = count;
  return result;
}

}  // namespace hotline::server
