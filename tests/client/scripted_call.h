#ifndef HOTLINE_TESTS_CLIENT_SCRIPTED_CALL_H_
#define HOTLINE_TESTS_CLIENT_SCRIPTED_CALL_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "client/src/playback_call.h"
#include "tests/client/fake_environment.h"

namespace hotline::tests {

// What one call is to do: send messages, then end with a status, be silent, or wait for Cancel().
template <typename Response>
struct CallScript {
  std::vector<Response> responses;
  absl::Status status;
  enum Ending { kEnds, kFallsSilent, kWaitsForCancel } ending = kEnds;
};

// A call without a server. It notifies `waiting` when it waits for Cancel().
template <typename Call>
class ScriptedCall : public Call {
 public:
  using Response = typename Call::Response;
  using Script = CallScript<Response>;

  ScriptedCall(Script script, FakeEnvironment* environment, absl::Notification* waiting)
      : script_(std::move(script)), environment_(environment), waiting_(waiting) {}

  bool Read(Response* response, absl::Duration timeout) override {
    if (next_ < script_.responses.size()) {
      *response = script_.responses[next_++];
      return true;
    }
    status_ = script_.status;
    if (script_.ending == Script::kFallsSilent) {
      environment_->now += timeout;
      status_ = absl::UnavailableError("silent");
    }
    if (script_.ending == Script::kWaitsForCancel) {
      waiting_->Notify();
      cancelled_.WaitForNotification();
      status_ = absl::CancelledError("by gRPC");
    }
    return false;
  }
  absl::Status status() const override { return status_; }
  void Cancel() override { cancelled_.Notify(); }

 private:
  const Script script_;
  FakeEnvironment* const environment_;
  absl::Notification* const waiting_;
  std::size_t next_ = 0;
  absl::Status status_;
  absl::Notification cancelled_;
};

// One that notes what is written to it: requests as text, and "the end".
class ScriptedControlledCall : public ScriptedCall<internal::ControlledCall> {
 public:
  ScriptedControlledCall(Script script, FakeEnvironment* environment, absl::Notification* waiting,
                         std::vector<std::string>* written)
      : ScriptedCall(std::move(script), environment, waiting), written_(written) {}

  void Write(const v1::PlayTimelineRequest& request) override { written_->push_back(request.ShortDebugString()); }
  void FinishWrites() override { written_->push_back("the end"); }

 private:
  std::vector<std::string>* const written_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_SCRIPTED_CALL_H_
