#ifndef HOTLINE_TESTS_FAULTS_RAW_HTTP2_H_
#define HOTLINE_TESTS_FAULTS_RAW_HTTP2_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace hotline::tests {

// HTTP/2 spoken by hand, to say what no gRPC client would. Numbers are those of RFC 9113.
enum class FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};
constexpr std::uint8_t kEndStream = 0x1;
constexpr std::uint8_t kAck = 0x1;
constexpr std::uint8_t kEndHeaders = 0x4;
constexpr std::uint16_t kInitialWindowSize = 4;
constexpr std::uint32_t kCancel = 8;
constexpr std::uint32_t kEnhanceYourCalm = 11;

struct Frame {
  FrameType type;
  std::uint8_t flags;
  std::uint32_t stream;
  std::string payload;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// The numbers of HTTP/2, big-endian.
std::string BigEndian(std::uint32_t value);

std::string Encode(FrameType type, std::uint8_t flags, std::uint32_t stream, absl::string_view payload);

// One setting, as the payload of a SETTINGS frame.
std::string Setting(std::uint16_t id, std::uint32_t value);

// A header block of literals: no table, no Huffman code.
std::string HeaderBlock(const Headers& headers);

// Those of a gRPC call: "/hotline.v1.ArchiveService/GetDocument".
Headers CallHeaders(const std::string& path);

// What begins a connection: the preface and SETTINGS with this payload.
std::string ConnectionStart(absl::string_view settings = "");

// A whole gRPC request: HEADERS, and DATA with the serialised message, which ends the client's side.
std::string Request(std::uint32_t stream, const Headers& headers, absl::string_view message);

// One TCP connection to 127.0.0.1. Threads: one.
class RawConnection {
 public:
  // Connected afterwards, or closed().
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;

  // Sends all of it, and takes in what comes meanwhile, so that both sides cannot wait for each other. False: the other
  // side has closed.
  bool Send(absl::string_view bytes);

  // The client says no more; the other side may.
  void HalfClose();

  // The next frame. SETTINGS and PING are acknowledged by the way. Absent: none came until `deadline`, or closed().
  std::optional<Frame> Read(absl::Time deadline);

  // Reads until a frame of this type came, and drops the others.
  std::optional<Frame> ReadUntil(FrameType type, absl::Time deadline);

  // Waits for the other side to close, and drops what comes until then. False: it did not until `deadline`.
  bool AwaitClose(absl::Time deadline);

  // Whether the other side has closed, as far as was read.
  bool closed() const { return closed_; }

 private:
  // Waits for `events` of poll() until `deadline`, and takes in what has come. False: the time is over, or closed.
  bool Exchange(short events, absl::Time deadline);

  int fd_ = -1;
  bool closed_ = false;
  std::string received_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_FAULTS_RAW_HTTP2_H_
