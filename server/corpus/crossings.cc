#include "server/corpus/crossings.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/corpus/moment.h"

namespace hotline::server {
namespace {

// One side of a possible crossing.
struct Sending {
  const v1::Document* document;
  std::string audience;  // that it comes from
  Moment sent;
  absl::flat_hash_map<std::string, Moment> arrivals;  // with the other audiences
  absl::Time known_to_all;                            // the last of them
};

// Those of documents that come from one audience and arrived with another, by the time of sending.
std::vector<Sending> Sendings(const Corpus& corpus, absl::Span<const v1::Document* const> documents) {
  std::vector<Sending> sendings;
  for (const v1::Document* document : documents) {
    const std::optional<Moment> sent = MomentOfSending(*document);
    std::string audience = AuthorsAudience(corpus, *document);
    if (!sent.has_value() || audience.empty()) continue;
    Sending sending = {document, std::move(audience), *sent, {}, absl::InfinitePast()};
    for (const v1::Audience& other : corpus.summary().audiences()) {
      if (other.id() == sending.audience) continue;
      const std::optional<Moment> arrival = MomentOfArrival(*document, other.id());
      if (!arrival.has_value()) continue;
      sending.arrivals.emplace(other.id(), *arrival);
      sending.known_to_all = std::max(sending.known_to_all, arrival->time);
    }
    sendings.push_back(std::move(sending));
  }
  std::stable_sort(sendings.begin(), sendings.end(),
                   [](const Sending& a, const Sending& b) { return a.sent.time < b.sent.time; });
  return sendings;
}

bool AnswersOrMentions(const v1::Document& document, const v1::Document& other) {
  const auto& relations = document.relations();
  return std::any_of(relations.begin(), relations.end(), [&other](const v1::Relation& relation) {
    return (relation.type() == v1::RELATION_TYPE_REPLIES_TO || relation.type() == v1::RELATION_TYPE_REFERS_TO) &&
           relation.document() == other.name();
  });
}

std::optional<CrossedPair> Crossing(const Sending& first, const Sending& second) {
  const auto first_arrival = first.arrivals.find(second.audience);
  const auto second_arrival = second.arrivals.find(first.audience);
  if (first_arrival == first.arrivals.end() || second_arrival == second.arrivals.end()) return std::nullopt;
  const Moment& first_arrived = first_arrival->second;
  const Moment& second_arrived = second_arrival->second;
  if (first.sent.time >= second_arrived.time || second.sent.time >= first_arrived.time) return std::nullopt;
  if (AnswersOrMentions(*first.document, *second.document) || AnswersOrMentions(*second.document, *first.document)) {
    return std::nullopt;
  }
  const bool sure = IsSurelyBefore(first.sent, second_arrived) && IsSurelyBefore(second.sent, first_arrived);
  return CrossedPair{first.document, second.document, !sure};
}

}  // namespace

std::vector<CrossedPair> FindCrossings(const Corpus& corpus, absl::Span<const v1::Document* const> documents) {
  const std::vector<Sending> sendings = Sendings(corpus, documents);
  std::vector<CrossedPair> pairs;
  for (auto first = sendings.begin(); first != sendings.end(); ++first) {
    // What is sent when the first is known everywhere cannot have crossed it.
    for (auto second = first + 1; second != sendings.end() && second->sent.time < first->known_to_all; ++second) {
      if (const std::optional<CrossedPair> pair = Crossing(*first, *second)) pairs.push_back(*pair);
    }
  }
  return pairs;
}

std::string AuthorsAudience(const Corpus& corpus, const v1::Document& document) {
  if (document.authors().empty()) return "";
  const v1::Participant* author = corpus.FindParticipant(document.authors(0));
  return author == nullptr ? "" : author->audience();
}

}  // namespace hotline::server
