// Much at once: unpaced readers, a timeline of a million items from cold, and clients that never read.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "hotline/v1/timeline_service.pb.h"
#include "tests/bench/corpus_files.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"
#include "tests/bench/scenarios.h"

namespace hotline::bench {
namespace {

constexpr absl::Duration kOpenTimeout = absl::Seconds(120);
constexpr absl::Duration kCloseTimeout = absl::Seconds(60);

constexpr int kEventsOfNeverReaders = 5'000;  // more than any buffers on the way hold

// Within this behind the stall limit every stalled playback is ended.
constexpr absl::Duration kGrace = absl::Seconds(3);

int Events(const BenchOptions& options) { return options.smoke ? 5'000 : 1'000'000; }

v1::StreamTimelineRequest Unpaced() {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_unpaced(true);
  return request;
}

double Megabytes(std::int64_t bytes) { return static_cast<double>(bytes) / 1e6; }

// A time that one thread sets and another waits for.
class Moment {
 public:
  void SetOnce() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (!time_.has_value()) time_ = SteadyNow();
  }
  absl::StatusOr<absl::Duration> Await(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_) {
    const auto is_set = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return time_.has_value(); };
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&is_set), timeout)) return *time_;
    return absl::DeadlineExceededError(absl::StrCat("no item after ", absl::FormatDuration(timeout)));
  }

 private:
  absl::Mutex mutex_;
  std::optional<absl::Duration> time_ ABSL_GUARDED_BY(mutex_);
};

// How late the items of ten paced playbacks are, each with 97 a second, which is no multiple of anything, while `what`
// runs.
absl::StatusOr<std::vector<absl::Duration>> LatenessWhile(const Rig& rig,
                                                          const std::function<absl::Status(Load&)>& what) {
  absl::StatusOr<std::unique_ptr<Load>> load = rig.Connect();
  if (!load.ok()) return load.status();
  v1::StreamTimelineRequest paced;
  paced.mutable_selection()->set_last_day(kFirstDay);
  paced.mutable_pace()->set_speed(97 * 60);
  for (int i = 0; i < 10; ++i) (*load)->Start(paced);
  if (absl::Status status = (*load)->AwaitOpened(kOpenTimeout); !status.ok()) return status;
  (*load)->Record(true);
  if (absl::Status status = what(**load); !status.ok()) return status;
  (*load)->Record(false);
  if (absl::Status status = (*load)->CancelAll(kCloseTimeout); !status.ok()) return status;
  std::vector<absl::Duration> lateness;
  for (const auto& call : (*load)->calls()) {
    lateness.insert(lateness.end(), call->recorded_lateness().begin(), call->recorded_lateness().end());
  }
  return lateness;
}

// What readers did who read a whole timeline as fast as they could.
struct Pass {
  CpuWindow::Used used;
  double items = 0;
  double bytes = 0;
};

absl::StatusOr<Pass> ReadAll(const Rig& rig, int readers) {
  absl::StatusOr<std::unique_ptr<Load>> load = rig.Connect();
  if (!load.ok()) return load.status();
  const CpuWindow window(rig.server());
  for (int i = 0; i < readers; ++i) (*load)->Start(Unpaced());
  if (absl::Status status = (*load)->AwaitDone(kOpenTimeout); !status.ok()) return status;
  Pass pass{window.SoFar()};
  for (const auto& call : (*load)->calls()) {
    pass.items += static_cast<double>(call->items());
    pass.bytes += static_cast<double>(call->item_bytes());
  }
  return pass;
}

void AddPass(const char* which, const Pass& pass, std::optional<Goal> goal, Report* report) {
  const double server = absl::ToDoubleSeconds(pass.used.server);
  report->Add(absl::StrCat(which, ": time"), absl::ToDoubleSeconds(pass.used.time), "s");
  report->Add(absl::StrCat(which, ": server CPU"), server, "s");
  report->Add(absl::StrCat(which, ": load CPU"), absl::ToDoubleSeconds(pass.used.load), "s");
  report->Add(absl::StrCat(which, ": items a second of server CPU"), pass.items / server, "", goal);
  report->Add(absl::StrCat(which, ": bytes a second of server CPU"), pass.bytes / 1e6 / server, "MB");
}

struct ColdStart {
  absl::Duration opened;
  absl::Duration first_item;
  absl::Duration server_cpu;
  std::int64_t server_bytes = 0;
};

// Opens the timeline from a day on, of which no timeline was made yet, and leaves it after the first item.
absl::StatusOr<ColdStart> StartCold(Rig& rig, absl::CivilDay first_day) {
  v1::StreamTimelineRequest request;
  request.mutable_selection()->set_first_day(absl::FormatCivilTime(first_day));
  request.mutable_pace()->set_speed(60);
  const auto item = std::make_shared<Moment>();
  PlaybackCall::Options options;
  options.on_response = [item](const Response& response) {
    if (response.items > 0) item->SetOnce();
  };
  const std::int64_t bytes_before = ResidentBytesOf(rig.server());
  const CpuWindow window(rig.server());
  const absl::Duration begin = SteadyNow();
  PlaybackCall& call = rig.load().Start(request, options);
  if (absl::Status status = rig.load().AwaitOpened(kOpenTimeout); !status.ok()) return status;
  const absl::StatusOr<absl::Duration> first_item = item->Await(kOpenTimeout);
  if (!first_item.ok()) return first_item.status();
  ColdStart start{call.opened_after(), *first_item - begin, window.SoFar().server,
                  ResidentBytesOf(rig.server()) - bytes_before};
  call.Cancel();
  if (absl::Status status = rig.load().AwaitDone(kCloseTimeout); !status.ok()) return status;
  return start;
}

}  // namespace

absl::StatusOr<std::string> RunUnpaced(const BenchOptions& options) {
  const int readers = options.Playbacks(4, 2);
  const absl::StatusOr<std::unique_ptr<Rig>> rig = Rig::Start(options, Events(options));
  if (!rig.ok()) return rig.status();
  // Keeps the timeline, and what was made of it, alive.
  v1::StreamTimelineRequest slow;
  slow.mutable_pace()->set_speed(0.01);
  Load& holder = (*rig)->load();
  holder.Start(slow);
  if (absl::Status status = holder.AwaitOpened(kOpenTimeout); !status.ok()) return status;
  const std::int64_t before = ResidentBytesOf((*rig)->server());
  const absl::StatusOr<Pass> first = ReadAll(**rig, readers);
  if (!first.ok()) return first.status();
  const std::int64_t after = ResidentBytesOf((*rig)->server());
  const absl::StatusOr<Pass> again = ReadAll(**rig, readers);
  if (!again.ok()) return again.status();

  Report report(absl::StrFormat("unpaced: %d readers, each of the whole timeline, as fast as they read", readers));
  report.Add("items read by each", first->items / readers, "");
  report.Add("bytes of an item", first->bytes / first->items, "");
  AddPass("first time", *first, std::nullopt, &report);
  AddPass("again", *again, AtLeast(4e6), &report);
  report.Add("server memory, rise in the first time", Megabytes(after - before), "MB");
  if (absl::Status status = (*rig)->Stop(); !status.ok()) return status;
  return report.ToString();
}

absl::StatusOr<std::string> RunMillion(const BenchOptions& options) {
  const int starts = options.Playbacks(5, 2);
  const absl::StatusOr<std::unique_ptr<Rig>> rig = Rig::Start(options, Events(options));
  if (!rig.ok()) return rig.status();
  const auto alone = LatenessWhile(
      **rig, [&](Load& others) { return others.Run(options.smoke ? absl::Seconds(1) : absl::Seconds(3)); });
  if (!alone.ok()) return alone.status();
  std::vector<ColdStart> cold;
  const auto beside = LatenessWhile(**rig, [&](Load&) {
    for (int i = 0; i < starts; ++i) {
      // Every day more or less is another timeline.
      const absl::StatusOr<ColdStart> start = StartCold(**rig, absl::CivilDay(1962, 1, 1) + i);
      if (!start.ok()) return start.status();
      cold.push_back(*start);
    }
    return absl::OkStatus();
  });
  if (!beside.ok()) return beside.status();

  Report report(
      absl::StrFormat("million: a timeline of %d events begins, %d times from cold", Events(options), starts));
  std::vector<absl::Duration> opened;
  std::vector<absl::Duration> first_item;
  for (const ColdStart& start : cold) {
    opened.push_back(start.opened);
    first_item.push_back(start.first_item);
  }
  report.Add("opened after, p50", Percentile(opened, 0.5));
  report.Add("opened after, max", Percentile(opened, 1));
  report.Add("first item after, p50", Percentile(first_item, 0.5));
  report.Add("first item after, max", Percentile(first_item, 1));
  report.Add("server CPU until the first item, first time", absl::ToDoubleSeconds(cold.front().server_cpu), "s");
  report.Add("server memory, rise until the first item", Megabytes(cold.front().server_bytes), "MB");
  report.AddPercentiles("others alone: lateness", *alone);
  report.AddPercentiles("others meanwhile: lateness", *beside);
  if (absl::Status status = (*rig)->Stop(); !status.ok()) return status;
  return report.ToString();
}

absl::StatusOr<std::string> RunNeverReaders(const BenchOptions& options) {
  const int clients = options.Playbacks(2000, 20);
  const absl::Duration limit = options.smoke ? absl::Seconds(1) : absl::Seconds(60);
  const absl::StatusOr<std::unique_ptr<Rig>> rig = Rig::Start(
      options, kEventsOfNeverReaders,
      {absl::StrCat("--max_playbacks=", clients), absl::StrCat("--write_stall_limit=", absl::FormatDuration(limit))});
  if (!rig.ok()) return rig.status();
  const pid_t server = (*rig)->server();
  const std::int64_t before = ResidentBytesOf(server);
  absl::StatusOr<std::unique_ptr<Load>> connected = (*rig)->Connect(Load::Windows::kFixed);
  if (!connected.ok()) return connected.status();
  Load& load = **connected;
  const CpuWindow window(server);
  PlaybackCall::Options never_reads;
  never_reads.reads = false;
  never_reads.ends_with = grpc::StatusCode::CANCELLED;
  for (int i = 0; i < clients; ++i) load.Start(Unpaced(), never_reads);

  // Buffers fill at first; from a quarter of the limit on, nothing must grow.
  std::vector<std::int64_t> resident;
  const absl::Duration begin = SteadyNow();
  if (absl::Status status = load.Run(limit / 4); !status.ok()) return status;
  while (SteadyNow() < begin + limit * 0.95) {
    resident.push_back(ResidentBytesOf(server));
    if (absl::Status status = load.Run(limit / 200); !status.ok()) return status;
  }
  if (absl::Status status = load.Run(begin + limit + kGrace - SteadyNow()); !status.ok()) return status;
  const CpuWindow::Used used = window.SoFar();
  const std::int64_t after = ResidentBytesOf(server);
  // A playback that the server has not ended would now go on, and end otherwise.
  for (const auto& call : load.calls()) call->BeginReading();
  if (absl::Status status = load.AwaitDone(kCloseTimeout); !status.ok()) return status;

  // As many as the server may have: refused if one of the first were still counted.
  absl::StatusOr<std::unique_ptr<Load>> again = (*rig)->Connect();
  if (!again.ok()) return again.status();
  for (int i = 0; i < clients; ++i) (*again)->Start(Unpaced());
  if (absl::Status status = (*again)->AwaitDone(kOpenTimeout); !status.ok()) return status;

  Report report(absl::StrFormat("never_readers: %d unpaced clients that never read; the stall limit is %s", clients,
                                absl::FormatDuration(limit)));
  report.Add("server memory before", Megabytes(before), "MB");
  const auto [least, most] = std::minmax_element(resident.begin(), resident.end());
  report.Add("server memory while stalled, start", Megabytes(resident.front()), "MB");
  report.Add("server memory while stalled, min", Megabytes(*least), "MB");
  report.Add("server memory while stalled, max", Megabytes(*most), "MB");
  report.Add("server memory while stalled, end", Megabytes(resident.back()), "MB");
  report.Add("server memory a client", Megabytes((*most - before) / clients) * 1000, "KB");
  report.Add("server memory when all have ended", Megabytes(after), "MB");
  report.AddText("ended by the stall limit", absl::StrCat("all ", clients));
  report.Add("server CPU", absl::ToDoubleSeconds(used.server), "s");
  report.AddText("as many readers again", "all played to the end");
  report.Add("server memory behind them", Megabytes(ResidentBytesOf(server)), "MB");
  connected->reset();
  again->reset();
  if (absl::Status status = (*rig)->Stop(); !status.ok()) return status;
  return report.ToString();
}

}  // namespace hotline::bench
