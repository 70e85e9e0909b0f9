#include "tests/bench/load.h"
#include "tests/soak/loads.h"

namespace hotline::soak {

absl::Status ReadNothing(const Soak& soak, Random*) {
  constexpr int kReaders = 5;
  constexpr absl::Duration kGrace = absl::Seconds(2);
  absl::StatusOr<std::unique_ptr<bench::Load>> load =
      bench::Load::Connect(soak.server().address(), 1, bench::Load::Windows::kFixed);
  if (!load.ok()) return load.status();
  v1::StreamTimelineRequest unpaced;
  unpaced.mutable_pace()->set_unpaced(true);
  bench::PlaybackCall::Options options;
  options.reads = false;
  options.ends_with = grpc::StatusCode::CANCELLED;
  for (int i = 0; i < kReaders; ++i) (*load)->Start(unpaced, options);
  soak.Pause(kStallLimit + kGrace);
  if (soak.over()) return (*load)->CancelAll(absl::Seconds(30));
  // A playback that the server has not ended would now go on, and end otherwise.
  for (const auto& call : (*load)->calls()) call->BeginReading();
  return (*load)->AwaitDone(absl::Seconds(30));
}

}  // namespace hotline::soak
