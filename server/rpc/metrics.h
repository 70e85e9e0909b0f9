#ifndef HOTLINE_SERVER_RPC_METRICS_H_
#define HOTLINE_SERVER_RPC_METRICS_H_

#include <grpcpp/support/status_code_enum.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline.pb.h"

namespace hotline::server {

// The calls of one method: grpc_server_started_total and so on. Each is a few atomic operations, and Handled() takes a
// lock of its own besides. Threads: any.
class CallMetrics {
 public:
  void Started() { started_->Increment(); }
  // One message of the client, or one of ours.
  void Received() { received_->Increment(); }
  void Sent() { sent_->Increment(); }
  // The call ended with `code`, this long after it had started. A code that gRPC does not know counts as UNKNOWN.
  void Handled(grpc::StatusCode code, absl::Duration took);

 private:
  friend class Metrics;
  static constexpr std::size_t kCodes = 17;

  prometheus::Counter* started_ = nullptr;
  prometheus::Counter* received_ = nullptr;
  prometheus::Counter* sent_ = nullptr;
  std::array<prometheus::Counter*, kCodes> handled_ = {};
  prometheus::Histogram* seconds_ = nullptr;
};

// All playbacks together. Threads: any.
class PlaybackMetrics {
 public:
  // How playbacks end that no `closing` tells about.
  enum class Ending { kStalled, kCancelled, kRefused };

  // How long behind its time an item was given to gRPC.
  void Late(absl::Duration by) { lateness_->Observe(absl::ToDoubleSeconds(by)); }
  // How long after the call had begun the client got its first message.
  void FirstMessage(absl::Duration after) { first_message_->Observe(absl::ToDoubleSeconds(after)); }
  // How long the clock of a playback was held for a slow reader. Negative durations count as none.
  void Held(absl::Duration time);
  // A playback was to begin at a position: was it accepted?
  void Resumed(bool accepted) { (accepted ? resumed_ : resume_refused_)->Increment(); }
  // How the playback ended: by its `closing`, or without one.
  void Ended(v1::ClosingReason reason);
  void Ended(Ending ending);

 private:
  friend class Metrics;
  friend class PlaybackCount;

  prometheus::Histogram* lateness_ = nullptr;
  prometheus::Histogram* first_message_ = nullptr;
  prometheus::Counter* held_ = nullptr;
  prometheus::Counter* resumed_ = nullptr;
  prometheus::Counter* resume_refused_ = nullptr;
  std::array<prometheus::Counter*, v1::ClosingReason_ARRAYSIZE> closings_ = {};
  std::array<prometheus::Counter*, 3> endings_ = {};
  std::array<prometheus::Gauge*, v1::PlaybackState_ARRAYSIZE> by_state_ = {};
};

// One playback in hotline_playbacks, from construction to destruction. `metrics` outlives it.
// Threads: one at a time.
class PlaybackCount {
 public:
  // It is opening.
  explicit PlaybackCount(PlaybackMetrics* metrics);
  ~PlaybackCount();
  PlaybackCount(const PlaybackCount&) = delete;
  PlaybackCount& operator=(const PlaybackCount&) = delete;

  // Cheap where it is in that state already.
  void MoveTo(v1::PlaybackState state);

 private:
  PlaybackMetrics* const metrics_;
  v1::PlaybackState state_ = v1::PLAYBACK_STATE_UNSPECIFIED;  // opening
};

// What a server is counted by, and the page on which Prometheus reads it.
//
// Every series exists from the start, at 0, so that a rate over it sees the first event. Nothing that a client sends
// becomes a label: what is not known to the server is "other".
//
// Threads: any, but for what says otherwise.
class Metrics {
 public:
  // `version` is that of the program, for hotline_build_info.
  explicit Metrics(absl::string_view version);

  // Of a method by its path, as gRPC has it: "/hotline.v1.ArchiveService/GetDocument", or "other". Lives as long as
  // this. To be asked once a method and kept.
  CallMetrics& Call(absl::string_view path);

  // hotline_refusals_total, by the reason of the ErrorInfo.
  void CountRefusal(absl::string_view reason);
  // The reasons that have a series of their own, in order. A test compares them with the sources.
  static std::vector<absl::string_view> KnownReasons();

  PlaybackMetrics& playback() { return playback_; }

  struct CorpusFigures {
    std::string revision;
    std::size_t documents = 0;
    absl::Time loaded_at = absl::UnixEpoch();
    std::size_t revisions_held = 0;
  };
  void SetCorpus(CorpusFigures corpus) ABSL_LOCKS_EXCLUDED(mutex_);
  // The corpus was to be read again: was the new one accepted?
  void CountReload(bool accepted) { (accepted ? reloads_ok_ : reloads_refused_)->Increment(); }

  enum class ConnectionRefusal { kTotal, kPeer, kDescriptors };
  void CountAcceptedConnection() { connections_accepted_->Increment(); }
  void CountRefusedConnection(ConnectionRefusal reason);

  // What is known elsewhere and asked for at every read, under a lock that no other function but SetWatched() takes. No
  // function of the former is called once SetWatched({}) has returned. Absent ones read as 0.
  struct Watched {
    std::function<std::size_t()> connections;
    std::function<std::size_t()> searches_waiting;
  };
  void SetWatched(Watched watched) ABSL_LOCKS_EXCLUDED(watched_mutex_);

  void SetLimits(std::size_t most_playbacks, std::size_t most_connections);
  void SetServing(bool serving) { serving_->Set(serving ? 1 : 0); }
  void SetDraining(bool draining) { draining_->Set(draining ? 1 : 0); }
  void CountSelfProbeFailure() { self_probe_failures_->Increment(); }
  // When the certificate in use is no longer valid; 0 on the page without TLS.
  void SetCertificateNotAfter(absl::Time time);
  void CountTlsReload(bool accepted) { (accepted ? tls_reloads_ok_ : tls_reloads_refused_)->Increment(); }
  void CountDroppedAccessLogLines(std::size_t lines);

  // The page, in Prometheus' text format 0.0.4.
  std::string Text() const ABSL_LOCKS_EXCLUDED(mutex_, watched_mutex_);

 private:
  void AddCalls();
  void AddPlaybacks();
  void AddRefusals();
  void AddServer(absl::string_view version);

  prometheus::Counter* AddCounter(const char* name, const char* help);
  prometheus::Gauge* AddGauge(const char* name, const char* help);
  std::vector<prometheus::MetricFamily> CollectCorpus() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<prometheus::MetricFamily> CollectWatched() const ABSL_LOCKS_EXCLUDED(watched_mutex_);

  prometheus::Registry registry_;
  std::map<std::string, CallMetrics, std::less<>> calls_;            // constant after construction
  absl::flat_hash_map<std::string, prometheus::Counter*> refusals_;  // constant after construction
  PlaybackMetrics playback_;
  prometheus::Counter* reloads_ok_ = nullptr;
  prometheus::Counter* reloads_refused_ = nullptr;
  prometheus::Counter* connections_accepted_ = nullptr;
  std::array<prometheus::Counter*, 3> connections_refused_ = {};
  prometheus::Gauge* playbacks_limit_ = nullptr;
  prometheus::Gauge* connections_limit_ = nullptr;
  prometheus::Gauge* serving_ = nullptr;
  prometheus::Gauge* draining_ = nullptr;
  prometheus::Counter* self_probe_failures_ = nullptr;
  prometheus::Gauge* certificate_not_after_ = nullptr;
  prometheus::Counter* tls_reloads_ok_ = nullptr;
  prometheus::Counter* tls_reloads_refused_ = nullptr;
  prometheus::Counter* access_log_lines_dropped_ = nullptr;

  mutable absl::Mutex mutex_;
  CorpusFigures corpus_ ABSL_GUARDED_BY(mutex_);

  mutable absl::Mutex watched_mutex_;
  Watched watched_ ABSL_GUARDED_BY(watched_mutex_);
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_METRICS_H_
