#ifndef HOTLINE_TESTS_BENCH_CALL_LOAD_H_
#define HOTLINE_TESTS_BENCH_CALL_LOAD_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hotline::bench {

// Unary calls of bytes, many at once, over connections of their own to one server.
//
// Threads: one thread uses it; the calls live on gRPC's.
class CallLoad {
 public:
  // UNAVAILABLE where a connection is not there within 30 s.
  static absl::StatusOr<std::unique_ptr<CallLoad>> Connect(const std::string& address, int connections);

  struct Calls {
    std::string method;  // "/package.Service/Method"
    grpc::ByteBuffer request;
    int count = 1;           // in all
    int in_flight = 1;       // of them at any time
    std::size_t answer = 0;  // how many bytes each answer must have; 0: any number
  };
  struct Answers {
    std::vector<absl::Duration> latencies;  // in no order
    std::size_t bytes = 0;                  // of the last answer
  };
  // Returns when all are answered. Fails with the first failure of any, INTERNAL for an answer of another size.
  absl::StatusOr<Answers> Run(const Calls& calls);

 private:
  CallLoad() = default;

  std::vector<std::shared_ptr<grpc::Channel>> channels_;
};

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_CALL_LOAD_H_
