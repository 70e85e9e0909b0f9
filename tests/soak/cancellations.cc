#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "hotline/v1/archive_service.grpc.pb.h"
#include "tests/bench/load.h"
#include "tests/soak/loads.h"

namespace hotline::soak {
namespace {

absl::Status CancelSearch(const Soak& soak, v1::ArchiveService::Stub* stub, Random* random) {
  v1::SearchDocumentsRequest request;
  request.set_query(absl::StrCat(std::string(1, static_cast<char>('a' + Below(26, random))), "*"));
  v1::SearchDocumentsResponse response;
  grpc::ClientContext context;
  absl::Notification done;
  grpc::Status status;
  stub->async()->SearchDocuments(&context, &request, &response, [&](const grpc::Status& outcome) {
    status = outcome;
    done.Notify();
  });
  soak.Pause(Between(absl::ZeroDuration(), absl::Milliseconds(5), random));
  context.TryCancel();
  done.WaitForNotification();
  if (status.ok() || status.error_code() == grpc::StatusCode::CANCELLED) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

absl::Status CancelCalls(const Soak& soak, Random* random) {
  const auto stub =
      v1::ArchiveService::NewStub(grpc::CreateChannel(soak.server().address(), grpc::InsecureChannelCredentials()));
  for (int i = 0; i < 20; ++i) {
    if (absl::Status status = CancelSearch(soak, stub.get(), random); !status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<bench::Load>> playbacks =
      bench::Load::Connect(soak.server().address(), 1, bench::Load::Windows::kFixed);
  if (!playbacks.ok()) return playbacks.status();
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1e6);
  for (int i = 0; i < 10; ++i) (*playbacks)->Start(request);
  if (absl::Status status = (*playbacks)->Run(Between(absl::ZeroDuration(), absl::Milliseconds(200), random));
      !status.ok()) {
    return status;
  }
  return (*playbacks)->CancelAll(absl::Seconds(30));
}

}  // namespace hotline::soak
