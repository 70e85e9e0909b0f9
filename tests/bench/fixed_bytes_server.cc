// The least that a unary call can cost: a callback server that answers every GetDocument with the same bytes, without
// reading the request. Speaks as hotlined does when it starts, so that a bench starts either.

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <signal.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/synchronization/mutex.h"
#include "hotline/v1/archive_service.grpc.pb.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "HOST:PORT to listen on; port 0 is any free one");
ABSL_FLAG(std::uint32_t, answer_bytes, 1480, "how long an answer is");

namespace hotline::bench {
namespace {

using ByteService = v1::ArchiveService::WithRawCallbackMethod_GetDocument<v1::ArchiveService::Service>;

class FixedBytesService final : public ByteService {
 public:
  explicit FixedBytesService(std::size_t bytes) {
    const grpc::Slice slice(std::string(bytes, 'x'));
    answer_ = grpc::ByteBuffer(&slice, 1);
  }

  grpc::ServerUnaryReactor* GetDocument(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                        grpc::ByteBuffer* response) override {
    *response = answer_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  grpc::ByteBuffer answer_;
};

int Run() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  FixedBytesService service(absl::GetFlag(FLAGS_answer_bytes));
  const std::string address = absl::GetFlag(FLAGS_listen);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::fprintf(stderr, "fixed_bytes_server: cannot listen on %s\n", address.c_str());
    return 1;
  }
  std::fprintf(stderr, "listening on %s:%d\n", address.substr(0, address.rfind(':')).c_str(), port);
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace hotline::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("answers every GetDocument with the same bytes");
  absl::ParseCommandLine(argc, argv);
  // As hotlined does: Debian's Abseil checks for deadlocks at every lock, of gRPC too.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return hotline::bench::Run();
}
