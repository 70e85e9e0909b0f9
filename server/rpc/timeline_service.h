#ifndef HOTLINE_SERVER_RPC_TIMELINE_SERVICE_H_
#define HOTLINE_SERVER_RPC_TIMELINE_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline_service.grpc.pb.h"
#include "server/corpus/corpus.h"
#include "server/rpc/playback_registry.h"
#include "server/timeline/player.h"
#include "server/timeline/scheduler.h"
#include "server/timeline/timeline_cache.h"

namespace hotline::server {

struct PlaybackLimits {
  // How many playbacks there may be at once.
  std::size_t most_playbacks = 10'000;
  // A write that the client does not take within this ends the stream.
  absl::Duration write_stall = absl::Seconds(60);
};

// TimelineService. StreamTimeline is served raw: a response's items are bytes that were serialised once for all
// playbacks of a timeline.
//
// Lifetime: outlives the gRPC server that it is registered with.
class TimelineService final
    : public v1::TimelineService::WithRawCallbackMethod_StreamTimeline<v1::TimelineService::CallbackService> {
 public:
  TimelineService(std::shared_ptr<const Corpus> corpus, const PlaybackLimits& limits);

  grpc::ServerUnaryReactor* ListDays(grpc::CallbackServerContext* context, const v1::ListDaysRequest* request,
                                     v1::ListDaysResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamTimeline(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request) override;
  grpc::ServerBidiReactor<v1::PlayTimelineRequest, v1::PlayTimelineResponse>* PlayTimeline(
      grpc::CallbackServerContext* context) override;

  // Ends every playback with `closing` (DRAINING) and UNAVAILABLE, and refuses new ones. Returns at once.
  void Drain();

 private:
  absl::StatusOr<std::unique_ptr<Player>> MakePlayer(const v1::StreamTimelineRequest& request);

  const std::shared_ptr<const Corpus> corpus_;
  const PlaybackLimits limits_;
  TimelineCache timelines_;
  PlaybackRegistry registry_;
  Scheduler scheduler_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_TIMELINE_SERVICE_H_
