#ifndef HOTLINE_SERVER_RPC_DOCUMENT_LIST_H_
#define HOTLINE_SERVER_RPC_DOCUMENT_LIST_H_

#include "absl/status/statusor.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/corpus.h"

namespace hotline::server {

// One page of ListDocuments, with the token for the next.
absl::StatusOr<v1::ListDocumentsResponse> ListPage(const v1::ListDocumentsRequest& request, const Corpus& corpus);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_DOCUMENT_LIST_H_
