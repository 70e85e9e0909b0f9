#include "server/rpc/playback_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>
#include <variant>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/rpc/playback_registry.h"
#include "server/rpc/playback_response.h"
#include "server/rpc/status.h"
#include "server/timeline/control.h"

namespace hotline::server {
namespace {

absl::Duration SpreadAge(absl::Duration age) { return age * absl::Uniform(absl::BitGen(), 0.9, 1.1); }

absl::Status StatusOf(v1::ClosingReason reason) {
  switch (reason) {
    case v1::CLOSING_REASON_DRAINING:
      return Draining();
    case v1::CLOSING_REASON_MAX_AGE:
      return PlaybackTooOld();
    default:
      return absl::OkStatus();
  }
}

absl::Status Stalled() {
  return Failure(absl::StatusCode::kCancelled, "CLIENT_STALLED", "the client did not take a message for too long");
}

}  // namespace

std::shared_ptr<const Corpus> CorpusFor(const v1::PlaybackStart& start, const Holdings& holdings) {
  if (start.has_from_position()) {
    // A position that is none is refused later, where all of the start is checked.
    const absl::StatusOr<token::Position> position = DecodePosition(start.from_position(), "from_position");
    const std::shared_ptr<const Archive> held = position.ok() ? holdings.Find(position->revision()) : nullptr;
    if (held != nullptr) return held->shared_corpus();
  }
  return holdings.current()->shared_corpus();
}

PlaybackStream::PlaybackStream(const PlaybackEnvironment& environment, PlaybackCall* call, bool controlled)
    : environment_(environment), call_(call), controlled_(controlled), began_at_(SteadyNow()) {}

template <typename Ending>
void PlaybackStream::EndOnce(const absl::Status& status, Ending ending) {
  ended_ = true;
  if (environment_.metrics != nullptr) environment_.metrics->Ended(ending);
  call_->End(status);
}

void PlaybackStream::BeginWith(absl::StatusOr<v1::PlaybackStart> start, std::string peer) {
  const absl::Status refusal = environment_.registry->Add(shared_from_this(), std::move(peer));
  std::optional<CheckedStart> checked;
  {
    absl::MutexLock lock(&mutex_);
    started_ = true;
    if (environment_.metrics != nullptr) count_.emplace(environment_.metrics);
    if (!refusal.ok()) {
      refusal_ = refusal;
    } else if (!start.ok()) {
      refusal_ = start.status();
    } else {
      absl::StatusOr<CheckedStart> taken = TakeStart(*std::move(start), "");
      if (taken.ok()) {
        checked = *std::move(taken);
      } else {
        refusal_ = taken.status();
      }
    }
    Pump();
  }
  if (checked.has_value()) Open(*std::move(checked));
}

void PlaybackStream::BeginReading(std::string peer) {
  const absl::Status refusal = environment_.registry->Add(shared_from_this(), std::move(peer));
  absl::MutexLock lock(&mutex_);
  if (environment_.metrics != nullptr) count_.emplace(environment_.metrics);
  if (!refusal.ok()) refusal_ = refusal;
  Pump();
}

void PlaybackStream::Drain(absl::Duration retry_after) {
  absl::MutexLock lock(&mutex_);
  if (ended_) return;
  if (player_ != nullptr) {
    player_->Close(v1::CLOSING_REASON_DRAINING, retry_after);
  } else {
    refusal_ = Draining();
  }
  Pump();
}

void PlaybackStream::OnReadDone(bool ok) {
  std::optional<CheckedStart> start;
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (ended_) return;
    if (ok) {
      if (absl::Status status = TakeRequest(&start); !status.ok()) refusal_ = std::move(status);
    } else {
      TakeHalfClose();
    }
    Pump();
  }
  if (start.has_value()) Open(*std::move(start));
}

void PlaybackStream::OnWriteDone(bool ok) {
  // gRPC has few threads for this, and wakes one for each write that is done while they sleep. While they wait here the
  // rest piles up without a wake-up: 40 % less CPU with 10,000 playbacks.
  environment_.scheduler->AwaitWakeUps();
  absl::MutexLock lock(&mutex_);
  writing_since_.reset();
  if (!ok) cancelled_ = true;
  player_->OnWriteDone(SteadyNow());
  Pump();
}

void PlaybackStream::OnCancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  Pump();
}

void PlaybackStream::OnDone() {
  environment_.registry->Remove(this);
  std::unique_ptr<Player> player;  // released behind the lock
  absl::MutexLock lock(&mutex_);
  ended_ = true;
  // The scheduler keeps the stream until the time it was last asked for; what is large must not wait for that.
  player = std::move(player_);
  count_.reset();
  if (player != nullptr && environment_.metrics != nullptr) environment_.metrics->Held(player->held_total());
  write_buffer_.Clear();
  read_buffer_.Clear();
}

void PlaybackStream::Wake() {
  absl::MutexLock lock(&mutex_);
  const SteadyTime now = SteadyNow();
  if (wake_at_.has_value() && *wake_at_ <= now) wake_at_.reset();
  if (stall_check_at_.has_value() && *stall_check_at_ <= now) stall_check_at_.reset();
  Pump();
}

void PlaybackStream::Open(CheckedStart start) {
  start.options.most_age = SpreadAge(environment_.limits.age);
  std::shared_ptr<const Corpus> corpus;
  {
    absl::MutexLock lock(&mutex_);
    corpus = corpus_;
  }
  Selection selection = start.selection;
  environment_.timelines->Get(
      std::move(selection), std::move(corpus), [self = shared_from_this()] { return self->WantsTimeline(); },
      [self = shared_from_this(), start = std::move(start)](absl::StatusOr<std::shared_ptr<const Timeline>> timeline) {
        self->OnTimeline(start, std::move(timeline));
      });
}

bool PlaybackStream::WantsTimeline() {
  absl::MutexLock lock(&mutex_);
  return !ended_ && !cancelled_ && refusal_.ok();
}

void PlaybackStream::OnTimeline(const CheckedStart& start, absl::StatusOr<std::shared_ptr<const Timeline>> timeline) {
  absl::MutexLock lock(&mutex_);
  if (ended_) return;
  absl::StatusOr<std::unique_ptr<Player>> player =
      timeline.ok() ? MakePlayer(start, *std::move(timeline), *corpus_, SteadyNow()) : timeline.status();
  if (start.request.has_from_position() && environment_.metrics != nullptr) environment_.metrics->Resumed(player.ok());
  if (player.ok()) {
    player_ = *std::move(player);
  } else if (refusal_.ok()) {
    refusal_ = player.status();
  }
  Pump();
}

absl::StatusOr<CheckedStart> PlaybackStream::TakeStart(v1::PlaybackStart start, absl::string_view prefix) {
  corpus_ = CorpusFor(start, *environment_.holdings);
  const bool resumes = start.has_from_position();
  absl::StatusOr<CheckedStart> checked = CheckStart(std::move(start), *corpus_, prefix, controlled_);
  if (resumes && !checked.ok() && environment_.metrics != nullptr) environment_.metrics->Resumed(false);
  return checked;
}

absl::Status PlaybackStream::TakeRequest(std::optional<CheckedStart>* start) {
  v1::PlayTimelineRequest request;
  if (!grpc::SerializationTraits<v1::PlayTimelineRequest>::Deserialize(&read_buffer_, &request).ok()) {
    return Failure(absl::StatusCode::kInvalidArgument, "REQUEST_DAMAGED", "a request is no PlayTimelineRequest");
  }
  switch (request.request_case()) {
    case v1::PlayTimelineRequest::kStart: {
      if (started_) return InvalidField("start", "playback has begun; only controls may follow", "START_REPEATED");
      started_ = true;
      absl::StatusOr<CheckedStart> checked = TakeStart(std::move(*request.mutable_start()), "start.");
      if (checked.ok()) *start = *std::move(checked);
      return checked.status();
    }
    case v1::PlayTimelineRequest::kControl:
      return TakeControl(request.control());
    case v1::PlayTimelineRequest::REQUEST_NOT_SET:
      break;
  }
  return InvalidField("request", "neither `start` nor `control` is set", "REQUEST_EMPTY");
}

absl::Status PlaybackStream::TakeControl(const v1::PlaybackControl& control) {
  if (!started_) return InvalidField("start", "the first request must be `start`, and was `control`", "START_MISSING");
  if (control.control_id() <= last_control_id_) {
    return InvalidField("control.control_id",
                        absl::StrCat(control.control_id(), " is not greater than ", last_control_id_,
                                     last_control_id_ == 0 ? ", as the first must be" : ", the one before it"),
                        "CONTROL_ID_NOT_RISING");
  }
  last_control_id_ = control.control_id();
  player_->OnControl(ReadControl(control, player_->timeline(), *corpus_), SteadyNow());
  return absl::OkStatus();
}

void PlaybackStream::TakeHalfClose() {
  half_closed_ = true;
  if (player_ != nullptr) {
    player_->OnHalfClose();
  } else if (!started_) {
    refusal_ = InvalidField("start", "the client closed without a `start`", "START_MISSING");
  }
}

void PlaybackStream::Pump() {
  if (ended_) return;
  const SteadyTime now = SteadyNow();
  if (writing_since_.has_value()) {
    WatchForStall(*writing_since_, now);
  } else if (cancelled_) {
    EndOnce(stalled_ ? Stalled() : absl::CancelledError("the client left, or its deadline passed"),
            stalled_ ? PlaybackMetrics::Ending::kStalled : PlaybackMetrics::Ending::kCancelled);
  } else if (!refusal_.ok()) {
    EndOnce(refusal_, PlaybackMetrics::Ending::kRefused);
  } else if (player_ != nullptr) {
    PumpPlayer(now);
  } else if (!started_) {
    WatchForStall(began_at_, now);
  }
  PumpRead();
}

void PlaybackStream::PumpRead() {
  if (!controlled_ || ended_ || reading_ || half_closed_ || cancelled_ || !refusal_.ok()) return;
  // Behind the start no control is read before it can be applied.
  if (player_ == nullptr ? started_ : !player_->TakesControl()) return;
  reading_ = true;
  call_->BeginRead(&read_buffer_);
}

void PlaybackStream::PumpPlayer(SteadyTime now) {
  const Player::Action action = player_->Next(now);
  if (const auto* message = std::get_if<Player::Message>(&action)) return Write(*message, now);
  if (const auto* wait = std::get_if<Player::WaitUntil>(&action)) return WakeAt(wait->time);
  const v1::ClosingReason reason = std::get<Player::Finished>(action).reason;
  EndOnce(StatusOf(reason), reason);
}

void PlaybackStream::WatchForStall(SteadyTime since, SteadyTime now) {
  const SteadyTime limit = since + environment_.limits.stall;
  if (now < limit) {
    if (stall_check_at_.has_value()) return;
    stall_check_at_ = limit;
    environment_.scheduler->WakeAt(limit, shared_from_this());
  } else if (writing_since_.has_value()) {
    stalled_ = true;
    call_->Cancel();  // OnWriteDone(false) follows
  } else {
    EndOnce(InvalidField("start", "no `start` came for too long", "START_MISSING"), PlaybackMetrics::Ending::kRefused);
  }
}

void PlaybackStream::Write(const Player::Message& message, SteadyTime now) {
  write_buffer_ = SerializeResponse(message, *player_);
  if (write_buffer_.Length() > kMostResponseBytes) {  // an item that is too large by itself
    return EndOnce(ResponseTooLarge(write_buffer_.Length()), PlaybackMetrics::Ending::kRefused);
  }
  writing_since_ = now;
  if (environment_.metrics != nullptr) Count(message, now);
  call_->BeginWrite(&write_buffer_);
  WatchForStall(now, now);
}

void PlaybackStream::Count(const Player::Message& message, SteadyTime now) {
  if (!std::exchange(written_, true)) environment_.metrics->FirstMessage(now - began_at_);
  if (message.late_by.has_value()) environment_.metrics->Late(*message.late_by);
  if (count_.has_value()) count_->MoveTo(message.state);
}

void PlaybackStream::WakeAt(SteadyTime time) {
  // In ticks, as the scheduler keeps time: a nanosecond sooner is not worth another entry.
  time = absl::Ceil(time, Scheduler::kTick);
  if (wake_at_.has_value() && *wake_at_ <= time) return;
  wake_at_ = time;
  environment_.scheduler->WakeAt(time, shared_from_this());
}

}  // namespace hotline::server
