#include "server/rpc/timeline_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "server/corpus/errors.h"
#include "server/rpc/playback_reactors.h"
#include "server/rpc/unary.h"
#include "server/timeline/selection.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kMostRetryAfter = absl::Seconds(1);

absl::StatusOr<CheckedStart> ReadStart(const grpc::ByteBuffer& bytes, const Corpus& corpus) {
  v1::PlaybackStart request;      // which has the same fields, but for one
  grpc::ByteBuffer copy = bytes;  // parsing consumes; the copy shares the slices
  if (!grpc::SerializationTraits<v1::PlaybackStart>::Deserialize(&copy, &request).ok()) {
    return Failure(absl::StatusCode::kInvalidArgument, "REQUEST_DAMAGED", "the request is no StreamTimelineRequest");
  }
  return CheckStart(std::move(request), corpus, "", /*controlled=*/false);
}

}  // namespace

TimelineService::TimelineService(std::shared_ptr<const Corpus> corpus, const PlaybackLimits& limits)
    : registry_(limits.most_playbacks), environment_{std::move(corpus), limits, &timelines_, &registry_, &scheduler_} {}

grpc::ServerUnaryReactor* TimelineService::ListDays(grpc::CallbackServerContext* context,
                                                    const v1::ListDaysRequest* request,
                                                    v1::ListDaysResponse* response) {
  const Corpus& corpus = *environment_.corpus;
  const absl::StatusOr<Selection> selection = ReadSelection(request->selection(), corpus, "selection");
  if (!selection.ok()) return Answer(context, selection.status());
  for (v1::Day& day : CountDays(*selection, corpus)) *response->add_days() = std::move(day);
  response->set_time_zone(selection->time_zone);
  response->set_revision(corpus.revision());
  return Answer(context, absl::OkStatus());
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TimelineService::StreamTimeline(grpc::CallbackServerContext* context,
                                                                            const grpc::ByteBuffer* bytes) {
  auto* reactor = new StreamTimelineReactor(context, environment_);
  reactor->stream().BeginWith(ReadStart(*bytes, *environment_.corpus));
  return reactor;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* TimelineService::PlayTimeline(
    grpc::CallbackServerContext* context) {
  auto* reactor = new PlayTimelineReactor(context, environment_);
  reactor->stream().BeginReading();
  return reactor;
}

void TimelineService::Drain() { registry_.DrainAll(kMostRetryAfter); }

}  // namespace hotline::server
