#ifndef HOTLINE_CLIENT_CLI_VOCABULARY_H_
#define HOTLINE_CLIENT_CLI_VOCABULARY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/corpus.pb.h"
#include "hotline/v1/document.pb.h"

namespace hotline::cli {

// A point of view with a clock: one of the lanes in which events are shown.
struct Capital {
  std::string id;
  std::string name;
  absl::TimeZone zone;
};

// How the corpus's people, sources and points of view are called, and which two capitals face each other.
class Vocabulary {
 public:
  // FAILED_PRECONDITION where this machine does not know a zone of the corpus.
  static absl::StatusOr<Vocabulary> Make(const v1::Corpus& corpus);

  const v1::Corpus& corpus() const { return corpus_; }

  // The first two audiences that have a zone, left and right. One where the corpus has one; with none, the corpus's own
  // zone stands for it. Never empty.
  const std::vector<Capital>& capitals() const { return capitals_; }

  // The year that need not be said: the one in which everything happens. 0 where there are several.
  absl::civil_year_t usual_year() const { return usual_year_; }

  // Names for display; of one that the corpus does not list, what is behind the slash.
  std::string ParticipantName(const std::string& name) const;
  std::string SourceName(const std::string& name) const;
  std::string AudienceName(const std::string& id) const;

  // "Kennedy, Rusk": display names, joined by commas.
  std::string ParticipantNames(const google::protobuf::RepeatedPtrField<std::string>& names) const;

  // "Washington, the public".
  std::string AudienceNames(const google::protobuf::RepeatedPtrField<std::string>& ids) const;

  // Index into `capitals()` of the side that wrote the document; absent where no author belongs to either.
  std::optional<std::size_t> LaneOf(const v1::Document& document) const;

  // The same for an event: its document's side, else the capital in which it took place, else the first.
  std::size_t LaneOf(const v1::Document& document, const v1::Event& event) const;

 private:
  v1::Corpus corpus_;
  std::vector<Capital> capitals_;
  absl::civil_year_t usual_year_ = 0;
};

// "kk-08" of "documents/kk-08".
std::string IdOf(const std::string& name);

// "handed over".
std::string InWords(v1::EventType type);
// "letter".
std::string InWords(v1::DocumentKind kind);
// "answers"; with `inverse`, as the other document sees it: "answered by".
std::string InWords(v1::RelationType type, bool inverse = false);

// "after 31 h 2 min", "after about 4 h" where it is only about right; empty where no delay is known. One below zero, as
// uncertain dates may bring about: "2 h before it was known".
std::string DelayInWords(const v1::ThreadEdge& edge);

// "private letter"; "letter" where publicity is not recorded.
std::string KindInWords(const v1::Document& document);

// "Rusk to Dobrynin; Washington; copy by hand": who, where and how, as far as recorded. May be empty.
std::string Circumstances(const v1::Event& event);

// What the claims about a document's date come to: "27 Oct", or where they disagree on the day "27 Oct or 26 Oct: FRUS
// / finding aid", the preferred one first.
struct DatedInWords {
  std::string text;
  bool disputed = false;
};
DatedInWords Dated(const Vocabulary& vocabulary, const v1::Document& document);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_VOCABULARY_H_
