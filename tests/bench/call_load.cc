#include "tests/bench/call_load.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "tests/bench/load.h"

namespace hotline::bench {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Seconds(30);
constexpr absl::Duration kCallTimeout = absl::Seconds(60);

// One run of calls: every caller makes one after another until all are made.
class Run {
 public:
  Run(const CallLoad::Calls& calls, const std::vector<std::shared_ptr<grpc::Channel>>& channels) : calls_(calls) {
    for (int i = 0; i < calls.in_flight; ++i) {
      callers_.push_back(std::make_unique<Caller>(channels[static_cast<std::size_t>(i) % channels.size()]));
    }
    answers_.latencies.reserve(static_cast<std::size_t>(calls.count));
  }

  absl::StatusOr<CallLoad::Answers> Await() {
    for (const auto& caller : callers_) StartNext(caller.get());
    const auto all_idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return idle_ == callers_.size(); };
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&all_idle));
    if (!fault_.ok()) return fault_;
    return std::move(answers_);
  }

 private:
  struct Caller {
    explicit Caller(const std::shared_ptr<grpc::Channel>& channel) : stub(channel) {}

    grpc::GenericStub stub;
    std::unique_ptr<grpc::ClientContext> context;
    grpc::ByteBuffer answer;
    absl::Duration begun_at;
  };

  void StartNext(Caller* caller) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      if (made_ == calls_.count || !fault_.ok()) {
        ++idle_;
        return;
      }
      ++made_;
    }
    caller->context = std::make_unique<grpc::ClientContext>();
    caller->context->set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    caller->begun_at = SteadyNow();
    caller->stub.UnaryCall(caller->context.get(), calls_.method, grpc::StubOptions(), &calls_.request, &caller->answer,
                           [this, caller](const grpc::Status& status) {
                             Take(caller, status);
                             StartNext(caller);
                           });
  }

  void Take(Caller* caller, const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::Duration latency = SteadyNow() - caller->begun_at;
    const std::size_t bytes = status.ok() ? caller->answer.Length() : 0;
    caller->answer.Clear();
    absl::MutexLock lock(&mutex_);
    if (!status.ok()) {
      fault_.Update(absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message()));
    } else if (calls_.answer != 0 && bytes != calls_.answer) {
      fault_.Update(absl::InternalError(absl::StrCat("an answer has ", bytes, " bytes instead of ", calls_.answer)));
    }
    answers_.latencies.push_back(latency);
    answers_.bytes = bytes;
  }

  const CallLoad::Calls& calls_;
  std::vector<std::unique_ptr<Caller>> callers_;

  absl::Mutex mutex_;
  int made_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;  // callers that make no more
  CallLoad::Answers answers_ ABSL_GUARDED_BY(mutex_);
  absl::Status fault_ ABSL_GUARDED_BY(mutex_);  // the first one
};

}  // namespace

absl::StatusOr<std::unique_ptr<CallLoad>> CallLoad::Connect(const std::string& address, int connections) {
  std::unique_ptr<CallLoad> load(new CallLoad);
  grpc::ChannelArguments arguments;
  // Otherwise channels to one address share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  for (int i = 0; i < connections; ++i) {
    load->channels_.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    load->channels_.back()->GetState(true);
  }
  const auto deadline = absl::ToChronoTime(absl::Now() + kConnectTimeout);
  for (const auto& channel : load->channels_) {
    if (!channel->WaitForConnected(deadline)) {
      return absl::UnavailableError(absl::StrCat("cannot connect to ", address));
    }
  }
  return load;
}

absl::StatusOr<CallLoad::Answers> CallLoad::Run(const Calls& calls) { return bench::Run(calls, channels_).Await(); }

}  // namespace hotline::bench
