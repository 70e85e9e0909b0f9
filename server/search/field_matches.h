#ifndef HOTLINE_SERVER_SEARCH_FIELD_MATCHES_H_
#define HOTLINE_SERVER_SEARCH_FIELD_MATCHES_H_

#include <vector>

#include "hotline/v1/archive_service.pb.h"
#include "server/search/query.h"
#include "server/search/searched_texts.h"
#include "server/search/tokenizer.h"

namespace hotline::server {

// Where what a query looks for stands in a document: one element for each text in which something was found, as
// `SearchHit.matches` has them. By the same rules as the index, so that what it finds is found here.
std::vector<v1::FieldMatch> FindFieldMatches(const Query& query, const SearchedTexts& texts,
                                             const v1::Document& document, Tokenizer& tokenizer);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_FIELD_MATCHES_H_
