#ifndef HOTLINE_SERVER_CORPUS_MOMENT_H_
#define HOTLINE_SERVER_CORPUS_MOMENT_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hotline/v1/document.pb.h"

namespace hotline::server {

// When something happened first, and what the record leaves open.
struct Moment {
  absl::Time time;      // `Event.time` of the first event
  absl::Time earliest;  // inclusive
  absl::Time latest;    // exclusive; equal to `earliest` for an instant
  bool doubtful;        // approximate or inferred: its interval may be wrong, too

  // Whether it is one instant, and surely.
  bool IsExact() const { return !doubtful && earliest == latest; }
};

// Whether an event of this type puts a document on its way.
bool IsSending(v1::EventType type);

// When a document was first put on its way; nullopt where that is not recorded.
std::optional<Moment> MomentOfSending(const v1::Document& document);

// When a document first became known to an audience, by whichever channel; nullopt where that is not recorded. An event
// known only to the day counts, too: the true moment may be its.
std::optional<Moment> MomentOfArrival(const v1::Document& document, absl::string_view audience);

// Whether `a` must have been earlier than `b`.
bool IsSurelyBefore(const Moment& a, const Moment& b);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_MOMENT_H_
