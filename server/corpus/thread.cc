#include "server/corpus/thread.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/corpus/crossings.h"
#include "server/corpus/errors.h"
#include "server/corpus/moment.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostDocuments = 1'000;
// Below every client's limit for a message of 4 MiB.
constexpr std::size_t kMostBytes = 3'000'000;

absl::Status TooLarge(absl::string_view name) {
  return Failure(absl::StatusCode::kFailedPrecondition, "THREAD_TOO_LARGE",
                 absl::StrCat("the thread of ", name, " is too large for one answer; at most ", kMostDocuments,
                              " documents are allowed, in ", kMostBytes, " bytes"));
}

// The documents that can be reached, in timeline order; more than are allowed where there are more.
std::vector<std::size_t> Reachable(const Corpus& corpus, const v1::Document& from) {
  std::vector<std::size_t> reached = {corpus.IndexOf(from)};
  absl::flat_hash_set<std::size_t> seen = {reached.front()};
  const auto reach = [&](std::size_t document) {
    if (reached.size() <= kMostDocuments && seen.insert(document).second) reached.push_back(document);
  };
  for (std::size_t i = 0; i < reached.size() && reached.size() <= kMostDocuments; ++i) {
    const std::size_t document = reached[i];
    for (const v1::Relation& relation : corpus.documents()[document].relations()) {
      if (const v1::Document* target = corpus.FindDocument(relation.document())) reach(corpus.IndexOf(*target));
    }
    for (const RelationIndex::Link& link : corpus.relations().To(document)) {
      if (reached.size() > kMostDocuments) break;
      reach(link.from);
    }
  }
  std::sort(reached.begin(), reached.end());
  return reached;
}

v1::ThreadEdge MakeEdge(const Corpus& corpus, const v1::Document& document, const v1::Relation& relation) {
  v1::ThreadEdge edge;
  edge.set_document(document.name());
  edge.set_target(relation.document());
  edge.set_type(relation.type());
  edge.set_source(relation.source());
  const v1::Document* question = corpus.FindDocument(relation.document());
  if (relation.type() == v1::RELATION_TYPE_REPLIES_TO && question != nullptr) {
    const std::optional<Moment> known = MomentOfArrival(*question, AuthorsAudience(corpus, document));
    const std::optional<Moment> answered = MomentOfSending(document);
    if (known.has_value() && answered.has_value()) {
      *edge.mutable_delay() = ToProtoDuration(answered->time - known->time);
      edge.set_approximate(!known->IsExact() || !answered->IsExact());
    }
  }
  return edge;
}

}  // namespace

absl::StatusOr<v1::GetThreadResponse> MakeThread(const Corpus& corpus, const v1::Document& document,
                                                 const ReadMask& mask) {
  const std::vector<std::size_t> reached = Reachable(corpus, document);
  if (reached.size() > kMostDocuments) return TooLarge(document.name());
  v1::GetThreadResponse thread;
  thread.set_revision(corpus.revision());
  std::vector<const v1::Document*> members;
  std::size_t bytes = 0;
  for (const std::size_t index : reached) {
    const v1::Document& member = corpus.documents()[index];
    members.push_back(&member);
    mask.Copy(member, thread.add_documents());
    bytes += thread.documents().rbegin()->ByteSizeLong();
    for (const v1::Relation& relation : member.relations()) {
      *thread.add_edges() = MakeEdge(corpus, member, relation);
      bytes += thread.edges().rbegin()->ByteSizeLong();
    }
    if (bytes > kMostBytes) return TooLarge(document.name());
  }
  for (const CrossedPair& pair : FindCrossings(corpus, members)) {
    v1::Crossing& crossing = *thread.add_crossings();
    crossing.set_first(pair.first->name());
    crossing.set_second(pair.second->name());
    crossing.set_approximate(pair.approximate);
    bytes += crossing.ByteSizeLong();
    if (bytes > kMostBytes) return TooLarge(document.name());
  }
  return thread;
}

}  // namespace hotline::server
