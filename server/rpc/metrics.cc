#include "server/rpc/metrics.h"

#include <google/protobuf/descriptor.h>
#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.pb.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/rpc/process_figures.h"

namespace hotline::server {
namespace {

constexpr char kOther[] = "other";

// In the order of their numbers, as go-grpc-prometheus writes them.
constexpr std::array<const char*, 17> kCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

// go-grpc-prometheus' from 5 ms on; most of our calls take less.
const prometheus::Histogram::BucketBoundaries kHandlingSeconds = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
const prometheus::Histogram::BucketBoundaries kLatenessSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                                  0.5,   1,      2.5,   5,    10,    30,   60};

constexpr absl::string_view kReasons[] = {
    "CLIENT_STALLED",
    "CONTROL_ID_NOT_RISING",
    "DOCUMENT_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "EVENT_NOT_SELECTED",
    "INTERNAL",
    "INVALID_FIELD",
    "INVALID_QUERY",
    "METHOD_UNKNOWN",
    "PAGE_TOKEN_DAMAGED",
    "PAGE_TOKEN_MISMATCH",
    "PAGE_TOKEN_TOO_LONG",
    "PAGE_TOKEN_VERSION_UNKNOWN",
    "PLAYBACK_TOO_OLD",
    "POSITION_DAMAGED",
    "POSITION_INCONSISTENT",
    "POSITION_TOO_LONG",
    "POSITION_VERSION_UNKNOWN",
    "REFERENCE_NOT_FOUND",
    "REFERENCE_TOO_COMMON",
    "REQUEST_DAMAGED",
    "REQUEST_EMPTY",
    "RESPONSE_TOO_LARGE",
    "REVISION_NOT_HELD",
    "SEARCHES_EXHAUSTED",
    "SEARCH_TOO_LONG",
    "SELECTION_MISMATCH",
    "SERVER_DRAINING",
    "SERVICE_NOT_FOUND",
    "START_MISSING",
    "START_REPEATED",
    "STEP_WHILE_PLAYING",
    "THREAD_TOO_LARGE",
    "TIMELINES_EXHAUSTED",
    "TOO_MANY_PLAYBACKS",
    "TOO_MANY_PLAYBACKS_OF_PEER",
};

struct Method {
  std::string service;
  std::string name;
  const char* type;
};

// Of every service that the server has code for. Its reflection is gRPC's own, and counts as other.
std::vector<Method> Methods() {
  std::vector<Method> methods;
  for (const google::protobuf::FileDescriptor* file :
       {v1::GetCorpusRequest::descriptor()->file(), v1::ListDaysRequest::descriptor()->file(),
        grpc::health::v1::HealthCheckRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) {
      const google::protobuf::ServiceDescriptor* service = file->service(i);
      for (int j = 0; j < service->method_count(); ++j) {
        const google::protobuf::MethodDescriptor* method = service->method(j);
        const char* type = method->client_streaming()   ? "bidi_stream"
                           : method->server_streaming() ? "server_stream"
                                                        : "unary";
        methods.push_back({service->full_name(), method->name(), type});
      }
    }
  }
  methods.push_back({kOther, kOther, "unary"});
  return methods;
}

prometheus::MetricFamily Value(const char* name, const char* help, double value,
                               prometheus::MetricType type = prometheus::MetricType::Gauge) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  metric.counter.value = value;
  return {name, help, type, {std::move(metric)}};
}

std::vector<prometheus::MetricFamily> CollectProcess() {
  const ProcessFigures figures = ReadProcessFigures();
  return {
      Value("process_cpu_seconds_total", "CPU time of all threads, user and system, in seconds.",
            absl::ToDoubleSeconds(figures.cpu), prometheus::MetricType::Counter),
      Value("process_max_fds", "Most file descriptors that may be open.",
            static_cast<double>(figures.most_descriptors)),
      Value("process_open_fds", "Open file descriptors.", static_cast<double>(figures.open_descriptors)),
      Value("process_resident_memory_bytes", "Resident memory in bytes.", static_cast<double>(figures.resident_bytes)),
      Value("process_start_time_seconds", "When the process was started, in seconds since 1970.",
            absl::ToDoubleSeconds(figures.started_at - absl::UnixEpoch())),
      Value("process_threads", "Threads of the process.", static_cast<double>(figures.threads)),
      Value("process_virtual_memory_bytes", "Virtual memory in bytes.", static_cast<double>(figures.virtual_bytes)),
  };
}

void Append(std::vector<prometheus::MetricFamily> more, std::vector<prometheus::MetricFamily>* families) {
  std::move(more.begin(), more.end(), std::back_inserter(*families));
}

}  // namespace

void CallMetrics::Handled(grpc::StatusCode code, absl::Duration took) {
  const auto index = static_cast<std::size_t>(code);
  handled_[index < kCodes ? index : static_cast<std::size_t>(grpc::StatusCode::UNKNOWN)]->Increment();
  seconds_->Observe(absl::ToDoubleSeconds(took));
}

void PlaybackMetrics::Held(absl::Duration time) {
  if (time > absl::ZeroDuration()) held_->Increment(absl::ToDoubleSeconds(time));
}

void PlaybackMetrics::Ended(v1::ClosingReason reason) {
  if (prometheus::Counter* counter = closings_[reason]; counter != nullptr) counter->Increment();
}

void PlaybackMetrics::Ended(Ending ending) { endings_[static_cast<std::size_t>(ending)]->Increment(); }

PlaybackCount::PlaybackCount(PlaybackMetrics* metrics) : metrics_(metrics) { metrics_->by_state_[state_]->Increment(); }

PlaybackCount::~PlaybackCount() { metrics_->by_state_[state_]->Decrement(); }

void PlaybackCount::MoveTo(v1::PlaybackState state) {
  if (state == state_) return;
  metrics_->by_state_[state]->Increment();
  metrics_->by_state_[state_]->Decrement();
  state_ = state;
}

Metrics::Metrics(absl::string_view version) {
  AddCalls();
  AddPlaybacks();
  AddRefusals();
  AddServer(version);
}

void Metrics::AddCalls() {
  auto& started = prometheus::BuildCounter()
                      .Name("grpc_server_started_total")
                      .Help("Calls that were started on the server.")
                      .Register(registry_);
  auto& handled = prometheus::BuildCounter()
                      .Name("grpc_server_handled_total")
                      .Help("Calls that were completed on the server, whether they succeeded or not.")
                      .Register(registry_);
  auto& received = prometheus::BuildCounter()
                       .Name("grpc_server_msg_received_total")
                       .Help("Messages that came from clients.")
                       .Register(registry_);
  auto& sent = prometheus::BuildCounter()
                   .Name("grpc_server_msg_sent_total")
                   .Help("Messages that were sent to clients.")
                   .Register(registry_);
  auto& seconds = prometheus::BuildHistogram()
                      .Name("grpc_server_handling_seconds")
                      .Help("How long calls took until they were completed, in seconds.")
                      .Register(registry_);
  for (const Method& method : Methods()) {
    prometheus::Labels labels = {
        {"grpc_type", method.type}, {"grpc_service", method.service}, {"grpc_method", method.name}};
    CallMetrics& call = calls_[method.service == kOther ? kOther : absl::StrCat("/", method.service, "/", method.name)];
    call.started_ = &started.Add(labels);
    call.received_ = &received.Add(labels);
    call.sent_ = &sent.Add(labels);
    call.seconds_ = &seconds.Add(labels, kHandlingSeconds);
    for (std::size_t code = 0; code < kCodeNames.size(); ++code) {
      labels["grpc_code"] = kCodeNames[code];
      call.handled_[code] = &handled.Add(labels);
    }
  }
}

void Metrics::AddPlaybacks() {
  auto& states = prometheus::BuildGauge()
                     .Name("hotline_playbacks")
                     .Help("Playbacks under way, by what their clock does.")
                     .Register(registry_);
  playback_.by_state_[v1::PLAYBACK_STATE_UNSPECIFIED] = &states.Add({{"state", "opening"}});
  playback_.by_state_[v1::PLAYBACK_STATE_PLAYING] = &states.Add({{"state", "playing"}});
  playback_.by_state_[v1::PLAYBACK_STATE_PAUSED] = &states.Add({{"state", "paused"}});
  playback_.by_state_[v1::PLAYBACK_STATE_ENDED] = &states.Add({{"state", "ended"}});
  playback_.lateness_ = &prometheus::BuildHistogram()
                             .Name("hotline_playback_lateness_seconds")
                             .Help("How long behind their time items were sent, in seconds.")
                             .Register(registry_)
                             .Add({}, kLatenessSeconds);
  playback_.first_message_ =
      &prometheus::BuildHistogram()
           .Name("hotline_playback_first_message_seconds")
           .Help("How long after the beginning of a call its first message was sent, in seconds.")
           .Register(registry_)
           .Add({}, kHandlingSeconds);
  playback_.held_ = AddCounter("hotline_playback_held_seconds_total",
                               "How long clocks stood for slow readers, in seconds, of all playbacks.");
  auto& resumes = prometheus::BuildCounter()
                      .Name("hotline_playback_resumes_total")
                      .Help("Playbacks that were to begin at a position.")
                      .Register(registry_);
  playback_.resumed_ = &resumes.Add({{"outcome", "resumed"}});
  playback_.resume_refused_ = &resumes.Add({{"outcome", "refused"}});
  auto& endings = prometheus::BuildCounter()
                      .Name("hotline_playback_endings_total")
                      .Help("Playbacks that ended, by why they did.")
                      .Register(registry_);
  for (const auto& [reason, name] :
       {std::pair(v1::CLOSING_REASON_END, "end"), std::pair(v1::CLOSING_REASON_STOPPED, "stopped"),
        std::pair(v1::CLOSING_REASON_HALF_CLOSED, "half_closed"), std::pair(v1::CLOSING_REASON_IDLE, "idle"),
        std::pair(v1::CLOSING_REASON_DRAINING, "draining"), std::pair(v1::CLOSING_REASON_MAX_AGE, "max_age")}) {
    playback_.closings_[reason] = &endings.Add({{"reason", name}});
  }
  playback_.endings_ = {&endings.Add({{"reason", "stalled"}}), &endings.Add({{"reason", "cancelled"}}),
                        &endings.Add({{"reason", "refused"}})};
  playbacks_limit_ = AddGauge("hotline_playbacks_limit", "Most playbacks that may be under way.");
}

void Metrics::AddRefusals() {
  auto& refusals = prometheus::BuildCounter()
                       .Name("hotline_refusals_total")
                       .Help("Calls and controls that were refused, by the reason that the client was told.")
                       .Register(registry_);
  for (const absl::string_view reason : kReasons) {
    refusals_[reason] = &refusals.Add({{"reason", std::string(reason)}});
  }
  refusals_[kOther] = &refusals.Add({{"reason", kOther}});
}

void Metrics::AddServer(absl::string_view version) {
  prometheus::BuildGauge()
      .Name("hotline_build_info")
      .Help("1, with the version of the program.")
      .Register(registry_)
      .Add({{"version", std::string(version)}}, 1.0);
  auto& reloads = prometheus::BuildCounter()
                      .Name("hotline_reloads_total")
                      .Help("How often the corpus was read again, by whether it was accepted.")
                      .Register(registry_);
  reloads_ok_ = &reloads.Add({{"outcome", "ok"}});
  reloads_refused_ = &reloads.Add({{"outcome", "refused"}});

  connections_accepted_ = AddCounter("hotline_connections_accepted_total", "Connections that were accepted.");
  auto& refused = prometheus::BuildCounter()
                      .Name("hotline_connections_refused_total")
                      .Help("Connections that were closed at once, by the limit that they met.")
                      .Register(registry_);
  connections_refused_ = {&refused.Add({{"reason", "total"}}), &refused.Add({{"reason", "peer"}}),
                          &refused.Add({{"reason", "descriptors"}})};
  connections_limit_ = AddGauge("hotline_connections_limit", "Most connections that may be open.");

  serving_ = AddGauge("hotline_serving", "1 while health says SERVING.");
  draining_ = AddGauge("hotline_draining", "1 from the signal to leave on.");
  self_probe_failures_ = AddCounter("hotline_self_probe_failures_total",
                                    "How often the server could not reach itself over a new connection.");
  certificate_not_after_ = AddGauge("hotline_tls_certificate_not_after_timestamp_seconds",
                                    "When the certificate in use ends, in seconds since 1970; 0 without TLS.");
  auto& tls_reloads = prometheus::BuildCounter()
                          .Name("hotline_tls_reloads_total")
                          .Help("How often changed certificate files were read, by whether they were accepted.")
                          .Register(registry_);
  tls_reloads_ok_ = &tls_reloads.Add({{"outcome", "ok"}});
  tls_reloads_refused_ = &tls_reloads.Add({{"outcome", "refused"}});
  access_log_lines_dropped_ = AddCounter("hotline_access_log_lines_dropped_total",
                                         "Lines of the access log that were not written, because it was too slow.");
}

prometheus::Counter* Metrics::AddCounter(const char* name, const char* help) {
  return &prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add({});
}

prometheus::Gauge* Metrics::AddGauge(const char* name, const char* help) {
  return &prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add({});
}

CallMetrics& Metrics::Call(absl::string_view path) {
  const auto found = calls_.find(std::string(path));
  return found != calls_.end() ? found->second : calls_.find(kOther)->second;
}

void Metrics::CountRefusal(absl::string_view reason) {
  const auto found = refusals_.find(reason);
  (found != refusals_.end() ? found : refusals_.find(kOther))->second->Increment();
}

std::vector<absl::string_view> Metrics::KnownReasons() { return {std::begin(kReasons), std::end(kReasons)}; }

void Metrics::SetCorpus(CorpusFigures corpus) {
  absl::MutexLock lock(&mutex_);
  corpus_ = std::move(corpus);
}

void Metrics::CountRefusedConnection(ConnectionRefusal reason) {
  connections_refused_[static_cast<std::size_t>(reason)]->Increment();
}

void Metrics::SetWatched(Watched watched) {
  absl::MutexLock lock(&watched_mutex_);
  watched_ = std::move(watched);
}

void Metrics::SetLimits(std::size_t most_playbacks, std::size_t most_connections) {
  playbacks_limit_->Set(static_cast<double>(most_playbacks));
  connections_limit_->Set(static_cast<double>(most_connections));
}

void Metrics::SetCertificateNotAfter(absl::Time time) {
  certificate_not_after_->Set(absl::ToDoubleSeconds(time - absl::UnixEpoch()));
}

void Metrics::CountDroppedAccessLogLines(std::size_t lines) {
  access_log_lines_dropped_->Increment(static_cast<double>(lines));
}

std::vector<prometheus::MetricFamily> Metrics::CollectCorpus() const {
  absl::MutexLock lock(&mutex_);
  prometheus::MetricFamily info = Value("hotline_corpus_info", "1, with the revision that is served.", 1);
  info.metric[0].label = {{"revision", corpus_.revision}};
  return {
      std::move(info),
      Value("hotline_corpus_documents", "Documents of the corpus that is served.",
            static_cast<double>(corpus_.documents)),
      Value("hotline_corpus_loaded_timestamp_seconds",
            "When the corpus that is served was loaded, in seconds since 1970.",
            absl::ToDoubleSeconds(corpus_.loaded_at - absl::UnixEpoch())),
      Value("hotline_corpus_revisions_held", "Revisions that positions and page tokens can be of.",
            static_cast<double>(corpus_.revisions_held)),
  };
}

std::vector<prometheus::MetricFamily> Metrics::CollectWatched() const {
  absl::MutexLock lock(&watched_mutex_);
  const auto read = [](const std::function<std::size_t()>& watched) {
    return watched == nullptr ? 0.0 : static_cast<double>(watched());
  };
  return {
      Value("hotline_connections", "Open connections.", read(watched_.connections)),
      Value("hotline_searches_waiting", "Searches that wait for a thread.", read(watched_.searches_waiting)),
  };
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  Append(CollectCorpus(), &families);
  Append(CollectWatched(), &families);
  Append(CollectProcess(), &families);
  std::sort(families.begin(), families.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (prometheus::MetricFamily& family : families) {
    std::sort(family.metric.begin(), family.metric.end(),
              [](const auto& a, const auto& b) { return a.label < b.label; });
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace hotline::server
