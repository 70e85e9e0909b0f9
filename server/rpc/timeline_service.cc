#include "server/rpc/timeline_service.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "server/rpc/playback_reactors.h"
#include "server/rpc/raw_message.h"
#include "server/timeline/selection.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kLeastRetryAfter = absl::Milliseconds(50);
constexpr absl::Duration kMostRetryAfter = absl::Seconds(1);
constexpr absl::Duration kCloseEvery = absl::Milliseconds(10);

}  // namespace

TimelineService::TimelineService(const Holdings* holdings, const PlaybackLimits& limits, const CallObserver* observer)
    : list_days_(observer, "/hotline.v1.TimelineService/ListDays"),
      stream_timeline_(observer, "/hotline.v1.TimelineService/StreamTimeline"),
      play_timeline_(observer, "/hotline.v1.TimelineService/PlayTimeline"),
      registry_(limits.most_playbacks, limits.most_playbacks_per_peer),
      environment_{holdings,    limits,
                   &timelines_, &registry_,
                   &scheduler_, observer->metrics() == nullptr ? nullptr : &observer->metrics()->playback()} {}

grpc::ServerUnaryReactor* TimelineService::ListDays(grpc::CallbackServerContext* context,
                                                    const v1::ListDaysRequest* request,
                                                    v1::ListDaysResponse* response) {
  UnaryCall call(list_days_, context, response);
  const std::shared_ptr<const Archive> archive = environment_.holdings->current();
  const Corpus& corpus = archive->corpus();
  const absl::StatusOr<Selection> selection = ReadSelection(request->selection(), corpus, "selection");
  if (!selection.ok()) return call.Answer(selection.status());
  for (v1::Day& day : CountDays(*selection, corpus)) *response->add_days() = std::move(day);
  response->set_time_zone(selection->time_zone);
  response->set_revision(corpus.revision());
  return call.Answer(absl::OkStatus());
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TimelineService::StreamTimeline(grpc::CallbackServerContext* context,
                                                                            const grpc::ByteBuffer* bytes) {
  auto* reactor = new StreamTimelineReactor(stream_timeline_, context, environment_);
  // A PlaybackStart has the same fields, but for one.
  reactor->stream().BeginWith(ParseRaw<v1::PlaybackStart>(*bytes, "StreamTimelineRequest"), reactor->Peer());
  return reactor;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* TimelineService::PlayTimeline(
    grpc::CallbackServerContext* context) {
  auto* reactor = new PlayTimelineReactor(play_timeline_, context, environment_);
  reactor->stream().BeginReading(reactor->Peer());
  return reactor;
}

void TimelineService::BeginDrain() { registry_.BeginDrain(); }

void TimelineService::ClosePlaybacks(absl::Duration window) {
  const std::vector<std::shared_ptr<PlaybackStream>> streams = registry_.BeginDrain();
  const SteadyTime began_at = SteadyNow();
  absl::BitGen random;
  std::size_t closed = 0;
  while (closed < streams.size() && !registry_.empty()) {
    const absl::Duration passed = SteadyNow() - began_at;
    for (; closed < streams.size() &&
           window * static_cast<double>(closed) <= passed * static_cast<double>(streams.size());
         ++closed) {
      streams[closed]->Drain(kLeastRetryAfter + (kMostRetryAfter - kLeastRetryAfter) * absl::Uniform(random, 0.0, 1.0));
    }
    if (closed < streams.size()) absl::SleepFor(kCloseEvery);
  }
}

}  // namespace hotline::server
