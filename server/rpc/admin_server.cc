#include "server/rpc/admin_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

constexpr std::size_t kConnectionBytes = 16 * 1024;
constexpr unsigned kMostConnections = 64;
constexpr unsigned kIdleSeconds = 5;

constexpr char kIndex[] = "/metrics /healthz /readyz\n";
constexpr char kTextType[] = "text/plain; charset=utf-8";
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

struct Address {
  std::string host;
  sockaddr_storage socket = {};
};

std::optional<Address> Parse(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const absl::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  if (digits.find_first_not_of("0123456789") != digits.npos || !absl::SimpleAtoi(digits, &port) || port > 65'535) {
    return std::nullopt;
  }
  Address address;
  address.host = std::string(text.substr(0, colon));
  const auto network_port = htons(static_cast<std::uint16_t>(port));
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&address.socket);
      inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = network_port;
    return address;
  }
  if (address.host.size() < 2 || address.host.front() != '[' || address.host.back() != ']') return std::nullopt;
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.socket);
  if (inet_pton(AF_INET6, address.host.substr(1, address.host.size() - 2).c_str(), &v6->sin6_addr) != 1) {
    return std::nullopt;
  }
  v6->sin6_family = AF_INET6;
  v6->sin6_port = network_port;
  return address;
}

struct Page {
  unsigned code = MHD_HTTP_OK;
  std::string body;
  const char* type = kTextType;
};

Page FromStatus(const absl::Status& status) {
  if (status.ok()) return {MHD_HTTP_OK, "ok\n"};
  return {MHD_HTTP_SERVICE_UNAVAILABLE, absl::StrCat(status.message(), "\n")};
}

Page PageFor(absl::string_view method, absl::string_view path, const AdminPages& pages) {
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return {MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered\n"};
  }
  if (path == "/metrics") return {MHD_HTTP_OK, pages.metrics(), kMetricsType};
  if (path == "/healthz") return FromStatus(pages.health());
  if (path == "/readyz") return FromStatus(pages.readiness());
  if (path == "/") return {MHD_HTTP_OK, kIndex};
  return {MHD_HTTP_NOT_FOUND, absl::StrCat("there are ", kIndex)};
}

// Called once the headers are there. A body is not waited for: the connection is closed behind the answer.
MHD_Result Answer(void* pages, MHD_Connection* connection, const char* path, const char* method, const char*,
                  const char*, std::size_t*, void**) {
  Page page = PageFor(method, path, *static_cast<const AdminPages*>(pages));
  MHD_Response* response = MHD_create_response_from_buffer(page.body.size(), page.body.data(), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, page.type);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  if (page.code == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued = MHD_queue_response(connection, page.code, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& address, AdminPages pages) {
  const std::optional<Address> parsed = Parse(address);
  if (!parsed.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(address), " is no address to listen on; allowed are IP:PORT and [IPV6]:PORT with a port of 0 to 65535"));
  }
  std::unique_ptr<AdminServer> server(new AdminServer(std::move(pages)));
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
  if (parsed->socket.ss_family == AF_INET6) flags |= MHD_USE_IPv6;
  server->daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &Answer, const_cast<AdminPages*>(&server->pages_),
                                     MHD_OPTION_SOCK_ADDR, &parsed->socket, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                     kConnectionBytes, MHD_OPTION_CONNECTION_LIMIT, kMostConnections,
                                     MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds, MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": in use, or not this machine's"));
  }
  server->address_ =
      absl::StrCat(parsed->host, ":", MHD_get_daemon_info(server->daemon_, MHD_DAEMON_INFO_BIND_PORT)->port);
  return server;
}

AdminServer::~AdminServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

}  // namespace hotline::server
