#ifndef HOTLINE_SERVER_RPC_HEALTH_SERVICE_H_
#define HOTLINE_SERVER_RPC_HEALTH_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/rpc/call_record.h"

namespace hotline::server {

// grpc.health.v1.Health for the server as a whole ("") and for each of its services.
//
// Why our own: gRPC's built-in one leaves open Watch streams alive in a shutdown, which then lasts its whole deadline,
// and it says SERVING before there is anything to serve.
//
// Starts as NOT_SERVING. "liveness" is always SERVING: it asks whether the process is to be ended and started anew,
// which a drain is no reason for.
//
// Threads: any.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  // `services` are the full names that can be asked for besides "" and "liveness". `observer` outlives it.
  HealthService(std::vector<std::string> services, const CallObserver* observer);

  // Sets the status of all names, and tells every watcher.
  void SetServing(bool serving) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends every Watch with UNAVAILABLE behind the last status, also those that come later. Checks are still answered.
  void EndWatches() ABSL_LOCKS_EXCLUDED(mutex_);

  // NOT_FOUND for a name that is not served, as the protocol asks.
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  // SERVICE_UNKNOWN for a name that is not served.
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  class Watcher;

  bool IsKnown(const std::string& service) const { return services_.contains(service); }
  Status StatusOf(const std::string& service) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(Watcher* watcher) ABSL_LOCKS_EXCLUDED(mutex_);

  const absl::flat_hash_set<std::string> services_;
  const ObservedMethod check_;
  const ObservedMethod watch_;

  absl::Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_HEALTH_SERVICE_H_
