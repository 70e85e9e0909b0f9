#ifndef HOTLINE_CLIENT_CLI_PLAY_RENDERER_H_
#define HOTLINE_CLIENT_CLI_PLAY_RENDERER_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/cli/lanes.h"
#include "client/cli/text_layout.h"
#include "client/cli/vocabulary.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::cli {

// Turns the messages of one playback into text, in the order in which they come: two lanes for the two capitals, a
// heading for each day. It remembers which day it is and which documents were introduced, nothing else.
class PlayRenderer {
 public:
  // `documents` are all that may occur, with relations, claims and events: items carry less. `audience` is whose view
  // is played, empty for everything. `page` and `vocabulary` must outlive it.
  PlayRenderer(const Page& page, const Vocabulary& vocabulary, const std::vector<v1::Document>& documents,
               std::string audience);

  // What to print for a message. Empty for a heartbeat, and for what PlaybackNotice() tells.
  std::string Render(const v1::StreamTimelineResponse& response);

 private:
  Block Opening(const v1::StreamTimelineResponse& response);
  Block DayHeading(const v1::DayStarted& day);
  Block EventItem(const v1::TimelineItem& item);
  Block Ending() const;
  void GoToDay(absl::CivilDay day, const std::string& title, Block& block);

  // The event in its own lane, with what is to be said of a document that first appears; and in the opposite lane.
  Block Here(const v1::Event& event, const v1::Document& document, std::size_t lane, bool introduce) const;
  Block There(const v1::Event& event, const v1::Document& document, std::size_t lane) const;
  Block Introduction(const v1::Document& document) const;

  const v1::Document* Find(const std::string& name) const;
  std::string Clock(const v1::Event& event, std::size_t lane) const;

  const Page& page_;
  const Vocabulary& vocabulary_;
  Lanes lanes_;
  std::map<std::string, v1::Document> documents_;
  std::string audience_;

  bool opened_ = false;
  absl::TimeZone zone_;
  absl::CivilDay today_{1, 1, 1};
  std::set<std::string> introduced_;
  int events_ = 0;
};

// What to tell aside of the playback: that the stream goes on in a new call, or will. Empty where there is nothing.
// `opened_before`: whether an `opened` came earlier.
std::string PlaybackNotice(const v1::StreamTimelineResponse& response, bool opened_before);

// "a day of history in 3 s, gaps of 2 s at most".
std::string InWords(const v1::Pace& pace);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAY_RENDERER_H_
