#ifndef HOTLINE_SERVER_RPC_ADMIN_SERVER_H_
#define HOTLINE_SERVER_RPC_ADMIN_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct MHD_Daemon;

namespace hotline::server {

// What the port answers with. All are called on its one thread, which they hold up.
struct AdminPages {
  // The text of /metrics, in Prometheus' format 0.0.4.
  std::function<std::string()> metrics;
  // Of /healthz: OK while the process can do its work. Otherwise it should be started again, for the reason given.
  std::function<absl::Status()> health;
  // Of /readyz: OK while new calls are welcome. Otherwise they should go elsewhere, for the reason given.
  std::function<absl::Status()> readiness;
};

// The port for operators, plain HTTP/1.1: /metrics, /healthz, /readyz, and / which lists them. Answers GET and HEAD. It
// has no authentication, and is not for networks that are not trusted.
//
// Requests of up to about 16 KiB are read, on at most 64 connections; one that says or takes nothing for five seconds
// is closed. Threads: any. Destruction closes all connections, at once but for the page that is being made.
class AdminServer {
 public:
  // Listens on `address`, HOST:PORT with an IPv4 address or an IPv6 address in brackets, where port 0 means any free
  // one. INVALID_ARGUMENT for an address of another form; UNAVAILABLE where it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& address, AdminPages pages);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // With the port that was chosen.
  const std::string& address() const { return address_; }

 private:
  explicit AdminServer(AdminPages pages) : pages_(std::move(pages)) {}

  const AdminPages pages_;
  MHD_Daemon* daemon_ = nullptr;  // null until it listens
  std::string address_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_ADMIN_SERVER_H_
