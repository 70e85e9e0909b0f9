#include "server/rpc/timeline_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"
#include "server/rpc/playback_stream.h"
#include "server/rpc/unary.h"
#include "server/timeline/position.h"
#include "server/timeline/selection.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kMostRetryAfter = absl::Seconds(1);
constexpr absl::Duration kShortestHeartbeat = absl::Seconds(1);
constexpr absl::Duration kLongestHeartbeat = absl::Seconds(30);

// Ends a stream before it began.
class RefusedStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

class RefusedPlayback final : public grpc::ServerBidiReactor<v1::PlayTimelineRequest, v1::PlayTimelineResponse> {
 public:
  explicit RefusedPlayback(const absl::Status& status) { Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

// Where a playback begins, and how.
struct Start {
  Cursor cursor;
  v1::OpenedOutcome outcome = v1::OPENED_OUTCOME_FRESH;
  bool clamped = false;
};

Start StartAtTime(const Timeline& timeline, absl::Time time) {
  Start start;
  start.cursor.clock = std::min(std::max(time, timeline.start()), timeline.end());
  start.clamped = start.cursor.clock != time;
  start.cursor.next = timeline.FirstAtOrAfter(start.cursor.clock);
  return start;
}

absl::StatusOr<Start> StartAtEvent(const Timeline& timeline, const Corpus& corpus, const std::string& name) {
  const EventRef* event = corpus.FindEvent(name);
  if (event == nullptr) {
    return ResourceNotFound("event", name, "GetDocument gives the valid names", "EVENT_NOT_FOUND");
  }
  if (timeline.FindKey(name) == timeline.size()) {
    return Failure(absl::StatusCode::kFailedPrecondition, "EVENT_NOT_SELECTED",
                   absl::StrCat("the selection leaves out the event ", Quoted(name)));
  }
  return StartAtTime(timeline, event->time);
}

absl::StatusOr<Start> StartAtPosition(const Timeline& timeline, const Corpus& corpus,
                                      const v1::StreamTimelineRequest& request) {
  constexpr absl::string_view kField = "from_position";
  const absl::StatusOr<token::Position> position = DecodePosition(request.from_position(), kField);
  if (!position.ok()) return position.status();
  const bool held = position->revision() == corpus.revision();
  if (!held && request.revision_policy() != v1::REVISION_POLICY_CONTINUE) {
    return RevisionNotHeld(position->revision(), corpus.revision());
  }
  absl::StatusOr<Cursor> cursor =
      held ? ResumeAt(*position, timeline, kField) : ContinueAt(*position, timeline, kField);
  if (!cursor.ok()) return cursor.status();
  cursor->playing = true;  // nobody could set a paused stream going
  return Start{*cursor, held ? v1::OPENED_OUTCOME_RESUMED : v1::OPENED_OUTCOME_CONTINUED};
}

absl::StatusOr<Start> ReadStart(const Timeline& timeline, const Corpus& corpus,
                                const v1::StreamTimelineRequest& request) {
  switch (request.from_case()) {
    case v1::StreamTimelineRequest::kFromTime: {
      const absl::StatusOr<absl::Time> time = ReadTimestamp(request.from_time(), "from_time");
      if (!time.ok()) return time.status();
      return StartAtTime(timeline, *time);
    }
    case v1::StreamTimelineRequest::kFromEvent:
      return StartAtEvent(timeline, corpus, request.from_event());
    case v1::StreamTimelineRequest::kFromPosition:
      return StartAtPosition(timeline, corpus, request);
    case v1::StreamTimelineRequest::FROM_NOT_SET:
      break;
  }
  return StartAtTime(timeline, timeline.start());
}

absl::Status ReadUntil(const v1::StreamTimelineRequest& request, const Timeline& timeline, PlayerOptions* options) {
  if (!request.has_until()) return absl::OkStatus();
  const absl::StatusOr<absl::Time> until = ReadTimestamp(request.until(), "until");
  if (!until.ok()) return until.status();
  if (*until < timeline.start()) {
    return InvalidField("until",
                        absl::StrCat(absl::FormatTime(*until, absl::UTCTimeZone()), " is before the timeline's start, ",
                                     absl::FormatTime(timeline.start(), absl::UTCTimeZone())));
  }
  options->until = *until;
  return absl::OkStatus();
}

absl::StatusOr<PlayerOptions> ReadOptions(const v1::StreamTimelineRequest& request) {
  PlayerOptions options;
  if (request.has_heartbeat_interval()) {
    const absl::StatusOr<absl::Duration> interval = ReadDuration(request.heartbeat_interval(), "heartbeat_interval");
    if (!interval.ok()) return interval.status();
    if (*interval < kShortestHeartbeat || *interval > kLongestHeartbeat) {
      return InvalidField("heartbeat_interval",
                          absl::StrCat(absl::FormatDuration(*interval), " is out of range; allowed are 1s to 30s"));
    }
    options.heartbeat_interval = *interval;
  }
  if (!v1::LagPolicy_IsValid(request.lag_policy())) {
    return InvalidField(
        "lag_policy", absl::StrCat(request.lag_policy(), " is no policy; allowed are 1 (HOLD_CLOCK) and 2 (CATCH_UP)"));
  }
  options.hold_clock = request.lag_policy() != v1::LAG_POLICY_CATCH_UP;
  if (!v1::RevisionPolicy_IsValid(request.revision_policy())) {
    return InvalidField("revision_policy", absl::StrCat(request.revision_policy(),
                                                        " is no policy; allowed are 1 (EXACT) and 2 (CONTINUE)"));
  }
  return options;
}

absl::StatusOr<v1::StreamTimelineRequest> Parse(const grpc::ByteBuffer& bytes) {
  v1::StreamTimelineRequest request;
  grpc::ByteBuffer copy = bytes;  // parsing consumes; the copy shares the slices
  if (grpc::SerializationTraits<v1::StreamTimelineRequest>::Deserialize(&copy, &request).ok()) return request;
  return Failure(absl::StatusCode::kInvalidArgument, "REQUEST_DAMAGED", "the request is no StreamTimelineRequest");
}

}  // namespace

TimelineService::TimelineService(std::shared_ptr<const Corpus> corpus, const PlaybackLimits& limits)
    : corpus_(std::move(corpus)), limits_(limits), registry_(limits.most_playbacks) {}

grpc::ServerUnaryReactor* TimelineService::ListDays(grpc::CallbackServerContext* context,
                                                    const v1::ListDaysRequest* request,
                                                    v1::ListDaysResponse* response) {
  const absl::StatusOr<Selection> selection = ReadSelection(request->selection(), *corpus_, "selection");
  if (!selection.ok()) return Answer(context, selection.status());
  for (v1::Day& day : CountDays(*selection)) *response->add_days() = std::move(day);
  response->set_time_zone(selection->time_zone);
  response->set_revision(corpus_->revision());
  return Answer(context, absl::OkStatus());
}

absl::StatusOr<std::unique_ptr<Player>> TimelineService::MakePlayer(const v1::StreamTimelineRequest& request) {
  const absl::StatusOr<Selection> selection = ReadSelection(request.selection(), *corpus_, "selection");
  if (!selection.ok()) return selection.status();
  absl::StatusOr<PlayerOptions> options = ReadOptions(request);
  if (!options.ok()) return options.status();
  const absl::StatusOr<Pace> pace = ReadPace(request.pace(), "pace");
  if (!pace.ok()) return pace.status();

  std::shared_ptr<const Timeline> timeline = timelines_.Get(*selection, *corpus_);
  absl::StatusOr<Start> start = ReadStart(*timeline, *corpus_, request);
  if (!start.ok()) return start.status();
  if (absl::Status status = ReadUntil(request, *timeline, &*options); !status.ok()) return status;
  if (request.has_pace() || start->outcome == v1::OPENED_OUTCOME_FRESH) start->cursor.pace = *pace;
  options->outcome = start->outcome;
  options->clamped = start->clamped;
  return std::make_unique<Player>(std::move(timeline), start->cursor, *options, SteadyNow());
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TimelineService::StreamTimeline(grpc::CallbackServerContext* context,
                                                                            const grpc::ByteBuffer* bytes) {
  if (absl::Status status = registry_.CheckRoom(); !status.ok()) return new RefusedStream(status);
  const absl::StatusOr<v1::StreamTimelineRequest> request = Parse(*bytes);
  if (!request.ok()) return new RefusedStream(request.status());
  absl::StatusOr<std::unique_ptr<Player>> player = MakePlayer(*request);
  if (!player.ok()) return new RefusedStream(player.status());
  auto stream =
      std::make_shared<PlaybackStream>(context, *std::move(player), &scheduler_, &registry_, limits_.write_stall);
  if (absl::Status status = registry_.Add(stream); !status.ok()) return new RefusedStream(status);
  return PlaybackStream::Start(std::move(stream));
}

grpc::ServerBidiReactor<v1::PlayTimelineRequest, v1::PlayTimelineResponse>* TimelineService::PlayTimeline(
    grpc::CallbackServerContext*) {
  return new RefusedPlayback(NotBuiltYet("PlayTimeline"));
}

void TimelineService::Drain() { registry_.DrainAll(kMostRetryAfter); }

}  // namespace hotline::server
