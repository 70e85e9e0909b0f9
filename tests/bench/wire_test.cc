#include "tests/bench/wire.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hotline/v1/timeline_service.pb.h"
#include "tests/support/status_matchers.h"

namespace hotline::bench {
namespace {

// The bytes as gRPC might hand them over: in slices of this size.
absl::StatusOr<Response> Read(const std::string& bytes, std::size_t slice_size) {
  std::vector<grpc::Slice> slices;
  for (std::size_t begin = 0; begin < bytes.size(); begin += slice_size) {
    slices.emplace_back(bytes.substr(begin, slice_size));
  }
  grpc::ByteBuffer buffer(slices.data(), slices.size());
  return ReadResponse(&buffer);
}

v1::PlayTimelineResponse WithItems(const std::vector<int>& ordinals) {
  v1::PlayTimelineResponse response;
  response.set_epoch(1);
  response.set_position("a position");
  response.set_revision("4f2a");
  for (const int ordinal : ordinals) {
    v1::TimelineItem* item = response.add_items();
    item->set_ordinal(ordinal);
    item->mutable_time()->set_seconds(-226'000'000);
    item->mutable_event()->mutable_document()->set_title(std::string(300, 'a'));
  }
  return response;
}

TEST(WireTest, CountsTheItemsAndTheirBytesWhereverTheSlicesEnd) {
  v1::PlayTimelineResponse response = WithItems({});
  const std::size_t without = response.ByteSizeLong();
  response = WithItems({0, 1, 2});
  const std::size_t items = response.ByteSizeLong() - without;
  response.mutable_late_by()->set_nanos(1'500'000);
  for (const std::size_t slice_size : {1, 2, 3, 7, 300, 10'000}) {
    const absl::StatusOr<Response> read = Read(response.SerializeAsString(), slice_size);
    ASSERT_THAT(read, IsOk()) << slice_size;
    EXPECT_EQ(read->content, Response::Content::kItems);
    EXPECT_EQ(read->items, 3);
    EXPECT_EQ(read->first_ordinal, 0);
    EXPECT_EQ(read->last_ordinal, 2);
    EXPECT_EQ(read->item_bytes, static_cast<std::int64_t>(items));
    EXPECT_EQ(read->late_by, absl::Microseconds(1500));
  }
}

TEST(WireTest, TellsWhatAResponseSays) {
  v1::PlayTimelineResponse response;
  response.mutable_opened()->set_time_zone("UTC");
  EXPECT_EQ(Read(response.SerializeAsString(), 100)->content, Response::Content::kOpened);
  response.mutable_heartbeat()->set_state(v1::PLAYBACK_STATE_PAUSED);
  EXPECT_EQ(Read(response.SerializeAsString(), 100)->content, Response::Content::kHeartbeat);
  response.mutable_closing()->set_reason(v1::CLOSING_REASON_END);
  EXPECT_EQ(Read(response.SerializeAsString(), 100)->content, Response::Content::kClosing);
  response.mutable_control_applied()->set_control_id(7);
  response.mutable_control_applied()->set_code(9);
  const absl::StatusOr<Response> answer = Read(response.SerializeAsString(), 2);
  EXPECT_EQ(answer->content, Response::Content::kControlApplied);
  EXPECT_EQ(answer->control_id, 7);
  EXPECT_EQ(answer->control_code, 9);
  EXPECT_EQ(answer->late_by, std::nullopt);
}

TEST(WireTest, OrdinalsThatDoNotRiseByOneAreAFault) {
  EXPECT_THAT(Read(WithItems({5, 6, 7}).SerializeAsString(), 100), IsOk());
  for (const std::vector<int>& ordinals : {std::vector{5, 7, 8}, std::vector{5, 6, 6}, std::vector{1, 0}}) {
    EXPECT_EQ(Read(WithItems(ordinals).SerializeAsString(), 100).status().code(), absl::StatusCode::kInternal);
  }
}

TEST(WireTest, BytesThatAreNoResponseAreAFault) {
  const std::string bytes = WithItems({1}).SerializeAsString();
  EXPECT_FALSE(Read(bytes.substr(0, bytes.size() - 1), 100).ok());
  EXPECT_FALSE(Read("\xff\xff\xff", 100).ok());
}

}  // namespace
}  // namespace hotline::bench
