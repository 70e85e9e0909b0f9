#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/soak/loads.h"

namespace hotline::soak {
namespace {

using grpc::health::v1::HealthCheckResponse;

}  // namespace

absl::Status WatchHealth(const Soak& soak, Random* random) {
  const auto stub = grpc::health::v1::Health::NewStub(
      grpc::CreateChannel(soak.server().address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext watch_context;
  watch_context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  const auto watch = stub->Watch(&watch_context, {});
  HealthCheckResponse response;
  if (!watch->Read(&response) || response.status() != HealthCheckResponse::SERVING) {
    return absl::InternalError(absl::StrCat("a health watch says ", response.ShortDebugString()));
  }
  for (int i = 0; i < 5; ++i) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    context.set_wait_for_ready(true);
    const grpc::Status status = stub->Check(&context, {}, &response);
    if (!status.ok() || response.status() != HealthCheckResponse::SERVING) {
      return absl::InternalError(absl::StrCat("a health check says ", response.ShortDebugString(), ", ",
                                              static_cast<int>(status.error_code()), " ", status.error_message()));
    }
    soak.Pause(Between(absl::ZeroDuration(), absl::Milliseconds(300), random));
  }
  watch_context.TryCancel();
  watch->Finish();
  return absl::OkStatus();
}

}  // namespace hotline::soak
