#ifndef HOTLINE_SERVER_CORPUS_FILTER_H_
#define HOTLINE_SERVER_CORPUS_FILTER_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hotline/v1/filter.pb.h"
#include "server/corpus/corpus.h"

namespace hotline::server {

// A `v1::DocumentFilter` that was checked against a corpus and can be asked about its documents.
class Filter {
 public:
  // Selects every document.
  Filter() = default;

  // `field` is the path of the filter in its request, for messages. INVALID_ARGUMENT for a bad field; a participant,
  // source or document that the corpus lacks is one, since it is most likely a slip.
  static absl::StatusOr<Filter> Make(const v1::DocumentFilter& request, const Corpus& corpus, absl::string_view field);

  // Whether the filter selects `document`: how surely, UNSPECIFIED where no window was asked for, or nullopt.
  std::optional<v1::Certainty> Match(const v1::Document& document) const;

  // The zone in which the window's days were reckoned; the corpus's own where none was named.
  const std::string& time_zone() const { return time_zone_; }

 private:
  struct Window {
    absl::Time start = absl::InfinitePast();  // inclusive
    absl::Time end = absl::InfiniteFuture();  // exclusive
    bool definite = false;
  };

  absl::Status ReadWindow(const v1::TimeWindow& request, absl::string_view field);
  absl::Status ReadDays(const v1::TimeWindow& request, absl::TimeZone zone, absl::string_view field);
  std::optional<v1::Certainty> MatchWindow(const v1::Document& document) const;

  absl::flat_hash_set<std::string> authors_;
  absl::flat_hash_set<std::string> recipients_;
  absl::flat_hash_set<std::string> participants_;
  absl::flat_hash_set<int> kinds_;
  v1::Publicity publicity_ = v1::PUBLICITY_UNSPECIFIED;
  std::optional<Window> window_;
  std::string source_;
  std::string replies_to_;
  std::string time_zone_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_FILTER_H_
