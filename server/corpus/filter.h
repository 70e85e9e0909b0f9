#ifndef HOTLINE_SERVER_CORPUS_FILTER_H_
#define HOTLINE_SERVER_CORPUS_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hotline/v1/filter.pb.h"
#include "server/corpus/columns.h"
#include "server/corpus/corpus.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {

// How a filter's window and the dates of a document that it selects stand to each other.
struct DateMatch {
  // UNSPECIFIED where no window was asked for.
  v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
  // The claim that decided; where no window was asked for, the most trusted of those that count. Null where none
  // counts. Lives as long as the corpus.
  const DatedBy* date = nullptr;
};

// A `v1::DocumentFilter` that was checked against a corpus and can be asked about its documents.
//
// Threads: const, so any number at once. Lifetime: the corpus outlives it.
class Filter {
 public:
  // `field` is the path of the filter in its request, for messages. INVALID_ARGUMENT for a bad field; a participant,
  // source or document that the corpus lacks is one, since it is most likely a slip.
  static absl::StatusOr<Filter> Make(const v1::DocumentFilter& request, const Corpus& corpus, absl::string_view field);

  // Whether the filter selects the document with this index in Corpus::documents(), and how; nullopt where it does not.
  std::optional<DateMatch> Match(std::size_t document) const;

  // Whether it selects all there are, without a look at them.
  bool SelectsAll() const;

  // The zone in which the window's days were reckoned; the corpus's own where none was named.
  const std::string& time_zone() const { return time_zone_.name; }
  absl::TimeZone zone() const { return time_zone_.zone; }
  bool has_window() const { return window_.has_value(); }

 private:
  using Numbers = absl::flat_hash_set<std::uint32_t>;
  struct Window {
    absl::Time start = absl::InfinitePast();  // inclusive
    absl::Time end = absl::InfiniteFuture();  // exclusive
    bool definite = false;
  };
  // Whose claims count.
  enum class Claims { kPreferred, kOfSource, kAll };

  explicit Filter(const Corpus& corpus) : corpus_(&corpus) {}

  absl::StatusOr<Numbers> ReadParticipants(const google::protobuf::RepeatedPtrField<std::string>& names,
                                           absl::string_view field) const;
  absl::Status ReadSource(const std::string& source, absl::string_view field);
  absl::Status ReadWindow(const v1::TimeWindow& request, absl::string_view field);
  absl::Status ReadDays(const v1::TimeWindow& request, absl::TimeZone zone, absl::string_view field);
  bool Counts(const DatedBy& date) const { return claims_ != Claims::kOfSource || date.source == source_; }
  std::optional<DateMatch> MatchDates(absl::Span<const DatedBy> dates) const;
  std::optional<v1::Certainty> MatchWindow(const DatedBy& date) const;

  const Corpus* corpus_;
  Numbers authors_;
  Numbers recipients_;
  Numbers participants_;
  absl::flat_hash_set<int> kinds_;
  v1::Publicity publicity_ = v1::PUBLICITY_UNSPECIFIED;
  std::optional<Window> window_;
  Claims claims_ = Claims::kPreferred;
  std::uint32_t source_ = 0;  // of Claims::kOfSource
  std::optional<Numbers> answers_;  // indices of documents
  NamedZone time_zone_;
};

// Brings a filter into the one form of all that ask for the same, whatever the order of their lists.
void Canonicalise(v1::DocumentFilter* filter);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_FILTER_H_
