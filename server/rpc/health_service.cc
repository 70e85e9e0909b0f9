#include "server/rpc/health_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/rpc/unary.h"

namespace hotline::server {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// One Watch stream: writes the status whenever it differs from the one written last. Locks its own mutex after, never
// before, the service's.
class HealthService::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watcher(HealthService* service, bool known) : service_(service), known_(known) {}

  void Update(bool serving, bool ending) {
    absl::MutexLock lock(&mutex_);
    wanted_ = !known_   ? HealthCheckResponse::SERVICE_UNKNOWN
              : serving ? HealthCheckResponse::SERVING
                        : HealthCheckResponse::NOT_SERVING;
    ending_ = ending;
    Pump();
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) cancelled_ = true;
    Pump();
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    Pump();
  }

  void OnDone() override {
    service_->Remove(this);
    delete this;
  }

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_ || writing_) return;
    if (!cancelled_ && written_.status() != wanted_) {
      written_.set_status(wanted_);
      writing_ = true;
      StartWrite(&written_);
    } else if (cancelled_ || ending_) {
      finished_ = true;
      Finish(cancelled_ ? grpc::Status::CANCELLED : ToGrpcStatus(Draining()));
    }
  }

  HealthService* const service_;
  const bool known_;
  absl::Mutex mutex_;
  Status wanted_ ABSL_GUARDED_BY(mutex_) = HealthCheckResponse::UNKNOWN;
  HealthCheckResponse written_ ABSL_GUARDED_BY(mutex_);  // UNKNOWN before the first
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

HealthService::HealthService(std::vector<std::string> services)
    : services_([&services] {
        absl::flat_hash_set<std::string> names(services.begin(), services.end());
        names.insert("");
        return names;
      }()) {}

void HealthService::SetServing(bool serving) {
  absl::MutexLock lock(&mutex_);
  serving_ = serving;
  for (Watcher* watcher : watchers_) watcher->Update(serving_, ending_);
}

void HealthService::EndWatches() {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
  for (Watcher* watcher : watchers_) watcher->Update(serving_, ending_);
}

void HealthService::Remove(Watcher* watcher) {
  absl::MutexLock lock(&mutex_);
  watchers_.erase(watcher);
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context, const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  if (!IsKnown(request->service())) {
    return Answer(context, ResourceNotFound("service", request->service(), "\"\" asks for the whole server",
                                            "SERVICE_NOT_FOUND"));
  }
  absl::MutexLock lock(&mutex_);
  response->set_status(serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING);
  return Answer(context, absl::OkStatus());
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(grpc::CallbackServerContext*,
                                                                    const HealthCheckRequest* request) {
  auto* watcher = new Watcher(this, IsKnown(request->service()));
  absl::MutexLock lock(&mutex_);
  watchers_.insert(watcher);
  watcher->Update(serving_, ending_);
  return watcher;
}

}  // namespace hotline::server
