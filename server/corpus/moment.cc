#include "server/corpus/moment.h"

#include <algorithm>

#include "server/corpus/corpus.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

// The first of the events that count. One whose interval begins before that event, and reaches beyond it, may have been
// the first as well.
template <typename Counts>
std::optional<Moment> FirstMoment(const v1::Document& document, Counts counts) {
  std::optional<Moment> first;
  for (const v1::Event& event : document.events()) {
    if (!counts(event)) continue;
    const v1::HistoricalDate& date = event.date();
    const absl::Time earliest = FromTimestamp(date.earliest());
    const absl::Time latest = FromTimestamp(date.latest());
    if (!first.has_value()) {
      first = Moment{FromTimestamp(event.time()), earliest, latest, date.approximate() || date.inferred()};
    } else {
      first->earliest = std::min(first->earliest, earliest);
      first->latest = std::min(first->latest, latest);
    }
  }
  return first;
}

}  // namespace

bool IsSending(v1::EventType type) {
  return type == v1::EVENT_TYPE_SENT || type == v1::EVENT_TYPE_HANDED_OVER || type == v1::EVENT_TYPE_BROADCAST ||
         type == v1::EVENT_TYPE_RELEASED;
}

std::optional<Moment> MomentOfSending(const v1::Document& document) {
  return FirstMoment(document, [](const v1::Event& event) { return IsSending(event.type()); });
}

std::optional<Moment> MomentOfArrival(const v1::Document& document, absl::string_view audience) {
  return FirstMoment(document, [audience](const v1::Event& event) { return IsKnownTo(event, audience); });
}

bool IsSurelyBefore(const Moment& a, const Moment& b) {
  if (a.doubtful || b.doubtful) return false;
  // An interval's end is not part of it, an instant is.
  return a.earliest == a.latest ? a.latest < b.earliest : a.latest <= b.earliest;
}

}  // namespace hotline::server
