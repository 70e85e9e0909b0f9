#include <algorithm>
#include <utility>

#include "tests/bench/corpus_files.h"
#include "tests/bench/scenarios.h"

namespace hotline::bench {
namespace {

constexpr int kConnections = 20;
constexpr int kEventsOfADocument = 1000;

}  // namespace

absl::StatusOr<std::unique_ptr<Rig>> Rig::Start(const BenchOptions& options, int events,
                                                const std::vector<std::string>& flags) {
  std::unique_ptr<Rig> rig(new Rig);
  WriteCorpus(rig->corpus_.path(), std::max(events / kEventsOfADocument, 1), std::min(events, kEventsOfADocument));
  ServerUnderTest::Options server{options.hotlined, rig->corpus_.path(), flags, options.environment};
  server.flags.insert(server.flags.end(), options.flags.begin(), options.flags.end());
  absl::StatusOr<std::unique_ptr<ServerUnderTest>> started = ServerUnderTest::Start(server);
  if (!started.ok()) return started.status();
  rig->server_ = *std::move(started);
  absl::StatusOr<std::unique_ptr<Load>> load = rig->Connect();
  if (!load.ok()) return load.status();
  rig->load_ = *std::move(load);
  return rig;
}

absl::StatusOr<std::unique_ptr<Load>> Rig::Connect(Load::Windows windows) const {
  return Load::Connect(server_->address(), kConnections, windows);
}

absl::Status Rig::Stop() {
  load_.reset();
  return server_->Stop();
}

}  // namespace hotline::bench
