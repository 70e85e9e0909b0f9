#ifndef HOTLINE_CLIENT_CLI_PLAY_RENDERER_H_
#define HOTLINE_CLIENT_CLI_PLAY_RENDERER_H_

#include <string>

#include "client/cli/item_renderer.h"
#include "client/cli/text_layout.h"
#include "client/cli/vocabulary.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::cli {

// Turns the messages of one playback into text, in the order in which they come.
class PlayRenderer {
 public:
  // As ItemRenderer's.
  PlayRenderer(const Page& page, const Vocabulary& vocabulary, const Documents& documents, std::string audience);

  // What to print for a message. Empty for a heartbeat, and for what PlaybackNotice() tells.
  std::string Render(const v1::StreamTimelineResponse& response);

 private:
  Block Opening(const v1::StreamTimelineResponse& response);
  Block Ending() const;

  const Page& page_;
  const Vocabulary& vocabulary_;
  const std::string audience_;
  ItemRenderer items_;
  bool opened_ = false;
};

// What to tell aside of the playback: that the stream goes on in a new call, or will. Empty where there is nothing.
// `opened_before`: whether an `opened` came earlier.
std::string PlaybackNotice(const v1::StreamTimelineResponse& response, bool opened_before);

// Why the server ends the call, and what comes of it; empty where nothing need be said.
std::string InWords(const v1::Closing& closing);

// "a day of history in 3 s, gaps of 2 s at most".
std::string InWords(const v1::Pace& pace);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAY_RENDERER_H_
