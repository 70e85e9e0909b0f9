#ifndef HOTLINE_SERVER_RPC_DOCUMENT_LIST_H_
#define HOTLINE_SERVER_RPC_DOCUMENT_LIST_H_

#include "absl/status/statusor.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/rpc/holdings.h"

namespace hotline::server {

// One page of ListDocuments, with the token for the next. Where the request selects documents, its cost is that of a
// scan of the corpus's columns: some milliseconds for a million.
absl::StatusOr<v1::ListDocumentsResponse> ListPage(const v1::ListDocumentsRequest& request, const Holdings& holdings);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_DOCUMENT_LIST_H_
