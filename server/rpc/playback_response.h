#ifndef HOTLINE_SERVER_RPC_PLAYBACK_RESPONSE_H_
#define HOTLINE_SERVER_RPC_PLAYBACK_RESPONSE_H_

#include <grpcpp/support/byte_buffer.h>

#include "server/timeline/player.h"

namespace hotline::server {

// What `player` said, as a serialised v1::PlayTimelineResponse, which is a StreamTimelineResponse too: the fields have
// the same numbers. Items are not serialised again: their bytes are the timeline's, and where they are many they are
// not even copied.
grpc::ByteBuffer SerializeResponse(const Player::Message& message, const Player& player);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PLAYBACK_RESPONSE_H_
