#ifndef HOTLINE_CLIENT_CLI_MARKED_TEXT_H_
#define HOTLINE_CLIENT_CLI_MARKED_TEXT_H_

#include <string_view>
#include <vector>

#include "client/cli/text_layout.h"
#include "hotline/v1/archive_service.pb.h"

namespace hotline::cli {

// Words that were found in a text.
using TextRanges = google::protobuf::RepeatedPtrField<v1::TextRange>;

// `text` wrapped to `width` columns behind an indent, which counts, with the code points of `ranges` marked: by colour,
// and without it by asterisks around them. `ranges` are in order, reckoned from `offset`: that of the text's first code
// point. What lies outside the text is left out.
Block MarkedParagraph(const Page& page, std::string_view text, const TextRanges& ranges, int offset, int width,
                      int indent = 0);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_MARKED_TEXT_H_
