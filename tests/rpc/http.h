#ifndef HOTLINE_TESTS_RPC_HTTP_H_
#define HOTLINE_TESTS_RPC_HTTP_H_

#include <string>

namespace hotline::tests {

// What came back, to the end of the connection. The code is 0 where it was no response.
struct HttpResponse {
  int code = 0;
  std::string head;  // status line and headers, with their line ends
  std::string body;
};

// A TCP connection to "127.0.0.1:PORT". Nothing is sent, and an empty response received, where there is none.
class Connection {
 public:
  explicit Connection(const std::string& address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Send(const std::string& bytes);
  // Reads until the server closes, or 20 seconds have passed without a byte.
  HttpResponse Receive();

 private:
  int socket_;
};

// GET over a connection of its own.
HttpResponse Get(const std::string& address, const std::string& path);

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_RPC_HTTP_H_
