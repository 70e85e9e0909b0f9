#include "tests/bench/load.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace hotline::bench {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Seconds(10);
constexpr absl::Duration kCancelTimeout = absl::Seconds(30);

grpc::ByteBuffer Serialized(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

absl::Duration SteadyNow() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

PlaybackCall::PlaybackCall(Load* load, const std::shared_ptr<grpc::Channel>& channel, Options options)
    : load_(load), options_(std::move(options)), channel_(channel) {}

void PlaybackCall::Begin(const google::protobuf::MessageLite& request) {
  begun_at_ = SteadyNow();
  grpc::GenericStub stub(channel_);
  stub.PrepareBidiStreamingCall(&context_, options_.method, grpc::StubOptions(), this);
  AddHold();  // until the last read: Send() and BeginReading() are no reactions
  if (options_.reads) {
    BeginReading();
  } else {
    load_->NoteOpened();  // nobody will know
  }
  Send(request);
  StartCall();
}

void PlaybackCall::Send(const google::protobuf::MessageLite& message) {
  absl::MutexLock lock(&mutex_);
  if (over_) return;
  to_send_.push_back(Serialized(message));
  if (to_send_.size() == 1) StartNextWrite();
}

void PlaybackCall::StartNextWrite() {
  if (options_.sends_controls) {
    StartWrite(&to_send_.front());
  } else {
    StartWriteLast(&to_send_.front(), grpc::WriteOptions());
  }
}

void PlaybackCall::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  to_send_.pop_front();
  if (ok && !over_ && !to_send_.empty()) StartNextWrite();
}

void PlaybackCall::BeginReading() {
  if (!reading_.exchange(true)) StartRead(&received_);
}

void PlaybackCall::Cancel() {
  if (cancelled_.exchange(true)) return;
  context_.TryCancel();
  BeginReading();
}

void PlaybackCall::OnReadDone(bool ok) {
  if (!ok) {
    absl::MutexLock lock(&mutex_);
    over_ = true;
    RemoveHold();
    return;
  }
  absl::StatusOr<Response> response = ReadResponse(&received_);
  received_.Clear();
  const absl::Status status = response.ok() ? Take(*response) : response.status();
  if (!status.ok()) {
    load_->NoteFault(status);
    Cancel();
  }
  StartRead(&received_);
}

absl::Status PlaybackCall::Take(const Response& response) {
  if (response.content == Response::Content::kOpened) {
    opened_after_ = SteadyNow() - begun_at_;
    load_->NoteOpened();
  }
  if (response.items > 0) {
    if (items_ > 0 && response.first_ordinal != last_ordinal_ + 1) {
      return absl::InternalError(absl::StrCat("item ", response.first_ordinal, " came behind item ", last_ordinal_));
    }
    last_ordinal_ = response.last_ordinal;
    items_ += response.items;
    item_bytes_ += response.item_bytes;
  }
  if (load_->recording_) {
    ++recorded_messages_;
    if (response.late_by.has_value()) recorded_lateness_.push_back(*response.late_by);
  }
  if (options_.on_response) options_.on_response(response);
  return absl::OkStatus();
}

void PlaybackCall::OnDone(const grpc::Status& status) {
  if (!cancelled_ && status.error_code() != options_.ends_with) {
    load_->NoteFault(absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                                  absl::StrCat("a playback ended: ", status.error_message())));
  }
  if (options_.reads && opened_after_ == absl::ZeroDuration()) load_->NoteOpened();
  load_->NoteDone();
}

absl::StatusOr<std::unique_ptr<Load>> Load::Connect(const std::string& address, int connections, Windows windows) {
  std::unique_ptr<Load> load(new Load);
  grpc::ChannelArguments arguments;
  // Otherwise channels to one address share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, windows == Windows::kGrowing ? 1 : 0);
  for (int i = 0; i < connections; ++i) {
    load->channels_.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    load->channels_.back()->GetState(true);
  }
  const auto deadline = absl::ToChronoTime(absl::Now() + kConnectTimeout);
  for (const auto& channel : load->channels_) {
    if (!channel->WaitForConnected(deadline))
      return absl::UnavailableError(absl::StrCat("cannot connect to ", address));
  }
  return load;
}

Load::~Load() { CancelAll(kCancelTimeout).IgnoreError(); }

PlaybackCall& Load::Start(const google::protobuf::MessageLite& request, PlaybackCall::Options options) {
  const auto& channel = channels_[calls_.size() % channels_.size()];
  calls_.push_back(std::unique_ptr<PlaybackCall>(new PlaybackCall(this, channel, std::move(options))));
  calls_.back()->Begin(request);
  return *calls_.back();
}

absl::Status Load::AwaitOpened(absl::Duration timeout) { return Await(opened_, "opened", timeout); }

absl::Status Load::AwaitDone(absl::Duration timeout) { return Await(done_, "done", timeout); }

absl::Status Load::Await(const std::size_t& count, const char* what, absl::Duration timeout) {
  const auto reached_or_faulty = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return count >= calls_.size() || !fault_.ok();
  };
  absl::MutexLock lock(&mutex_);
  const bool in_time = mutex_.AwaitWithTimeout(absl::Condition(&reached_or_faulty), timeout);
  if (!fault_.ok()) return fault_;
  if (in_time) return absl::OkStatus();
  return absl::DeadlineExceededError(
      absl::StrCat(count, " of ", calls_.size(), " playbacks are ", what, " after ", absl::FormatDuration(timeout)));
}

absl::Status Load::Run(absl::Duration time) {
  const auto faulty = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !fault_.ok(); };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&faulty), time);
  return fault_;
}

absl::Status Load::CancelAll(absl::Duration timeout) {
  for (const auto& call : calls_) call->Cancel();
  return AwaitDone(timeout);
}

void Load::NoteOpened() {
  absl::MutexLock lock(&mutex_);
  ++opened_;
}

void Load::NoteDone() {
  absl::MutexLock lock(&mutex_);
  ++done_;
}

void Load::NoteFault(const absl::Status& fault) {
  absl::MutexLock lock(&mutex_);
  if (fault_.ok()) fault_ = fault;
}

}  // namespace hotline::bench
