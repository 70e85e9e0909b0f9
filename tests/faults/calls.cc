#include "tests/faults/calls.h"

#include <chrono>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"

namespace hotline::tests {

PlainClient::PlainClient(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  archive = v1::ArchiveService::NewStub(channel);
  timeline = v1::TimelineService::NewStub(channel);
  health = grpc::health::v1::Health::NewStub(channel);
}

Context::Context(absl::Duration timeout) { set_deadline(absl::ToChronoTime(absl::Now() + timeout)); }

absl::Status FromWire(const grpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& detail : details.details()) result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  return result;
}

Client ClientWithAttempts(const std::string& target, int attempts) {
  ConnectionOptions options;
  options.max_attempts = attempts;
  return Client(MakeConnection(target, options));
}

Client ImpatientClient(const std::string& target, const std::string& name) {
  ConnectionOptions options;
  options.user_agent_prefix = name;
  options.stream_initial_backoff = absl::Milliseconds(50);
  options.initial_backoff = absl::Milliseconds(50);
  options.max_backoff = absl::Milliseconds(500);
  options.stream_idle_timeout = absl::Seconds(2);
  // What finds a dead connection; a new call alone would use it again.
  options.keepalive_time = absl::Seconds(1);
  options.keepalive_timeout = absl::Seconds(1);
  return Client(MakeConnection(target, options));
}

HonestClients::HonestClients(const std::string& target, int count, int attempts)
    : client_(ClientWithAttempts(target, attempts)), background_([this] { Ask(); }, count) {}

void HonestClients::Ask() {
  const absl::Time begin = absl::Now();
  const auto response = client_.GetDocument("documents/kk-08");
  latencies_.Add(absl::Now() - begin);
  if (response.ok()) return;
  absl::MutexLock lock(&mu_);
  errors_.push_back(response.status().ToString());
}

std::vector<std::string> HonestClients::errors() const {
  absl::MutexLock lock(&mu_);
  return errors_;
}

v1::StreamTimelineRequest Everything(absl::Duration day_length) {
  v1::StreamTimelineRequest request;
  auto* length = request.mutable_pace()->mutable_day_length();
  length->set_seconds(absl::ToInt64Seconds(day_length));
  length->set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(day_length % absl::Seconds(1))));
  request.mutable_heartbeat_interval()->set_seconds(1);
  return request;
}

std::string History::Fault() const {
  if (!status.ok()) return status.ToString();
  if (violations != 0) return absl::StrCat(violations, " violations");
  for (std::size_t i = 0; i < ordinals.size(); ++i) {
    if (ordinals[i] != static_cast<std::int64_t>(i)) return absl::StrCat("item ", i, " has ordinal ", ordinals[i]);
  }
  if (item_count == 0 || ordinals.size() != static_cast<std::size_t>(item_count)) {
    return absl::StrCat(ordinals.size(), " items of ", item_count);
  }
  return "";
}

History PlayToTheEnd(const Client& client, const v1::StreamTimelineRequest& request) {
  History history;
  TimelineStream stream = client.StreamTimeline(request);
  for (const auto& response : stream) {
    if (!response.ok()) {
      history.status = response.status();
      break;
    }
    if (response->has_opened()) history.item_count = response->opened().item_count();
    for (const auto& item : response->items()) history.ordinals.push_back(item.ordinal());
  }
  history.resumes = stream.resumes();
  history.violations = stream.violations();
  return history;
}

bool Answers(const std::string& address) {
  const PlainClient client(address);
  Context context(absl::Seconds(5));
  v1::GetCorpusResponse response;
  return client.archive->GetCorpus(&context, {}, &response).ok();
}

}  // namespace hotline::tests
