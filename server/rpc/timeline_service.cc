#include "server/rpc/timeline_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <memory>
#include <utility>

#include "server/corpus/errors.h"
#include "server/rpc/playback_reactors.h"
#include "server/rpc/unary.h"
#include "server/timeline/selection.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kMostRetryAfter = absl::Seconds(1);

absl::StatusOr<v1::PlaybackStart> ReadStart(const grpc::ByteBuffer& bytes) {
  v1::PlaybackStart request;      // which has the same fields, but for one
  grpc::ByteBuffer copy = bytes;  // parsing consumes; the copy shares the slices
  if (!grpc::SerializationTraits<v1::PlaybackStart>::Deserialize(&copy, &request).ok()) {
    return Failure(absl::StatusCode::kInvalidArgument, "REQUEST_DAMAGED", "the request is no StreamTimelineRequest");
  }
  return request;
}

}  // namespace

TimelineService::TimelineService(const Holdings* holdings, const PlaybackLimits& limits)
    : registry_(limits.most_playbacks), environment_{holdings, limits, &timelines_, &registry_, &scheduler_} {}

grpc::ServerUnaryReactor* TimelineService::ListDays(grpc::CallbackServerContext* context,
                                                    const v1::ListDaysRequest* request,
                                                    v1::ListDaysResponse* response) {
  const std::shared_ptr<const Archive> archive = environment_.holdings->current();
  const Corpus& corpus = archive->corpus();
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
  absl::StatusOr<v1::PlaybackStart> start = ReadStart(*bytes);
  if (!start.ok()) {
    reactor->stream().BeginWith(nullptr, start.status());
    return reactor;
  }
  std::shared_ptr<const Corpus> corpus = CorpusFor(*start, *environment_.holdings);
  absl::StatusOr<CheckedStart> checked = CheckStart(*std::move(start), *corpus, "", /*controlled=*/false);
  reactor->stream().BeginWith(std::move(corpus), std::move(checked));
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
