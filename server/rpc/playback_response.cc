#include "server/rpc/playback_response.h"

#include <grpcpp/support/slice.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

// Fewer are copied: that costs less than to count who uses them.
constexpr std::size_t kShareFromBytes = 1024;

void Describe(const Player& player, const Player::Message& message, v1::PlaybackOpened* opened) {
  const Timeline& timeline = player.timeline();
  const TimelineOrigin& origin = timeline.origin();
  opened->set_outcome(player.options().outcome);
  opened->set_time_zone(origin.time_zone);
  opened->set_first_day(FormatDay(origin.first_day));
  opened->set_last_day(FormatDay(origin.last_day));
  *opened->mutable_start() = ToTimestamp(timeline.start());
  *opened->mutable_end() = ToTimestamp(timeline.end());
  opened->set_item_count(static_cast<std::int64_t>(timeline.size()));
  opened->set_event_count(static_cast<std::int64_t>(timeline.event_count()));
  opened->set_first_ordinal(static_cast<std::int64_t>(message.cursor.next));
  *opened->mutable_pace() = ToProto(message.cursor.pace);
  *opened->mutable_heartbeat_interval() = ToProtoDuration(player.options().heartbeat_interval);
  opened->set_clamped(player.options().clamped);
  opened->set_paused(!message.cursor.playing);
}

void Describe(const Player::Message& message, v1::ControlApplied* applied) {
  const Player::Answer& answer = message.answer;
  applied->set_control_id(answer.control_id);
  applied->set_code(static_cast<int>(answer.fault.code()));
  applied->set_message(std::string(answer.fault.message()));
  applied->set_reason(ReasonOf(answer.fault));
  applied->set_state(message.state);
  applied->set_stepped(answer.stepped);
  applied->set_clamped(answer.clamped);
  applied->set_no_change(answer.no_change);
  applied->set_first_ordinal(static_cast<std::int64_t>(message.cursor.next));
}

void Describe(const Player::Message& message, v1::Heartbeat* heartbeat) {
  heartbeat->set_state(message.state);
  *heartbeat->mutable_lag() = ToProtoDuration(message.lag);
  *heartbeat->mutable_held_total() = ToProtoDuration(message.held_total);
}

void Describe(const Player::Message& message, v1::Closing* closing) {
  closing->set_reason(message.reason);
  if (message.retry_after > absl::ZeroDuration()) {
    *closing->mutable_retry_after() = ToProtoDuration(message.retry_after);
  }
}

// A slice of bytes that are not copied; they live as long as any slice of them.
grpc::Slice Share(std::shared_ptr<const Timeline::Block> block, absl::string_view bytes) {
  using Owner = std::shared_ptr<const Timeline::Block>;
  return grpc::Slice(
      const_cast<char*>(bytes.data()), bytes.size(), [](void* owner) { delete static_cast<Owner*>(owner); },
      new Owner(std::move(block)));
}

}  // namespace

grpc::ByteBuffer SerializeResponse(const Player::Message& message, const Player& player) {
  const Timeline& timeline = player.timeline();
  v1::PlayTimelineResponse response;
  response.set_epoch(message.epoch);
  *response.mutable_clock() = ToTimestamp(message.cursor.clock);
  response.set_position(EncodePosition(timeline, message.cursor));
  response.set_revision(timeline.origin().revision);
  switch (message.content) {
    case Player::Message::Content::kOpened:
      Describe(player, message, response.mutable_opened());
      break;
    case Player::Message::Content::kAnswer:
      Describe(message, response.mutable_control_applied());
      break;
    case Player::Message::Content::kHeartbeat:
      Describe(message, response.mutable_heartbeat());
      break;
    case Player::Message::Content::kClosing:
      Describe(message, response.mutable_closing());
      break;
    case Player::Message::Content::kItems:
      if (message.late_by.has_value()) *response.mutable_late_by() = ToProtoDuration(*message.late_by);
      break;
  }
  std::string bytes = response.SerializeAsString();
  std::vector<grpc::Slice> shared;
  std::size_t first = message.content == Player::Message::Content::kItems ? message.first : message.cursor.next;
  while (first < message.cursor.next) {
    std::shared_ptr<const Timeline::Block> block = timeline.BlockOf(first);
    const std::size_t behind = std::min(message.cursor.next, block->first + block->ends.size());
    const absl::string_view items = block->Bytes(first, behind);
    if (shared.empty() && items.size() < kShareFromBytes) {
      bytes.append(items.data(), items.size());
    } else {
      shared.push_back(Share(std::move(block), items));
    }
    first = behind;
  }
  shared.insert(shared.begin(), grpc::Slice(bytes));
  return grpc::ByteBuffer(shared.data(), shared.size());
}

}  // namespace hotline::server
