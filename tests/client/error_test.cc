#include "hotline/error.h"

#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include "client/src/status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/client/status_details.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ErrorTest, ReadsReasonDomainAndMetadata) {
  google::rpc::ErrorInfo detail;
  detail.set_reason("REVISION_NOT_HELD");
  detail.set_domain("hotline");
  (*detail.mutable_metadata())["current_revision"] = "4f2a";
  const auto info = GetErrorInfo(WithDetail(absl::FailedPreconditionError("gone"), detail));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->reason, "REVISION_NOT_HELD");
  EXPECT_EQ(info->domain, "hotline");
  EXPECT_THAT(info->metadata, ElementsAre(Pair("current_revision", "4f2a")));
}

TEST(ErrorTest, ReadsEveryFieldViolation) {
  google::rpc::BadRequest detail;
  for (const char* field : {"page_size", "filter.source"}) {
    auto* violation = detail.add_field_violations();
    violation->set_field(field);
    violation->set_description("bad");
  }
  const auto violations = GetFieldViolations(WithDetail(absl::InvalidArgumentError("bad"), detail));
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[1].field, "filter.source");
  EXPECT_EQ(violations[1].description, "bad");
}

TEST(ErrorTest, ReadsTheRetryDelay) {
  google::rpc::RetryInfo detail;
  detail.mutable_retry_delay()->set_seconds(1);
  detail.mutable_retry_delay()->set_nanos(500'000'000);
  EXPECT_EQ(GetRetryDelay(WithDetail(absl::ResourceExhaustedError("full"), detail)), absl::Milliseconds(1500));
}

TEST(ErrorTest, WhatIsNotThereIsAbsent) {
  for (const absl::Status& status : {absl::OkStatus(), absl::UnavailableError("refused")}) {
    EXPECT_FALSE(GetErrorInfo(status));
    EXPECT_THAT(GetFieldViolations(status), IsEmpty());
    EXPECT_FALSE(GetRetryDelay(status));
  }
}

TEST(ErrorTest, ADetailThatCannotBeParsedCountsAsAbsent) {
  absl::Status status = absl::InternalError("odd");
  status.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xff\xff\xff"));
  EXPECT_FALSE(GetErrorInfo(status));
}

TEST(ErrorTest, DetailsOnTheWireBecomePayloadsAlsoOfUnknownKinds) {
  google::rpc::Status wire;
  google::rpc::ErrorInfo info;
  info.set_reason("DOCUMENT_NOT_FOUND");
  wire.add_details()->PackFrom(info);
  auto* other = wire.add_details();
  other->set_type_url("type.googleapis.com/example.Other");
  other->set_value("bytes");
  const absl::Status status =
      internal::FromGrpc(grpc::Status(grpc::StatusCode::NOT_FOUND, "no such document", wire.SerializeAsString()));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "no such document");
  ASSERT_TRUE(GetErrorInfo(status));
  EXPECT_EQ(GetErrorInfo(status)->reason, "DOCUMENT_NOT_FOUND");
  EXPECT_EQ(status.GetPayload("type.googleapis.com/example.Other"), absl::Cord("bytes"));
}

TEST(ErrorTest, DetailsOnTheWireThatCannotBeParsedLeaveCodeAndMessage) {
  const absl::Status status = internal::FromGrpc(grpc::Status(grpc::StatusCode::INTERNAL, "broken", "\xff\xff"));
  EXPECT_EQ(status, absl::InternalError("broken"));
}

}  // namespace
}  // namespace hotline::tests
