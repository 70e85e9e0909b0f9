// What a client sees that asks for more than one of the limits allows, and that the server is well afterwards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "tests/client/running_hotlined.h"
#include "tests/faults/calls.h"
#include "tests/faults/measured.h"
#include "tests/support/status_matchers.h"

namespace hotline::tests {
namespace {

using ::testing::HasSubstr;

absl::Status GetCorpus(const PlainClient& client, Context* context) {
  v1::GetCorpusResponse response;
  return FromWire(client.archive->GetCorpus(context, {}, &response));
}

// A call of its own connection to the server, which has that before the clients below begin.
absl::Status OneMoreConnection(const std::string& address) {
  const PlainClient client(address);
  Context context;
  return GetCorpus(client, &context);
}

// Two playbacks at once; what the second sees.
absl::Status OneMorePlayback(const std::string& address) {
  const PlainClient client(address);
  Context contexts[2];
  v1::StreamTimelineResponse message;
  const auto first = client.timeline->StreamTimeline(&contexts[0], Everything(absl::Hours(1)));
  EXPECT_TRUE(first->Read(&message));
  const auto second = client.timeline->StreamTimeline(&contexts[1], Everything(absl::Hours(1)));
  EXPECT_FALSE(second->Read(&message));
  const absl::Status status = FromWire(second->Finish());
  contexts[0].TryCancel();
  return status;
}

absl::Status WithMetadata(const std::string& address, std::size_t bytes) {
  const PlainClient client(address);
  Context context;
  context.AddMetadata("filler", std::string(bytes, 'x'));
  return GetCorpus(client, &context);
}

absl::Status WithMessage(const std::string& address, std::size_t bytes) {
  const PlainClient client(address);
  Context context;
  v1::GetDocumentRequest request;
  request.set_name(std::string(bytes, 'x'));
  v1::GetDocumentResponse response;
  return FromWire(client.archive->GetDocument(&context, request, &response));
}

struct Limit {
  const char* name;
  std::vector<std::string> flags;
  // Exceeds the limit, and returns what the client saw.
  std::function<absl::Status(const std::string& address)> exceed;
  absl::StatusCode code;
  const char* reason;  // of our ErrorInfo; empty: gRPC refused by itself
  const char* words;
};

void PrintTo(const Limit& limit, std::ostream* out) { *out << limit.name; }

class LimitTest : public ::testing::TestWithParam<Limit> {};

TEST_P(LimitTest, IsSeenByTheClientThatExceedsItAndByNoOther) {
  const Limit& limit = GetParam();
  std::vector<std::string> flags = {"--drain_window=1s", "--self_probe_interval=0"};
  flags.insert(flags.end(), limit.flags.begin(), limit.flags.end());
  RunningHotlined server(flags);
  const PlainClient other(server.address());
  Context before;
  ASSERT_THAT(GetCorpus(other, &before), IsOk());
  const absl::Status seen = limit.exceed(server.address());
  EXPECT_EQ(seen.code(), limit.code) << seen;
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(seen).reason(), limit.reason) << seen;
  EXPECT_THAT(std::string(seen.message()), HasSubstr(limit.words));
  PrintFigure(absl::StrFormat("%s: %s %s: %s", limit.name, absl::StatusCodeToString(seen.code()), limit.reason,
                              std::string(seen.message())));
  Context after;
  EXPECT_THAT(GetCorpus(other, &after), IsOk());
  server.End(SIGTERM, 0);
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, LimitTest,
    ::testing::Values(
        Limit{"playbacks",
              {"--max_playbacks=1"},
              OneMorePlayback,
              absl::StatusCode::kResourceExhausted,
              "TOO_MANY_PLAYBACKS",
              "1 playbacks already"},
        Limit{"playbacks_of_a_peer",
              {"--max_playbacks_per_peer=1"},
              OneMorePlayback,
              absl::StatusCode::kResourceExhausted,
              "TOO_MANY_PLAYBACKS_OF_PEER",
              "for your address"},
        Limit{"connections", {"--max_connections=1"}, OneMoreConnection, absl::StatusCode::kUnavailable, "", ""},
        Limit{"connections_of_a_peer",
              {"--max_connections_per_peer=1"},
              OneMoreConnection,
              absl::StatusCode::kUnavailable,
              "",
              ""},
        Limit{"metadata",
              {},
              [](const std::string& address) { return WithMetadata(address, 200'000); },
              absl::StatusCode::kResourceExhausted,
              "",
              "metadata size exceeds"},
        Limit{"message",
              {},
              [](const std::string& address) { return WithMessage(address, 70'000); },
              absl::StatusCode::kResourceExhausted,
              "",
              "larger than max"},
        Limit{"message_of_64_kib_all_but_its_frame",
              {},
              [](const std::string& address) { return WithMessage(address, 65'000); },
              absl::StatusCode::kInvalidArgument,
              "INVALID_FIELD",
              "name"},
        Limit{"metadata_of_100_kb",
              {},
              [](const std::string& address) { return WithMetadata(address, 100'000); },
              absl::StatusCode::kOk,
              "",
              ""}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace hotline::tests
