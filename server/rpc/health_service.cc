#include "server/rpc/health_service.h"

#include <utility>

#include "server/corpus/errors.h"
#include "server/rpc/status.h"

namespace hotline::server {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

namespace {

constexpr char kLiveness[] = "liveness";

}  // namespace

// One Watch stream: writes the status whenever it differs from the one written last. Locks its own mutex after, never
// before, the service's.
class HealthService::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watcher(HealthService* service, const std::string& name, const grpc::CallbackServerContext* context)
      : service_(service), name_(name), record_(&service->watch_, context) {
    record_.Received();
  }

  const std::string& name() const { return name_; }

  void Update(Status status, bool ending) {
    absl::MutexLock lock(&mutex_);
    wanted_ = status;
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
      record_.Sent();
      StartWrite(&written_);
    } else if (cancelled_ || ending_) {
      finished_ = true;
      Finish(record_.End(cancelled_ ? absl::CancelledError("nobody watches any more") : Draining()));
    }
  }

  HealthService* const service_;
  const std::string name_;
  absl::Mutex mutex_;
  CallRecord record_;
  Status wanted_ ABSL_GUARDED_BY(mutex_) = HealthCheckResponse::UNKNOWN;
  HealthCheckResponse written_ ABSL_GUARDED_BY(mutex_);  // UNKNOWN before the first
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

HealthService::HealthService(std::vector<std::string> services, const CallObserver* observer)
    : services_([&services] {
        absl::flat_hash_set<std::string> names(services.begin(), services.end());
        names.insert({"", kLiveness});
        return names;
      }()),
      check_(observer, "/grpc.health.v1.Health/Check"),
      watch_(observer, "/grpc.health.v1.Health/Watch") {}

HealthService::Status HealthService::StatusOf(const std::string& service) const {
  if (!IsKnown(service)) return HealthCheckResponse::SERVICE_UNKNOWN;
  return serving_ || service == kLiveness ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void HealthService::SetServing(bool serving) {
  absl::MutexLock lock(&mutex_);
  serving_ = serving;
  for (Watcher* watcher : watchers_) watcher->Update(StatusOf(watcher->name()), ending_);
}

void HealthService::EndWatches() {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
  for (Watcher* watcher : watchers_) watcher->Update(StatusOf(watcher->name()), ending_);
}

void HealthService::Remove(Watcher* watcher) {
  absl::MutexLock lock(&mutex_);
  watchers_.erase(watcher);
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context, const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  UnaryCall call(check_, context, response);
  if (!IsKnown(request->service())) {
    return call.Answer(
        ResourceNotFound("service", request->service(), "\"\" asks for the whole server", "SERVICE_NOT_FOUND"));
  }
  {
    absl::MutexLock lock(&mutex_);
    response->set_status(StatusOf(request->service()));
  }
  return call.Answer(absl::OkStatus());
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(grpc::CallbackServerContext* context,
                                                                    const HealthCheckRequest* request) {
  auto* watcher = new Watcher(this, request->service(), context);
  absl::MutexLock lock(&mutex_);
  watchers_.insert(watcher);
  watcher->Update(StatusOf(watcher->name()), ending_);
  return watcher;
}

}  // namespace hotline::server
