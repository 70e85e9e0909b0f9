#ifndef HOTLINE_CLIENT_CLI_RENDER_H_
#define HOTLINE_CLIENT_CLI_RENDER_H_

#include <string>
#include <vector>

#include "client/cli/text_layout.h"
#include "client/cli/vocabulary.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::cli {

// One function a command: from what the server answered to the text that is printed. Pure; no line is wider than
// `page.width`, which is at least 60. play_renderer.h has the one for playback.

std::string RenderCorpus(const Page& page, const Vocabulary& vocabulary, const std::string& revision);

// All pages of a list, in order; at least one. Where a window was asked for, each row says how surely it falls in it.
std::string RenderList(const Page& page, const Vocabulary& vocabulary,
                       const std::vector<v1::ListDocumentsResponse>& pages);

// The pages of a search, in order; at least one. The words that were found are marked: see MarkedParagraph(). Where
// `window` has days, each hit says how surely it falls in them.
std::string RenderSearch(const Page& page, const Vocabulary& vocabulary, const v1::TimeWindow& window,
                         const std::vector<v1::SearchDocumentsResponse>& pages);

// A malformed query, and below it a line that points at what is wrong: `length` code points from `position` on. Of a
// query that is wider than `width` columns, only what stands around that.
std::vector<std::string> PointAt(const std::string& query, int position, int length, int width);

// All pages of a comparison of two sources, given by their names; at least one.
std::string RenderComparison(const Page& page, const Vocabulary& vocabulary, const std::string& first_source,
                             const std::string& second_source, const std::vector<v1::CompareSourcesResponse>& pages);

// `thread` is the thread of `document`: it brings its answers.
std::string RenderDocument(const Page& page, const Vocabulary& vocabulary, const v1::Document& document,
                           const v1::GetThreadResponse& thread);

std::string RenderReference(const Page& page, const std::string& reference,
                            const v1::ResolveReferenceResponse& response);

std::string RenderThread(const Page& page, const Vocabulary& vocabulary, const v1::GetThreadResponse& response);

std::string RenderDays(const Page& page, const v1::ListDaysResponse& response);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_RENDER_H_
