#ifndef HOTLINE_SERVER_CORPUS_UTF8_H_
#define HOTLINE_SERVER_CORPUS_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace hotline::server {

// How many of the first bytes of `text` are well-formed UTF-8: all of them, or those before the first that are not.
std::size_t Utf8Prefix(absl::string_view text);

// Whether `text` is well-formed UTF-8, as Protobuf's strings must be.
bool IsUtf8(absl::string_view text);

// `text` with each byte that belongs to no UTF-8 character replaced by U+FFFD. Where `replaced` is not null, it gets
// the number of those bytes.
std::string ToUtf8(absl::string_view text, int* replaced = nullptr);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_UTF8_H_
