#include "server/corpus/thread.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostDocuments = 1'000;
// Below every client's limit for a message of 4 MiB.
constexpr std::size_t kMostBytes = 3'000'000;

absl::Status TooLarge(absl::string_view name, std::size_t documents) {
  return Failure(
      absl::StatusCode::kFailedPrecondition, "THREAD_TOO_LARGE",
      absl::StrCat("the thread of ", name, " has ", documents, " documents, too many for one answer; at most ",
                   kMostDocuments, " are allowed, in ", kMostBytes, " bytes"));
}

bool IsSending(v1::EventType type) {
  return type == v1::EVENT_TYPE_SENT || type == v1::EVENT_TYPE_HANDED_OVER || type == v1::EVENT_TYPE_BROADCAST ||
         type == v1::EVENT_TYPE_RELEASED;
}

// The audience of the document's first author; empty where the corpus does not say.
std::string AuthorsAudience(const Corpus& corpus, const v1::Document& document) {
  if (document.authors().empty()) return "";
  const v1::Participant* author = corpus.FindParticipant(document.authors(0));
  return author == nullptr ? "" : author->audience();
}

// Null where the document was never sent.
const v1::Event* FirstSending(const v1::Document& document) {
  for (const v1::Event& event : document.events()) {
    if (IsSending(event.type())) return &event;
  }
  return nullptr;
}

// Null where that audience is not known to have had it.
const v1::Event* FirstKnownTo(const v1::Document& document, const std::string& audience) {
  for (const v1::Event& event : document.events()) {
    if (IsKnownTo(event, audience)) return &event;
  }
  return nullptr;
}

absl::Time TimeOf(const v1::Event& event) { return FromTimestamp(event.time()); }

bool IsExact(const v1::Event& event) {
  const v1::HistoricalDate& date = event.date();
  return date.precision() == v1::DATE_PRECISION_MINUTE && !date.approximate() && !date.inferred();
}

absl::flat_hash_set<absl::string_view> Reachable(const Corpus& corpus, const v1::Document& from) {
  absl::flat_hash_map<absl::string_view, std::vector<absl::string_view>> neighbours;
  for (const v1::Document& document : corpus.documents()) {
    for (const v1::Relation& relation : document.relations()) {
      neighbours[document.name()].push_back(relation.document());
      neighbours[relation.document()].push_back(document.name());
    }
  }
  const absl::string_view start = from.name();
  absl::flat_hash_set<absl::string_view> seen = {start};
  std::vector<absl::string_view> open = {start};
  while (!open.empty()) {
    const absl::string_view name = open.back();
    open.pop_back();
    for (const absl::string_view next : neighbours[name]) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

v1::ThreadEdge MakeEdge(const Corpus& corpus, const v1::Document& document, const v1::Relation& relation) {
  v1::ThreadEdge edge;
  edge.set_document(document.name());
  edge.set_target(relation.document());
  edge.set_type(relation.type());
  edge.set_source(relation.source());
  const v1::Document* question = corpus.FindDocument(relation.document());
  if (relation.type() == v1::RELATION_TYPE_REPLIES_TO && question != nullptr) {
    const v1::Event* known = FirstKnownTo(*question, AuthorsAudience(corpus, document));
    const v1::Event* answered = FirstSending(document);
    if (known != nullptr && answered != nullptr) {
      *edge.mutable_delay() = ToProtoDuration(TimeOf(*answered) - TimeOf(*known));
      edge.set_approximate(!IsExact(*known) || !IsExact(*answered));
    }
  }
  return edge;
}

// One side of a possible crossing.
struct Sending {
  const v1::Document* document;
  std::string audience;
  absl::Time sent;
};

bool Crossed(const Sending& a, const Sending& b) {
  if (a.audience == b.audience) return false;
  const v1::Event* a_arrived = FirstKnownTo(*a.document, b.audience);
  const v1::Event* b_arrived = FirstKnownTo(*b.document, a.audience);
  return a_arrived != nullptr && b_arrived != nullptr && a.sent < TimeOf(*b_arrived) && b.sent < TimeOf(*a_arrived);
}

void AddCrossings(const Corpus& corpus, const std::vector<const v1::Document*>& documents,
                  v1::GetThreadResponse* thread) {
  std::vector<Sending> sendings;
  for (const v1::Document* document : documents) {
    const v1::Event* sending = FirstSending(*document);
    std::string audience = AuthorsAudience(corpus, *document);
    if (sending != nullptr && !audience.empty()) sendings.push_back({document, std::move(audience), TimeOf(*sending)});
  }
  std::stable_sort(sendings.begin(), sendings.end(),
                   [](const Sending& a, const Sending& b) { return a.sent < b.sent; });
  for (std::size_t i = 0; i < sendings.size(); ++i) {
    for (std::size_t j = i + 1; j < sendings.size(); ++j) {
      if (!Crossed(sendings[i], sendings[j])) continue;
      v1::Crossing* crossing = thread->add_crossings();
      crossing->set_first(sendings[i].document->name());
      crossing->set_second(sendings[j].document->name());
    }
  }
}

}  // namespace

absl::StatusOr<v1::GetThreadResponse> MakeThread(const Corpus& corpus, const v1::Document& document,
                                                 const ReadMask& mask) {
  v1::GetThreadResponse thread;
  thread.set_revision(corpus.revision());
  const absl::flat_hash_set<absl::string_view> members = Reachable(corpus, document);
  if (members.size() > kMostDocuments) return TooLarge(document.name(), members.size());
  std::vector<const v1::Document*> whole;
  for (const v1::Document& member : corpus.documents()) {
    if (!members.contains(member.name())) continue;
    mask.Copy(member, thread.add_documents());
    whole.push_back(&member);
    for (const v1::Relation& relation : member.relations()) {
      *thread.add_edges() = MakeEdge(corpus, member, relation);
    }
  }
  AddCrossings(corpus, whole, &thread);
  if (thread.ByteSizeLong() > kMostBytes) return TooLarge(document.name(), members.size());
  return thread;
}

}  // namespace hotline::server
