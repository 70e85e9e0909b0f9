#ifndef HOTLINE_SERVER_RPC_UNKNOWN_METHODS_H_
#define HOTLINE_SERVER_RPC_UNKNOWN_METHODS_H_

#include <grpcpp/generic/async_generic_service.h>

#include "server/rpc/call_record.h"

namespace hotline::server {

// Answers calls of methods that no service has, so that they are counted and told of like all others: UNIMPLEMENTED.
//
// Lifetime: outlives the gRPC server that it is registered with.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  // `observer` outlives it.
  explicit UnknownMethods(const CallObserver* observer) : method_(observer, "other") {}

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override;

  const ObservedMethod method_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_UNKNOWN_METHODS_H_
