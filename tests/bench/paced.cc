// Playbacks that wait most of the time: paced, paused, and paced beside one that stalls.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_format.h"
#include "hotline/v1/timeline_service.pb.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"
#include "tests/bench/scenarios.h"

namespace hotline::bench {
namespace {

constexpr int kEvents = 2000;
constexpr absl::Duration kOpenTimeout = absl::Seconds(60);
constexpr absl::Duration kCloseTimeout = absl::Seconds(60);
// Opening thousands at once takes all processors; what became late by it is not counted.
constexpr absl::Duration kSettle = absl::Seconds(1);

v1::StreamTimelineRequest OneItemASecond() {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(60);
  return request;
}

// Starts playbacks evenly over a second, so that they are due at different times, also within the server's ticks, and
// waits until all are open.
template <typename Request>
absl::Status StartSpread(Load& load, int playbacks, const Request& request, const PlaybackCall::Options& options = {}) {
  constexpr int kSteps = 97;  // so that a step is no multiple of a tick
  const absl::Duration begin = SteadyNow();
  for (int started = 0, step = 1; step <= kSteps; ++step) {
    for (; started < static_cast<std::int64_t>(playbacks) * step / kSteps; ++started) load.Start(request, options);
    const absl::Duration next = begin + absl::Seconds(1) * step / kSteps;
    if (absl::Status status = load.Run(std::max(next - SteadyNow(), absl::ZeroDuration())); !status.ok()) return status;
  }
  return load.AwaitOpened(kOpenTimeout);
}

struct Figures {
  CpuWindow::Used opening;
  CpuWindow::Used playing;
  std::int64_t bytes_each = 0;
  std::int64_t messages = 0;
  double bytes_of_an_item = 0;
  std::vector<absl::Duration> lateness;
};

// Opens playbacks, lets them play, and cancels them.
template <typename Request>
absl::StatusOr<Figures> Play(Rig& rig, Load& load, int playbacks, const Request& request, absl::Duration time,
                             const PlaybackCall::Options& options = {}) {
  Figures figures;
  const std::int64_t before = ResidentBytesOf(rig.server());
  const CpuWindow opening(rig.server());
  if (absl::Status status = StartSpread(load, playbacks, request, options); !status.ok()) return status;
  figures.opening = opening.SoFar();
  if (absl::Status status = load.Run(kSettle); !status.ok()) return status;
  load.Record(true);
  const CpuWindow playing(rig.server());
  if (absl::Status status = load.Run(time); !status.ok()) return status;
  figures.playing = playing.SoFar();
  load.Record(false);
  figures.bytes_each = (ResidentBytesOf(rig.server()) - before) / playbacks;
  if (absl::Status status = load.CancelAll(kCloseTimeout); !status.ok()) return status;
  std::int64_t items = 0;
  for (const auto& call : load.calls()) {
    figures.messages += call->recorded_messages();
    figures.bytes_of_an_item += static_cast<double>(call->item_bytes());
    items += call->items();
    figures.lateness.insert(figures.lateness.end(), call->recorded_lateness().begin(), call->recorded_lateness().end());
  }
  if (items > 0) figures.bytes_of_an_item /= static_cast<double>(items);
  return figures;
}

void AddOpening(const Figures& figures, int playbacks, Report* report) {
  report->Add("opening all", absl::ToDoubleSeconds(figures.opening.time), "s");
  report->Add("opening, server CPU each", absl::ToDoubleMicroseconds(figures.opening.server / playbacks), "us");
}

}  // namespace

absl::StatusOr<std::string> RunPaced(const BenchOptions& options) {
  const int playbacks = options.Playbacks(10'000, 50);
  const absl::Duration time = options.smoke ? absl::Seconds(1) : absl::Seconds(11);
  const absl::StatusOr<std::unique_ptr<Rig>> rig =
      Rig::Start(options, kEvents, {absl::StrFormat("--max_playbacks=%d", playbacks)});
  if (!rig.ok()) return rig.status();
  const absl::StatusOr<Figures> figures = Play(**rig, (*rig)->load(), playbacks, OneItemASecond(), time);
  if (!figures.ok()) return figures.status();

  Report report(
      absl::StrFormat("paced: %d playbacks at one item a second for %s", playbacks, absl::FormatDuration(time)));
  report.Add("bytes of an item", figures->bytes_of_an_item, "");
  AddOpening(*figures, playbacks, &report);
  report.Add("messages", static_cast<double>(figures->messages), "");
  report.Add("server CPU", absl::ToDoubleSeconds(figures->playing.server), "s", AtMost(3));
  report.Add("server CPU a message",
             absl::ToDoubleMicroseconds(figures->playing.server / std::max<std::int64_t>(figures->messages, 1)), "us");
  report.Add("load CPU", absl::ToDoubleSeconds(figures->playing.load), "s");
  report.Add("server memory a playback", static_cast<double>(figures->bytes_each) / 1000, "KB", AtMost(25));
  report.AddPercentiles("lateness", figures->lateness, AtMost(12));
  if (absl::Status status = (*rig)->Stop(); !status.ok()) return status;
  return report.ToString();
}

absl::StatusOr<std::string> RunPaused(const BenchOptions& options) {
  const int playbacks = options.Playbacks(10'000, 50);
  const absl::Duration time = options.smoke ? absl::Seconds(2) : absl::Seconds(20);
  const absl::StatusOr<std::unique_ptr<Rig>> rig =
      Rig::Start(options, kEvents, {absl::StrFormat("--max_playbacks=%d", playbacks)});
  if (!rig.ok()) return rig.status();
  v1::PlayTimelineRequest request;
  request.mutable_start()->set_start_paused(true);
  request.mutable_start()->mutable_heartbeat_interval()->set_seconds(options.smoke ? 1 : 5);
  PlaybackCall::Options call;
  call.method = kPlayTimeline;
  call.sends_controls = true;
  const absl::StatusOr<Figures> figures = Play(**rig, (*rig)->load(), playbacks, request, time, call);
  if (!figures.ok()) return figures.status();

  Report report(absl::StrFormat("paused: %d paused playbacks with a heartbeat every %d s, for %s", playbacks,
                                request.start().heartbeat_interval().seconds(), absl::FormatDuration(time)));
  AddOpening(*figures, playbacks, &report);
  report.Add("heartbeats", static_cast<double>(figures->messages), "");
  report.Add("server CPU of one core", 100 * absl::FDivDuration(figures->playing.server, figures->playing.time), "%",
             AtMost(10));
  report.Add("server CPU a heartbeat",
             absl::ToDoubleMicroseconds(figures->playing.server / std::max<std::int64_t>(figures->messages, 1)), "us");
  report.Add("load CPU", absl::ToDoubleSeconds(figures->playing.load), "s");
  report.Add("server memory a playback", static_cast<double>(figures->bytes_each) / 1000, "KB");
  if (absl::Status status = (*rig)->Stop(); !status.ok()) return status;
  return report.ToString();
}

absl::StatusOr<std::string> RunStalled(const BenchOptions& options) {
  const int playbacks = options.Playbacks(1000, 20);
  const absl::Duration time = options.smoke ? absl::Seconds(1) : absl::Seconds(5);
  const int rounds = options.smoke ? 1 : 5;
  const absl::StatusOr<std::unique_ptr<Rig>> rig = Rig::Start(options, kEvents);
  if (!rig.ok()) return rig.status();
  Report report(absl::StrFormat("stalled: %d paced playbacks without and with one that does not read, %d times for %s",
                                playbacks, rounds, absl::FormatDuration(time)));
  std::vector<absl::Duration> lateness[2];
  for (int round = 0; round < 2 * rounds; ++round) {
    const bool with = round % 2 == 1;
    absl::StatusOr<std::unique_ptr<Load>> load = (*rig)->Connect(Load::Windows::kFixed);
    if (!load.ok()) return load.status();
    if (with) {
      v1::StreamTimelineRequest unpaced;
      unpaced.mutable_pace()->set_unpaced(true);
      PlaybackCall::Options never_reads;
      never_reads.reads = false;
      (*load)->Start(unpaced, never_reads);
    }
    const absl::StatusOr<Figures> figures = Play(**rig, **load, playbacks, OneItemASecond(), time);
    if (!figures.ok()) return figures.status();
    report.Add(absl::StrFormat("lateness p99, round %d %s", round / 2 + 1, with ? "with" : "without"),
               Percentile(figures->lateness, 0.99));
    lateness[with].insert(lateness[with].end(), figures->lateness.begin(), figures->lateness.end());
  }
  report.AddPercentiles("all without: lateness", lateness[0]);
  report.AddPercentiles("all with: lateness", lateness[1],
                        AtMost(1.05 * absl::ToDoubleMilliseconds(Percentile(lateness[0], 0.99))));
  if (absl::Status status = (*rig)->Stop(); !status.ok()) return status;
  return report.ToString();
}

}  // namespace hotline::bench
