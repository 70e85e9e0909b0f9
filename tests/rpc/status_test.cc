#include "server/rpc/status.h"

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

google::rpc::Status DetailsOf(const absl::Status& error) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(ToGrpcStatus(error, "id").error_details()));
  return details;
}

TEST(ToGrpcStatusTest, DetailsComeInOneOrder) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const google::rpc::Status details =
        DetailsOf(ResourceNotFound("document", "documents/x", "", "DOCUMENT_NOT_FOUND"));
    ASSERT_EQ(details.details_size(), 3);
    EXPECT_TRUE(details.details(0).Is<google::rpc::RequestInfo>());
    EXPECT_TRUE(details.details(1).Is<google::rpc::ErrorInfo>());
    EXPECT_TRUE(details.details(2).Is<google::rpc::ResourceInfo>());
  }
}

TEST(ToGrpcStatusTest, TheReasonIsKeptWhereTheRestHasNoRoom) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const google::rpc::Status details = DetailsOf(InvalidField("query", std::string(4'000, 'x')));
    ASSERT_EQ(details.details_size(), 2);
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(details.details(1).UnpackTo(&info));
    EXPECT_EQ(info.reason(), "INVALID_FIELD");
  }
}

}  // namespace
}  // namespace hotline::server
