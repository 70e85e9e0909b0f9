#include "hotline/paged_range.h"

namespace hotline {
namespace {

template <typename Element>
std::vector<Element> Moved(google::protobuf::RepeatedPtrField<Element>* elements) {
  std::vector<Element> moved;
  moved.reserve(static_cast<std::size_t>(elements->size()));
  for (Element& element : *elements) moved.push_back(std::move(element));
  return moved;
}

}  // namespace

std::vector<ListedDocument> ElementsOf(v1::ListDocumentsResponse page) {
  std::vector<ListedDocument> elements;
  elements.reserve(static_cast<std::size_t>(page.documents_size()));
  for (int i = 0; i < page.documents_size(); ++i) {
    ListedDocument listed;
    if (i < page.certainties_size()) listed.certainty = page.certainties(i);
    if (i < page.date_sources_size()) listed.date_source = page.date_sources(i);
    listed.document = std::move(*page.mutable_documents(i));
    elements.push_back(std::move(listed));
  }
  return elements;
}

std::vector<v1::SearchHit> ElementsOf(v1::SearchDocumentsResponse page) { return Moved(page.mutable_hits()); }

std::vector<v1::DateComparison> ElementsOf(v1::CompareSourcesResponse page) {
  return Moved(page.mutable_comparisons());
}

}  // namespace hotline
