#ifndef HOTLINE_SERVER_RPC_TIMELINE_SERVICE_H_
#define HOTLINE_SERVER_RPC_TIMELINE_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/time/time.h"
#include "hotline/v1/timeline_service.grpc.pb.h"
#include "server/rpc/call_record.h"
#include "server/rpc/holdings.h"
#include "server/rpc/playback_registry.h"
#include "server/rpc/playback_stream.h"
#include "server/timeline/scheduler.h"
#include "server/timeline/timeline_cache.h"

namespace hotline::server {

// TimelineService. Its streams are served raw: a response's items are bytes that were serialised once for all playbacks
// of a timeline.
//
// Lifetime: outlives the gRPC server that it is registered with.
class TimelineService final
    : public v1::TimelineService::WithCallbackMethod_ListDays<v1::TimelineService::WithRawCallbackMethod_StreamTimeline<
          v1::TimelineService::WithRawCallbackMethod_PlayTimeline<v1::TimelineService::Service>>> {
 public:
  // What is pointed to outlives it.
  TimelineService(const Holdings* holdings, const PlaybackLimits& limits, const CallObserver* observer);

  grpc::ServerUnaryReactor* ListDays(grpc::CallbackServerContext* context, const v1::ListDaysRequest* request,
                                     v1::ListDaysResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamTimeline(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PlayTimeline(
      grpc::CallbackServerContext* context) override;

  // Refuses playbacks from here on.
  void BeginDrain();
  // Ends every playback with `closing` (DRAINING) and UNAVAILABLE, one after the other, spread evenly over `window`, so
  // that they come to other replicas in a stream and not in a wave; each is told to wait a random time of up to a
  // second besides. Returns when all were told, sooner where none is left.
  void ClosePlaybacks(absl::Duration window);

 private:
  const ObservedMethod list_days_;
  const ObservedMethod stream_timeline_;
  const ObservedMethod play_timeline_;
  TimelineCache timelines_;
  PlaybackRegistry registry_;
  Scheduler scheduler_;
  const PlaybackEnvironment environment_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_TIMELINE_SERVICE_H_
