#ifndef HOTLINE_SERVER_RPC_SOURCE_COMPARISON_H_
#define HOTLINE_SERVER_RPC_SOURCE_COMPARISON_H_

#include "absl/status/statusor.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/rpc/holdings.h"

namespace hotline::server {

// One page of CompareSources, with the token for the next. Its cost is that of a scan of the corpus's columns.
absl::StatusOr<v1::CompareSourcesResponse> ComparePage(const v1::CompareSourcesRequest& request,
                                                       const Holdings& holdings);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_SOURCE_COMPARISON_H_
