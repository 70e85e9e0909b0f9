#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/soak/loads.h"

namespace hotline::soak {
namespace {

// What comes back for GET, headers and all. The address is IPv4.
absl::StatusOr<std::string> Get(const std::string& address, const std::string& path) {
  const std::pair<std::string, std::string> host_port = absl::StrSplit(address, ':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  std::uint32_t port = 0;
  if (!absl::SimpleAtoi(host_port.second, &port) || inet_pton(AF_INET, host_port.first.c_str(), &to.sin_addr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" is no address"));
  }
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return absl::ErrnoToStatus(errno, "socket");
  const absl::Cleanup closing = [descriptor] { close(descriptor); };
  constexpr timeval kTimeout{30, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &kTimeout, sizeof(kTimeout));
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    return absl::ErrnoToStatus(errno, "connect");
  }
  const std::string request =
      absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: ", address, "\r\nConnection: close\r\n\r\n");
  if (send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    return absl::ErrnoToStatus(errno, "send");
  }
  std::string response;
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t count = recv(descriptor, buffer.data(), buffer.size(), 0);
    if (count < 0) return absl::ErrnoToStatus(errno, "recv");
    if (count == 0) return response;
    response.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

absl::Status Expect(const std::string& address, const std::string& path, const std::string& text) {
  const absl::StatusOr<std::string> response = Get(address, path);
  if (!response.ok()) return response.status();
  if (absl::StartsWith(*response, "HTTP/1.1 200 ") && absl::StrContains(*response, text)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(path, " says ", response->substr(0, 500)));
}

}  // namespace

absl::Status Scrape(const Soak& soak, Random*) {
  const std::string& address = soak.server().metrics_address();
  if (absl::Status status = Expect(address, "/metrics", "\nhotline_serving 1"); !status.ok()) return status;
  if (absl::Status status = Expect(address, "/healthz", ""); !status.ok()) return status;
  return Expect(address, "/readyz", "");
}

}  // namespace hotline::soak
