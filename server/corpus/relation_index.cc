#include "server/corpus/relation_index.h"

#include <algorithm>
#include <utility>

#include "server/corpus/corpus.h"

namespace hotline::server {
namespace {

using Link = RelationIndex::Link;

std::pair<std::uint32_t, std::uint32_t> KeyOf(const Link& link) { return {link.target, link.from}; }

}  // namespace

RelationIndex::RelationIndex(const Corpus& corpus) {
  for (const v1::Document& document : corpus.documents()) {
    for (const v1::Relation& relation : document.relations()) {
      const v1::Document* target = corpus.FindDocument(relation.document());
      if (target == nullptr) continue;
      links_.push_back(
          {static_cast<std::uint32_t>(corpus.IndexOf(*target)), static_cast<std::uint32_t>(corpus.IndexOf(document))});
    }
  }
  std::sort(links_.begin(), links_.end(), [](const Link& a, const Link& b) { return KeyOf(a) < KeyOf(b); });
  links_.erase(
      std::unique(links_.begin(), links_.end(), [](const Link& a, const Link& b) { return KeyOf(a) == KeyOf(b); }),
      links_.end());
  links_.shrink_to_fit();
}

absl::Span<const Link> RelationIndex::To(std::size_t document) const {
  const auto first = std::lower_bound(links_.begin(), links_.end(), document,
                                      [](const Link& link, std::size_t target) { return link.target < target; });
  const auto behind = std::upper_bound(first, links_.end(), document,
                                       [](std::size_t target, const Link& link) { return target < link.target; });
  return absl::MakeConstSpan(links_).subspan(static_cast<std::size_t>(first - links_.begin()),
                                             static_cast<std::size_t>(behind - first));
}

}  // namespace hotline::server
