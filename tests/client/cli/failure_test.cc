#include "client/cli/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "hotline/client.h"

namespace hotline::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kServer[] = "localhost:50051";

template <typename Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload("type.googleapis.com/" + detail.GetTypeName(), absl::Cord(detail.SerializeAsString()));
}

absl::Status WithReason(absl::Status status, const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("hotline");
  Attach(status, info);
  return status;
}

TEST(ExitCodeTest, Is64AndTheCode) {
  EXPECT_EQ(ExitCode(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCode(absl::InvalidArgumentError("")), 67);
  EXPECT_EQ(ExitCode(absl::NotFoundError("")), 69);
  EXPECT_EQ(ExitCode(absl::UnavailableError("")), 78);
}

TEST(ExplainTest, ServerThatCannotBeReachedIsNamedWithWhatToDo) {
  EXPECT_EQ(
      Explain(absl::UnavailableError("Connection refused"), kServer),
      "hotline: cannot reach localhost:50051: Connection refused; is hotlined running? --server or $HOTLINE_SERVER "
      "names another\n");
}

TEST(ExplainTest, AFailedHandshakePointsToTheFlagsOfTls) {
  EXPECT_EQ(
      Explain(absl::UnavailableError("Ssl handshake failed: wrong version number"), kServer),
      "hotline: cannot agree with localhost:50051 on TLS: Ssl handshake failed: wrong version number; --tls is for "
      "servers that speak it, --tls-ca names the authority of their certificate\n");
}

TEST(ExplainTest, AServerThatAnswersUnavailableWasReached) {
  const std::string text = Explain(WithReason(absl::UnavailableError("draining"), "DRAINING"), kServer);
  EXPECT_THAT(text, HasSubstr("localhost:50051 cannot answer now: draining"));
}

TEST(ExplainTest, ARevisionThatIsNoLongerHeldIsToldToListsWhichHaveNoPositionToo) {
  const std::string text = Explain(WithReason(absl::FailedPreconditionError("gone"), "REVISION_NOT_HELD"), kServer);
  EXPECT_EQ(text,
            "hotline: gone\nhotline: the corpus has changed: begin again, without --position where there is one\n");
}

TEST(ExplainTest, EveryRefusedFieldIsNamedWithItsFlag) {
  absl::Status status = absl::InvalidArgumentError("two fields");
  google::rpc::BadRequest bad_request;
  google::rpc::BadRequest::FieldViolation* violation = bad_request.add_field_violations();
  violation->set_field("selection.audience");
  violation->set_description("\"paris\" is no audience");
  violation = bad_request.add_field_violations();
  violation->set_field("filter.authors[0]");
  violation->set_description("unknown");
  Attach(status, bad_request);
  EXPECT_EQ(Explain(status, kServer),
            "hotline: selection.audience (--audience): \"paris\" is no audience\n"
            "hotline: filter.authors[0] (--from): unknown\n");
}

TEST(ExplainTest, AnOptionThatTheLibraryRefusesIsNamedWithItsFlag) {
  ConnectionOptions options;
  options.cert_file = "/nonexistent/client.pem";
  options.key_file = "/nonexistent/client.key";
  EXPECT_EQ(Explain(Client(MakeConnection(kServer, options)).GetCorpus().status(), kServer),
            "hotline: cert_file (--tls-cert): cannot read /nonexistent/client.pem: No such file or directory\n");
}

TEST(ExplainTest, AReasonBringsAHint) {
  const std::string text = Explain(WithReason(absl::NotFoundError("no kk-99"), "DOCUMENT_NOT_FOUND"), kServer);
  EXPECT_EQ(text, "hotline: no kk-99\nhotline: 'hotline list' shows the names\n");
}

TEST(ExplainTest, TheServersWaitIsPassedOn) {
  absl::Status status = absl::ResourceExhaustedError("full");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(5);
  Attach(status, retry);
  EXPECT_THAT(Explain(status, kServer), HasSubstr("the server asks to wait 5 s"));
}

TEST(ExplainAsJsonTest, IsAStatusWithTheServersDetailsOnOneLine) {
  EXPECT_EQ(ExplainAsJson(WithReason(absl::NotFoundError("no \"kk-99\""), "DOCUMENT_NOT_FOUND")),
            R"({"code":5,"message":"no \"kk-99\"","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
            R"("reason":"DOCUMENT_NOT_FOUND","domain":"hotline"}]})"
            "\n");
}

TEST(ExplainAsJsonTest, ADetailOfAnUnknownTypeIsLeftOut) {
  absl::Status status = absl::UnavailableError("gone");
  status.SetPayload("type.googleapis.com/proxy.Detail", absl::Cord("x"));
  EXPECT_EQ(ExplainAsJson(status), "{\"code\":14,\"message\":\"gone\"}\n");
}

}  // namespace
}  // namespace hotline::cli
