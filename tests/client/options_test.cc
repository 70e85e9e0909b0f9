#include "hotline/options.h"

#include <gmock/gmock.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "client/src/channel.h"
#include "hotline/client.h"
#include "hotline/error.h"

namespace hotline::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> RefusedFields(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetFieldViolations(status)) fields.push_back(violation.field);
  return fields;
}

TEST(OptionsTest, TheDefaultsAreInRange) { EXPECT_TRUE(internal::Validate(ConnectionOptions()).ok()); }

TEST(OptionsTest, EveryDurationOutOfRangeIsNamed) {
  const std::vector<std::pair<std::string, absl::Duration ConnectionOptions::*>> fields = {
      {"rpc_timeout", &ConnectionOptions::rpc_timeout},
      {"attempt_timeout", &ConnectionOptions::attempt_timeout},
      {"initial_backoff", &ConnectionOptions::initial_backoff},
      {"max_backoff", &ConnectionOptions::max_backoff},
      {"stream_retry_time", &ConnectionOptions::stream_retry_time},
      {"stream_initial_backoff", &ConnectionOptions::stream_initial_backoff},
      {"stream_idle_timeout", &ConnectionOptions::stream_idle_timeout},
      {"keepalive_time", &ConnectionOptions::keepalive_time},
      {"keepalive_timeout", &ConnectionOptions::keepalive_timeout}};
  for (const auto& [name, field] : fields) {
    for (const absl::Duration value : {absl::ZeroDuration(), -absl::Seconds(1), absl::InfiniteDuration()}) {
      ConnectionOptions options;
      options.*field = value;
      const absl::Status status = internal::Validate(options);
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()), AllOf(StartsWith(name + ": "), HasSubstr("1ms to 24h are allowed")));
      EXPECT_THAT(RefusedFields(status), ElementsAre(name));
    }
  }
}

TEST(OptionsTest, BothEndsOfTheRangeAreAllowed) {
  ConnectionOptions options;
  options.rpc_timeout = absl::Milliseconds(1);
  options.keepalive_time = absl::Hours(24);
  EXPECT_TRUE(internal::Validate(options).ok());
}

TEST(OptionsTest, LessThanOneAttemptIsRefused) {
  ConnectionOptions options;
  options.max_attempts = 0;
  const absl::Status status = internal::Validate(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "max_attempts: 0; at least 1 is allowed");
  EXPECT_THAT(RefusedFields(status), ElementsAre("max_attempts"));
}

TEST(OptionsTest, ACertificateAndItsKeyNeedEachOther) {
  ConnectionOptions options;
  options.cert_file = "client.pem";
  EXPECT_THAT(RefusedFields(internal::Validate(options)), ElementsAre("key_file"));
  std::swap(options.cert_file, options.key_file);
  EXPECT_THAT(RefusedFields(internal::Validate(options)), ElementsAre("cert_file"));
}

TEST(OptionsTest, ATlsFileThatCannotBeReadIsNamedByEveryCall) {
  // Reading a directory threw once.
  const std::pair<std::string, std::string> paths[] = {
      {"/nonexistent/ca.pem", "No such file or directory"}, {"/", "Is a directory"}, {"/dev/null", "it is empty"}};
  for (const auto& [path, why] : paths) {
    ConnectionOptions options;
    options.ca_file = path;
    const Client client(MakeConnection("localhost:1", options));
    const absl::Status expected = client.GetCorpus().status();
    EXPECT_EQ(expected.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(expected.message(), "ca_file: cannot read " + path + ": " + why);
    EXPECT_THAT(RefusedFields(expected), ElementsAre("ca_file"));
    EXPECT_EQ(client.GetDocument("documents/kk-01").status(), expected);
    EXPECT_EQ(client.GetThread("documents/kk-01").status(), expected);
    EXPECT_EQ(client.ResolveReference("1").status(), expected);
    EXPECT_EQ(client.ListDays().status(), expected);
    EXPECT_EQ(client.ListDocumentsPage().status(), expected);
    std::vector<absl::Status> errors;
    for (const auto& response : client.StreamTimeline()) errors.push_back(response.status());
    EXPECT_THAT(errors, ElementsAre(expected));
  }
}

TEST(OptionsTest, CredentialsOfTheProgramsOwnTakeThePlaceOfTheTlsFiles) {
  ConnectionOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  options.channel_credentials = grpc::InsecureChannelCredentials();
  EXPECT_TRUE(internal::MakeChannel("localhost:1", options).ok());
}

}  // namespace
}  // namespace hotline::tests
