#include "server/rpc/playback_stream.h"

#include <grpcpp/server_context.h>

#include <utility>
#include <variant>

#include "server/rpc/playback_registry.h"
#include "server/rpc/playback_response.h"
#include "server/rpc/status.h"

namespace hotline::server {

PlaybackStream::PlaybackStream(grpc::CallbackServerContext* context, std::unique_ptr<Player> player,
                               Scheduler* scheduler, PlaybackRegistry* registry, absl::Duration write_stall_limit)
    : context_(context),
      scheduler_(scheduler),
      registry_(registry),
      write_stall_limit_(write_stall_limit),
      player_(std::move(player)) {}

grpc::ServerWriteReactor<grpc::ByteBuffer>* PlaybackStream::Start(std::shared_ptr<PlaybackStream> stream) {
  PlaybackStream* const reactor = stream.get();
  absl::MutexLock lock(&reactor->mutex_);
  reactor->self_ = std::move(stream);
  reactor->Pump();
  return reactor;
}

void PlaybackStream::Drain(absl::Duration retry_after) {
  absl::MutexLock lock(&mutex_);
  if (finished_) return;
  player_->Close(v1::CLOSING_REASON_DRAINING, retry_after);
  Pump();
}

void PlaybackStream::OnWriteDone(bool ok) {
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

void PlaybackStream::Wake() {
  absl::MutexLock lock(&mutex_);
  const SteadyTime now = SteadyNow();
  if (wake_at_.has_value() && *wake_at_ <= now) wake_at_.reset();
  if (stall_check_at_.has_value() && *stall_check_at_ <= now) stall_check_at_.reset();
  Pump();
}

void PlaybackStream::OnDone() {
  registry_->Remove(this);
  std::shared_ptr<PlaybackStream> self;  // released behind the lock
  absl::MutexLock lock(&mutex_);
  self = std::move(self_);
  // The scheduler keeps the stream until the time it was last asked for; what is large must not wait for that.
  player_.reset();
  buffer_.Clear();
}

void PlaybackStream::Pump() {
  if (finished_) return;
  if (writing_since_.has_value()) return PumpWhileWriting();
  if (cancelled_) return FinishOnce(grpc::Status::CANCELLED);
  const Player::Action action = player_->Next(SteadyNow());
  if (const auto* message = std::get_if<Player::Message>(&action)) return Write(*message);
  if (const auto* wait = std::get_if<Player::WaitUntil>(&action)) return WakeAt(wait->time);
  const bool resumable = std::get<Player::Finished>(action).reason == v1::CLOSING_REASON_DRAINING;
  FinishOnce(resumable ? ToGrpcStatus(Draining()) : grpc::Status::OK);
}

void PlaybackStream::PumpWhileWriting() {
  const SteadyTime limit = *writing_since_ + write_stall_limit_;
  if (SteadyNow() >= limit) {
    context_->TryCancel();  // OnWriteDone(false) follows
  } else if (!stall_check_at_.has_value()) {
    stall_check_at_ = limit;
    scheduler_->WakeAt(limit, shared_from_this());
  }
}

void PlaybackStream::Write(const Player::Message& message) {
  writing_since_ = SteadyNow();
  buffer_ = SerializeResponse(message, *player_);
  StartWrite(&buffer_);
  PumpWhileWriting();
}

void PlaybackStream::FinishOnce(const grpc::Status& status) {
  finished_ = true;
  Finish(status);
}

void PlaybackStream::WakeAt(SteadyTime time) {
  if (wake_at_.has_value() && *wake_at_ <= time) return;
  wake_at_ = time;
  scheduler_->WakeAt(time, shared_from_this());
}

}  // namespace hotline::server
