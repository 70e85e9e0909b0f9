#ifndef HOTLINE_CLIENT_CLI_ITEM_RENDERER_H_
#define HOTLINE_CLIENT_CLI_ITEM_RENDERER_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/cli/lanes.h"
#include "client/cli/text_layout.h"
#include "client/cli/vocabulary.h"
#include "hotline/v1/timeline.pb.h"

namespace hotline::cli {

// Documents by name.
using Documents = std::map<std::string, v1::Document>;

// Turns the items of a timeline into text, in the order in which they come: two lanes for the two capitals, a heading
// for each day. It remembers which day it is and which documents were introduced, nothing else.
class ItemRenderer {
 public:
  // `documents` are all that may occur, with relations, claims and events: items carry less. `audience` is whose view
  // is played, empty for everything. `names_lanes`: whether the capitals' names stand below the heading of each day.
  // What is passed by reference must outlive it.
  ItemRenderer(const Page& page, const Vocabulary& vocabulary, const Documents& documents, std::string audience,
               bool names_lanes);

  // In which zone days begin; UTC at first.
  void SetZone(absl::TimeZone zone) { zone_ = zone; }

  // Nothing for the end of the timeline.
  Block Render(const v1::TimelineItem& item);

  // How many events it rendered, and of how many documents.
  int events() const { return events_; }
  std::size_t documents() const { return introduced_.size(); }

 private:
  Block DayHeading(const v1::DayStarted& day);
  Block EventItem(const v1::TimelineItem& item);
  Block GoToDay(absl::CivilDay day, const std::string& title, bool with_names);

  // The event in its own lane, with what is to be said of a document that first appears; and in the opposite lane.
  Block Here(const v1::Event& event, const v1::Document& document, std::size_t lane, bool introduce) const;
  Block There(const v1::Event& event, const v1::Document& document, std::size_t lane) const;
  Block Introduction(const v1::Document& document) const;

  const v1::Document* Find(const std::string& name) const;
  std::string Clock(const v1::Event& event, std::size_t lane) const;

  const Page& page_;
  const Vocabulary& vocabulary_;
  const Documents& documents_;
  const Lanes lanes_;
  const std::string audience_;
  const bool names_lanes_;

  absl::TimeZone zone_;
  absl::CivilDay today_{1, 1, 1};
  std::set<std::string> introduced_;
  int events_ = 0;
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_ITEM_RENDERER_H_
