#include "server/rpc/playback_response.h"

#include <grpcpp/support/slice.h>

#include <cstdint>
#include <string>

#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

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

}  // namespace

grpc::ByteBuffer SerializeResponse(const Player::Message& message, const Player& player) {
  const Timeline& timeline = player.timeline();
  v1::StreamTimelineResponse response;
  response.set_epoch(1);
  *response.mutable_clock() = ToTimestamp(message.cursor.clock);
  response.set_position(EncodePosition(timeline, message.cursor));
  response.set_revision(timeline.origin().revision);
  switch (message.content) {
    case Player::Message::Content::kOpened:
      Describe(player, message, response.mutable_opened());
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
  if (message.content == Player::Message::Content::kItems) {
    const absl::string_view items = timeline.Bytes(message.first, message.cursor.next);
    bytes.append(items.data(), items.size());
  }
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace hotline::server
