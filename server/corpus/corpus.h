#ifndef HOTLINE_SERVER_CORPUS_CORPUS_H_
#define HOTLINE_SERVER_CORPUS_CORPUS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "hotline/v1/corpus.pb.h"
#include "hotline/v1/document.pb.h"
#include "server/corpus/columns.h"
#include "server/corpus/reference_index.h"
#include "server/corpus/relation_index.h"

namespace hotline::server {

// One event with its document, and its place in the order of all events.
struct EventRef {
  absl::Time time;         // the event's one instant, `Event.time`
  std::uint32_t document;  // index into Corpus::documents()
  const v1::Event* event;  // lives as long as the Corpus
};

// The immutable value from which everything is answered: documents, vocabularies, order. One revision.
//
// Threads: const, so any number at once. Pointers and references live as long as the Corpus.
class Corpus {
 public:
  // `documents` are in the corpus's own order, with every name resolved, and are put into timeline order here: by the
  // middle of the preferred claim's interval, ties in the order given, those without a date last. Each document's
  // events are put in order of time, ties by the number in their names. `summary` brings title, zone and vocabularies;
  // counts and days are worked out here: a day is that of an event's `time` in the default zone.
  //
  // The revision is a hash of all that, so equal content gives an equal revision, wherever and from whatever files it
  // was loaded. The order given counts only as far as it shows: among documents of one date.
  //
  // Aborts where `summary.default_time_zone` is not a zone; names that occur twice find the first.
  Corpus(v1::Corpus summary, std::vector<v1::Document> documents);

  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;

  const std::string& revision() const { return revision_; }
  const v1::Corpus& summary() const { return summary_; }
  absl::TimeZone default_zone() const { return default_zone_; }

  // In timeline order.
  absl::Span<const v1::Document> documents() const { return documents_; }

  // Of one of documents().
  std::size_t IndexOf(const v1::Document& document) const {
    return static_cast<std::size_t>(&document - documents_.data());
  }

  // What they are selected and counted by.
  const Columns& columns() const { return columns_; }

  // Which of them point to one, and which are called so.
  const RelationIndex& relations() const { return relations_; }
  const ReferenceIndex& references() const { return references_; }

  // All events in order of time; ties in the order of documents(), then of a document's events.
  absl::Span<const EventRef> events() const { return events_; }

  // By resource name; null where there is none.
  const v1::Document* FindDocument(absl::string_view name) const;
  const EventRef* FindEvent(absl::string_view name) const;
  const v1::Participant* FindParticipant(absl::string_view name) const;
  const v1::Source* FindSource(absl::string_view name) const;
  // By id, "washington".
  const v1::Audience* FindAudience(absl::string_view id) const;

 private:
  // Hashes and compares indices into a list by the names of what stands there: a set of them takes a fifth of the room
  // of a map that has the names, too.
  template <typename List, absl::string_view (*Name)(const List&, std::uint32_t)>
  struct ByName {
    using is_transparent = void;

    std::size_t operator()(absl::string_view name) const { return absl::HashOf(name); }
    std::size_t operator()(std::uint32_t index) const { return absl::HashOf(Name(*list, index)); }
    bool operator()(std::uint32_t a, std::uint32_t b) const { return Name(*list, a) == Name(*list, b); }
    bool operator()(std::uint32_t index, absl::string_view name) const { return Name(*list, index) == name; }
    bool operator()(absl::string_view name, std::uint32_t index) const { return Name(*list, index) == name; }

    const List* list;
  };
  template <typename List, absl::string_view (*Name)(const List&, std::uint32_t)>
  using NameSet = absl::flat_hash_set<std::uint32_t, ByName<List, Name>, ByName<List, Name>>;

  static absl::string_view DocumentName(const std::vector<v1::Document>& documents, std::uint32_t index) {
    return documents[index].name();
  }
  static absl::string_view EventName(const std::vector<EventRef>& events, std::uint32_t index) {
    return events[index].event->name();
  }

  void TakeDocuments(std::vector<v1::Document> documents);
  void OrderEvents();
  void Summarise();
  std::string Revision() const;

  v1::Corpus summary_;
  absl::TimeZone default_zone_;
  std::vector<v1::Document> documents_;
  std::vector<EventRef> events_;
  NameSet<std::vector<v1::Document>, DocumentName> document_by_name_{0, {&documents_}, {&documents_}};
  NameSet<std::vector<EventRef>, EventName> event_by_name_{0, {&events_}, {&events_}};
  Columns columns_;
  RelationIndex relations_;
  ReferenceIndex references_;
  std::string revision_;
};

// Whether an audience, by its id, knew the document by this event.
bool IsKnownTo(const v1::Event& event, absl::string_view audience);

// Lower-case hexadecimal SHA-256 of `bytes`.
std::string Sha256Hex(absl::string_view bytes);

// The first 64 bits of the SHA-256 of `bytes`: what a token carries to know again what it is of.
std::uint64_t Fingerprint(absl::string_view bytes);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_CORPUS_H_
