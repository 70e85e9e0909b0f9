#include "tests/faults/raw_http2.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace hotline::tests {
namespace {

constexpr std::size_t kFrameHeaderBytes = 9;

std::uint32_t ReadNumber(absl::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

// A string as HPACK writes it: its length with a prefix of 7 bits, and its bytes.
void AppendLiteral(const std::string& text, std::string* block) {
  std::size_t length = text.size();
  if (length < 127) {
    block->push_back(static_cast<char>(length));
  } else {
    block->push_back(127);
    for (length -= 127; length >= 128; length /= 128) block->push_back(static_cast<char>(length % 128 + 128));
    block->push_back(static_cast<char>(length));
  }
  block->append(text);
}

}  // namespace

std::string BigEndian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

std::string Encode(FrameType type, std::uint8_t flags, std::uint32_t stream, absl::string_view payload) {
  std::string frame = BigEndian(static_cast<std::uint32_t>(payload.size())).substr(1);
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  return absl::StrCat(frame, BigEndian(stream), payload);
}

std::string Setting(std::uint16_t id, std::uint32_t value) {
  return absl::StrCat(BigEndian(id).substr(2), BigEndian(value));
}

std::string HeaderBlock(const Headers& headers) {
  std::string block;
  for (const auto& [name, value] : headers) {
    block.push_back(0);  // a literal that enters no table, with a new name
    AppendLiteral(name, &block);
    AppendLiteral(value, &block);
  }
  return block;
}

Headers CallHeaders(const std::string& path) {
  return {{":method", "POST"},         {":scheme", "http"}, {":path", path},
          {":authority", "localhost"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
}

std::string ConnectionStart(absl::string_view settings) {
  return absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Encode(FrameType::kSettings, 0, 0, settings));
}

std::string Request(std::uint32_t stream, const Headers& headers, absl::string_view message) {
  const std::string prefix = std::string(1, '\0') + BigEndian(static_cast<std::uint32_t>(message.size()));
  return absl::StrCat(Encode(FrameType::kHeaders, kEndHeaders, stream, HeaderBlock(headers)),
                      Encode(FrameType::kData, kEndStream, stream, absl::StrCat(prefix, message)));
}

RawConnection::RawConnection(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  closed_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0;
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

RawConnection::~RawConnection() {
  if (fd_ >= 0) close(fd_);
}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), closed_(other.closed_), received_(std::move(other.received_)) {}

bool RawConnection::Send(absl::string_view bytes) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!bytes.empty() && !closed_) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN) {
      closed_ = true;
    } else if (!Exchange(POLLIN | POLLOUT, deadline)) {
      return false;
    }
  }
  return !closed_;
}

void RawConnection::HalfClose() { shutdown(fd_, SHUT_WR); }

std::optional<Frame> RawConnection::Read(absl::Time deadline) {
  while (true) {
    if (received_.size() >= kFrameHeaderBytes) {
      const absl::string_view header = absl::string_view(received_).substr(0, kFrameHeaderBytes);
      const std::size_t length = ReadNumber(header.substr(0, 3));
      if (received_.size() >= kFrameHeaderBytes + length) {
        Frame frame{static_cast<FrameType>(header[3]), static_cast<std::uint8_t>(header[4]),
                    ReadNumber(header.substr(5)), received_.substr(kFrameHeaderBytes, length)};
        received_.erase(0, kFrameHeaderBytes + length);
        if ((frame.flags & kAck) == 0) {
          if (frame.type == FrameType::kSettings) Send(Encode(FrameType::kSettings, kAck, 0, ""));
          if (frame.type == FrameType::kPing) Send(Encode(FrameType::kPing, kAck, 0, frame.payload));
        }
        return frame;
      }
    }
    if (!Exchange(POLLIN, deadline)) return std::nullopt;
  }
}

std::optional<Frame> RawConnection::ReadUntil(FrameType type, absl::Time deadline) {
  std::optional<Frame> frame;
  do {
    frame = Read(deadline);
  } while (frame.has_value() && frame->type != type);
  return frame;
}

bool RawConnection::AwaitClose(absl::Time deadline) {
  while (!closed_ && Exchange(POLLIN, deadline)) received_.clear();
  return closed_;
}

bool RawConnection::Exchange(short events, absl::Time deadline) {
  if (closed_) return false;
  pollfd polled = {fd_, events, 0};
  const absl::Duration left = std::max(deadline - absl::Now(), absl::ZeroDuration());
  if (poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1))))) <= 0) {
    return false;
  }
  std::array<char, 65536> buffer;
  const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
  if (count > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EAGAIN) {
    closed_ = true;
  }
  return !closed_;
}

}  // namespace hotline::tests
