#ifndef HOTLINE_CLIENT_SRC_GRPC_CONNECTION_H_
#define HOTLINE_CLIENT_SRC_GRPC_CONNECTION_H_

#include <memory>
#include <string>

#include "client/src/environment.h"
#include "hotline/connection.h"

namespace hotline::internal {

// MakeConnection() with a clock, a sleeper and random numbers of the caller's.
std::shared_ptr<Connection> MakeGrpcConnection(const std::string& target, const ConnectionOptions& options,
                                               Environment environment);

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_GRPC_CONNECTION_H_
