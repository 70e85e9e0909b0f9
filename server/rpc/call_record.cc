#include "server/rpc/call_record.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "server/corpus/errors.h"
#include "server/rpc/status.h"
#include "server/timeline/scheduler.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostRequestIdBytes = 128;

absl::string_view Metadata(const grpc::CallbackServerContext& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  return found == metadata.end() ? absl::string_view() : absl::string_view(found->second.data(), found->second.size());
}

// The fields of the request that were wrong.
std::string FieldsOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return "";
  return absl::StrJoin(detail.field_violations(), ",",
                       [](std::string* out, const auto& violation) { out->append(violation.field()); });
}

// Whether its message is about the server. Those of the other codes may quote what the client sent.
bool IsOurs(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

std::optional<absl::Duration> TimeLeft(const grpc::CallbackServerContext& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
  return absl::FromChrono(deadline) - absl::Now();
}

}  // namespace

CallObserver::CallObserver(Metrics* metrics, AccessLog* access_log, bool named_peers)
    : metrics_(metrics),
      access_log_(access_log),
      named_peers_(named_peers),
      first_id_(absl::Uniform<std::uint64_t>(absl::BitGen())) {}

std::string CallObserver::MakeRequestId() const {
  return absl::StrCat(absl::Hex(first_id_ + ids_.fetch_add(1, std::memory_order_relaxed), absl::kZeroPad16));
}

std::string CallObserver::LiveCalls() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> live;
  for (const ObservedMethod* method : methods_) {
    if (method->live() > 0) live.push_back(absl::StrCat(method->live(), " of ", method->path()));
  }
  return absl::StrJoin(live, ", ");
}

ObservedMethod::ObservedMethod(const CallObserver* observer, std::string path)
    : observer_(observer),
      path_(std::move(path)),
      metrics_(observer->metrics() == nullptr ? nullptr : &observer->metrics()->Call(path_)) {
  const absl::MutexLock lock(&observer_->mutex_);
  observer_->methods_.push_back(this);
}

ObservedMethod::~ObservedMethod() {
  const absl::MutexLock lock(&observer_->mutex_);
  observer_->methods_.erase(std::find(observer_->methods_.begin(), observer_->methods_.end(), this));
}

CallRecord::CallRecord(const ObservedMethod* method, const grpc::CallbackServerContext* context, absl::string_view path)
    : method_(method), context_(context), path_(path.empty() ? method->path() : path), began_at_(SteadyNow()) {
  method_->AddLive(1);
  if (method_->metrics() != nullptr) method_->metrics()->Started();
}

void CallRecord::Received() {
  received_.fetch_add(1, std::memory_order_relaxed);
  if (method_->metrics() != nullptr) method_->metrics()->Received();
}

void CallRecord::Sent() {
  sent_.fetch_add(1, std::memory_order_relaxed);
  if (method_->metrics() != nullptr) method_->metrics()->Sent();
}

grpc::Status CallRecord::End(const absl::Status& outcome) {
  const CallObserver& observer = method_->observer();
  method_->AddLive(-1);
  const absl::Duration took = SteadyNow() - began_at_;
  std::string request_id;
  if (!outcome.ok() || observer.access_log() != nullptr) request_id = RequestId();
  const grpc::Status status = ToGrpcStatus(outcome, request_id);
  grpc::StatusCode code = status.error_code();
  // Both come as a cancellation, but the client sees them apart.
  if (code == grpc::StatusCode::CANCELLED && TimeLeft(*context_).value_or(took) <= absl::ZeroDuration()) {
    code = grpc::StatusCode::DEADLINE_EXCEEDED;
  }
  if (method_->metrics() != nullptr) method_->metrics()->Handled(code, took);
  if (observer.metrics() != nullptr && !outcome.ok()) {
    if (const std::string reason = ReasonOf(outcome); !reason.empty()) observer.metrics()->CountRefusal(reason);
  }
  if (observer.access_log() != nullptr) Log(outcome, code, took, request_id);
  return status;
}

void CallRecord::Log(const absl::Status& outcome, grpc::StatusCode code, absl::Duration took,
                     absl::string_view request_id) const {
  EndedCall call;
  call.ended_at = absl::Now();
  call.method = path_;
  call.took = took;
  call.received = received_.load(std::memory_order_relaxed);
  call.sent = sent_.load(std::memory_order_relaxed);
  call.request_id = request_id;
  call.deadline_left = TimeLeft(*context_);
  std::string code_name = "OK";
  std::string reason;
  std::string fields;
  if (code != grpc::StatusCode::OK) {
    code_name = absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
    reason = ReasonOf(outcome);
    fields = FieldsOf(outcome);
    if (IsOurs(outcome.code())) call.cause = outcome.message();
  }
  call.code = code_name;
  call.reason = reason;
  call.fields = fields;
  const std::string peer = context_->peer();
  call.peer = peer;
  std::vector<grpc::string_ref> names;
  if (method_->observer().named_peers()) names = context_->auth_context()->GetPeerIdentity();
  if (!names.empty()) call.name = absl::string_view(names.front().data(), names.front().size());
  call.user_agent = Metadata(*context_, "user-agent");
  call.attempt = Metadata(*context_, "grpc-previous-rpc-attempts");
  if (const std::optional<TraceParent> trace = ParseTraceParent(Metadata(*context_, "traceparent"))) {
    call.trace_id = trace->trace_id;
    call.parent_span_id = trace->parent_span_id;
  }
  method_->observer().access_log()->Write(call);
}

std::string CallRecord::RequestId() const {
  const absl::string_view given = Metadata(*context_, "x-request-id");
  const auto is_plain = [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); };
  if (!given.empty() && given.size() <= kMostRequestIdBytes && std::all_of(given.begin(), given.end(), is_plain)) {
    return std::string(given);
  }
  return method_->observer().MakeRequestId();
}

}  // namespace hotline::server
