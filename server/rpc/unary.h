#ifndef HOTLINE_SERVER_RPC_UNARY_H_
#define HOTLINE_SERVER_RPC_UNARY_H_

#include <grpcpp/support/server_callback.h>

#include "absl/status/status.h"
#include "server/rpc/status.h"

namespace hotline::server {

// Ends a unary call, whose response was filled in if `status` is OK.
inline grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_UNARY_H_
