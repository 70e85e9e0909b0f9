// Clients that speak HTTP/2 as no gRPC client would: floods, forged headers, noise.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/client/running_hotlined.h"
#include "tests/faults/calls.h"
#include "tests/faults/measured.h"
#include "tests/faults/raw_http2.h"

namespace hotline::tests {
namespace {

using ::testing::IsEmpty;

constexpr char kGetDocument[] = "/hotline.v1.ArchiveService/GetDocument";

std::string KnownDocument() {
  v1::GetDocumentRequest request;
  request.set_name("documents/kk-08");
  return request.SerializeAsString();
}

class HostileFramesTest : public ::testing::Test {
 protected:
  void ExpectStillServing() {
    EXPECT_TRUE(Answers(server_.address())) << server_.process().standard_error();
    server_.End(SIGTERM, 0);
  }

  RunningHotlined server_{std::vector<std::string>{"--drain_window=2s"}};
};

// Rapid reset, CVE-2023-44487.
TEST_F(HostileFramesTest, ResetsAtOnceOfFiveThousandCallsHarmNobodyElse) {
  HonestClients others(server_.address());
  RawConnection attacker(server_.port());
  ASSERT_TRUE(attacker.Send(ConnectionStart()));
  const std::string headers = HeaderBlock(CallHeaders(kGetDocument));
  const absl::Time begin = absl::Now();
  int pairs = 0;
  for (std::uint32_t stream = 1; pairs < 5'000; stream += 2, ++pairs) {
    if (!attacker.Send(absl::StrCat(Encode(FrameType::kHeaders, kEndHeaders, stream, headers),
                                    Encode(FrameType::kRstStream, 0, stream, BigEndian(kCancel))))) {
      break;
    }
  }
  // An answer behind them all tells that the server is through with them; or it has cut the attacker.
  attacker.Send(Encode(FrameType::kPing, 0, 0, "12345678"));
  bool answered = false;
  while (const auto frame = attacker.ReadUntil(FrameType::kPing, absl::Now() + absl::Seconds(20))) {
    answered = (frame->flags & kAck) != 0;
    if (answered) break;
  }
  EXPECT_TRUE(answered || attacker.closed());
  const absl::Duration took = absl::Now() - begin;
  others.Stop();
  const double resident = ResidentMebibytes(server_.process().pid());
  PrintFigure(absl::StrFormat("%d rapid resets in %.2f s: RSS %.0f MiB; another client's calls: %s", pairs,
                              absl::ToDoubleSeconds(took), resident, others.latencies().ToString()));
  EXPECT_THAT(others.errors(), IsEmpty());
  EXPECT_GT(others.latencies().count(), 0u);
  if (!kSanitized) {
    EXPECT_LT(resident, 300);
  }
  EXPECT_LT(others.latencies().Quantile(1), absl::Seconds(10));
  ExpectStillServing();
}

// CVE-2023-1428 and its like: each ended the process of some version of gRPC.
TEST_F(HostileFramesTest, ForgedHeadersAndOversizedFramesDoNotEndTheProcess) {
  const std::string request = KnownDocument();
  const auto with = [](const std::string& name, const std::string& value) {
    Headers headers = CallHeaders(kGetDocument);
    for (auto& [present, its_value] : headers) {
      if (present == name) {
        its_value = value;
        return headers;
      }
    }
    headers.emplace_back(name, value);
    return headers;
  };
  Headers balancer_stats = with("grpclb_client_stats", "x");
  balancer_stats.emplace_back("filler", std::string(9'000, 'x'));
  Headers many;
  for (int i = 0; i < 2'000; ++i) many.emplace_back(absl::StrCat("x", i), "y");
  const std::vector<std::pair<std::string, std::string>> attacks = {
      {"te: x", Request(1, with("te", "x"), request)},
      {":scheme of no kind", Request(1, with(":scheme", "gopher"), request)},
      {":scheme empty", Request(1, with(":scheme", ""), request)},
      {":method of no kind", Request(1, with(":method", "BREW"), request)},
      {":path empty", Request(1, with(":path", ""), request)},
      {"content-type of no kind", Request(1, with("content-type", "text/plain"), request)},
      {"grpc-timeout of no kind", Request(1, with("grpc-timeout", "99999999999999999999H"), request)},
      {"grpc-encoding of no kind", Request(1, with("grpc-encoding", "rot13"), request)},
      {"-bin that is no base64", Request(1, with("x-bin", "*"), request)},
      {"name with capitals", Request(1, with("X-Loud", "x"), request)},
      {"pseudo-header twice and last", Request(1, with(":authority ", "x"), request)},
      {"grpclb_client_stats", Request(1, with("grpclb_client_stats", "x"), request)},
      {"grpclb_client_stats and 9 KiB", Request(1, balancer_stats, request)},
      {"no headers", Request(1, {}, request)},
      {"2,000 headers and no pseudo-header", Request(1, many, request)},
      {"a frame of 1 MiB", Encode(FrameType::kData, 0, 1, std::string(1 << 20, 'x'))},
      {"a frame of 16 MiB announced", Encode(FrameType::kHeaders, 0, 1, std::string((1 << 24) - 1, 'x')).substr(0, 99)},
      {"headers of 16,000 bytes of nothing", Encode(FrameType::kHeaders, kEndHeaders, 1, std::string(16'000, '\xff'))},
      {"SETTINGS of odd length", Encode(FrameType::kSettings, 0, 0, "12345")},
      {"PING of odd length", Encode(FrameType::kPing, 0, 0, "1")},
      {"window beyond 2^31", Encode(FrameType::kWindowUpdate, 0, 0, BigEndian(0x7fffffff))},
      {"window by zero", Encode(FrameType::kWindowUpdate, 0, 0, BigEndian(0))},
      {"CONTINUATION of nothing", Encode(FrameType::kContinuation, kEndHeaders, 1, "x")},
      {"stream of even number", Request(2, CallHeaders(kGetDocument), request)},
      {"message longer than its frame",
       Encode(FrameType::kHeaders, kEndHeaders, 1, HeaderBlock(CallHeaders(kGetDocument))) +
           Encode(FrameType::kData, kEndStream, 1, std::string("\0\x7f\xff\xff\xff", 5))},
      {"compressed message of no code",
       Encode(FrameType::kHeaders, kEndHeaders, 1, HeaderBlock(CallHeaders(kGetDocument))) +
           Encode(FrameType::kData, kEndStream, 1, std::string("\1\0\0\0\1x", 6))},
  };
  int closed = 0;
  for (const auto& [name, frames] : attacks) {
    SCOPED_TRACE(name);
    RawConnection attacker(server_.port());
    attacker.Send(ConnectionStart());
    attacker.Send(frames);
    attacker.HalfClose();
    // The server has read it all once it closes, too.
    EXPECT_TRUE(attacker.AwaitClose(absl::Now() + absl::Seconds(10)));
    closed += attacker.closed() ? 1 : 0;
    ASSERT_TRUE(Answers(server_.address())) << server_.process().standard_error();
  }
  PrintFigure(
      absl::StrFormat("alive after %d kinds of forged frames, %d of their connections closed", attacks.size(), closed));
  ExpectStillServing();
}

TEST_F(HostileFramesTest, TenThousandConnectionsOfNoiseAndDamagedCallsDoNotEndTheProcess) {
  constexpr int kCases = kSanitized ? 2'000 : 10'000;
  HonestClients others(server_.address());
  // Whatever the machine, the same noise.
  std::mt19937 random(1962);
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  v1::StreamTimelineRequest playback;
  playback.mutable_pace()->set_unpaced(true);
  const std::string sound =
      absl::StrCat(ConnectionStart(), Request(1, CallHeaders(kGetDocument), KnownDocument()),
                   Request(3, CallHeaders("/hotline.v1.TimelineService/StreamTimeline"), playback.SerializeAsString()),
                   Encode(FrameType::kPing, 0, 0, "12345678"));
  const absl::Time begin = absl::Now();
  int left_open = 0;
  for (int i = 0; i < kCases; ++i) {
    std::string bytes;
    if (i % 2 == 0) {
      // Noise, half of it behind a sound beginning.
      if (i % 4 == 0) bytes = ConnectionStart();
      for (std::size_t count = below(512); count > 0; --count) bytes.push_back(static_cast<char>(below(256)));
    } else {
      // A sound conversation with a few bits turned over, some of them cut short.
      bytes = sound;
      for (std::size_t count = 1 + below(8); count > 0; --count) {
        bytes[below(bytes.size())] ^= static_cast<char>(1 << below(8));
      }
      if (i % 3 == 0) bytes.resize(below(bytes.size()));
    }
    RawConnection attacker(server_.port());
    attacker.Send(bytes);
    attacker.HalfClose();
    if (!attacker.AwaitClose(absl::Now() + absl::Seconds(2))) ++left_open;
    ASSERT_FALSE(server_.process().Wait(absl::ZeroDuration()).has_value()) << "case " << i << "\n"
                                                                           << server_.process().standard_error();
  }
  others.Stop();
  PrintFigure(
      absl::StrFormat("alive after %d connections of noise in %.1f s, %d not closed within 2 s: RSS %.0f MiB; another "
                      "client's calls: %s",
                      kCases, absl::ToDoubleSeconds(absl::Now() - begin), left_open,
                      ResidentMebibytes(server_.process().pid()), others.latencies().ToString()));
  EXPECT_THAT(others.errors(), IsEmpty());
  EXPECT_EQ(left_open, 0);
  ExpectStillServing();
}

}  // namespace
}  // namespace hotline::tests
