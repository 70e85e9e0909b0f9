#include "tests/rpc/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace hotline::tests {

Connection::Connection(const std::string& address) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const std::size_t colon = address.rfind(':');
  int port = 0;
  if (colon == address.npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) return;
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const timeval timeout = {20, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

Connection::~Connection() { close(socket_); }

void Connection::Send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t more = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) return;
    sent += static_cast<std::size_t>(more);
  }
}

HttpResponse Connection::Receive() {
  std::string bytes;
  char some[4096];
  for (ssize_t more = recv(socket_, some, sizeof(some), 0); more > 0; more = recv(socket_, some, sizeof(some), 0)) {
    bytes.append(some, static_cast<std::size_t>(more));
  }
  HttpResponse response;
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (!absl::StartsWith(bytes, "HTTP/1.1 ") || head_end == bytes.npos) return response;
  if (!absl::SimpleAtoi(bytes.substr(9, 3), &response.code)) return response;
  response.head = bytes.substr(0, head_end + 2);
  response.body = bytes.substr(head_end + 4);
  return response;
}

HttpResponse Get(const std::string& address, const std::string& path) {
  Connection connection(address);
  connection.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: ", address, "\r\nConnection: close\r\n\r\n"));
  return connection.Receive();
}

}  // namespace hotline::tests
