// The adapter between a player and a call, with a call that does only what the test says: what gRPC would forgive, or
// do in an order of its own, is seen here.

#include "server/rpc/playback_stream.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "server/rpc/playback_registry.h"
#include "server/timeline/selection.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using ::google::protobuf::util::TimeUtil;

// Remembers what it is told to do, and holds that to gRPC's rules. Its operations end when the test says so.
class ScriptedCall final : public PlaybackCall {
 public:
  void BeginWrite(const grpc::ByteBuffer* response) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_FALSE(writing_) << "two writes at once";
    EXPECT_FALSE(ended_.has_value()) << "a write behind the end";
    writing_ = true;
    grpc::ByteBuffer copy = *response;
    EXPECT_TRUE(grpc::SerializationTraits<v1::PlayTimelineResponse>::Deserialize(&copy, &written_.emplace_back()).ok());
    changed_.notify_all();
  }
  void BeginRead(grpc::ByteBuffer* request) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_EQ(reading_, nullptr) << "two reads at once";
    EXPECT_FALSE(ended_.has_value()) << "a read behind the end";
    EXPECT_TRUE(reads_ == 0 || !written_.empty()) << "what follows the start is read before it can be applied";
    ++reads_;
    reading_ = request;
    changed_.notify_all();
  }
  void End(const absl::Status& status) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_FALSE(ended_.has_value()) << "ended twice";
    EXPECT_FALSE(writing_) << "ended while a write is under way";
    ended_ = status;
    changed_.notify_all();
  }
  void Cancel() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }

  bool reading() const {
    return Locked([this] { return reading_ != nullptr; });
  }
  bool writing() const {
    return Locked([this] { return writing_; });
  }
  bool ended() const {
    return Locked([this] { return ended_.has_value(); });
  }
  std::vector<v1::PlayTimelineResponse> written() const {
    return Locked([this] { return written_; });
  }
  absl::Status status() const {
    return Locked([this] { return *ended_; });
  }

  // Each returns false where it takes too long.
  bool AwaitWrites(std::size_t count) {
    return Await([&] { return written_.size() >= count; });
  }
  bool AwaitReading() {
    return Await([this] { return reading_ != nullptr; });
  }
  bool AwaitCancel() {
    return Await([this] { return cancelled_; });
  }
  bool AwaitEnd() {
    return Await([this] { return ended_.has_value(); });
  }

  // The read under way ends with this request.
  void Receive(const v1::PlayTimelineRequest& request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ASSERT_NE(reading_, nullptr) << "nobody reads";
    const grpc::Slice bytes(request.SerializeAsString());
    *std::exchange(reading_, nullptr) = grpc::ByteBuffer(&bytes, 1);
  }
  void EndRead() {
    const std::lock_guard<std::mutex> lock(mutex_);
    reading_ = nullptr;
  }
  void EndWrite() {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_ = false;
  }

 private:
  template <typename Look>
  std::invoke_result_t<const Look&> Locked(const Look& look) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return look();
  }
  bool Await(const std::function<bool()>& wanted) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), wanted);
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<v1::PlayTimelineResponse> written_;
  grpc::ByteBuffer* reading_ = nullptr;
  int reads_ = 0;
  bool writing_ = false;
  bool cancelled_ = false;
  std::optional<absl::Status> ended_;
};

v1::PlayTimelineRequest PausedStart() {
  v1::PlayTimelineRequest request;
  request.mutable_start()->set_start_paused(true);
  return request;
}
v1::PlayTimelineRequest Report(std::int64_t id) {
  v1::PlayTimelineRequest request;
  request.mutable_control()->set_control_id(id);
  return request;
}

// A playback under control, whose test is the client and gRPC at once.
class PlaybackStreamTest : public ::testing::Test {
 protected:
  // `call_` must be over: a stream outlives its call only by what the scheduler and the cache still hold.
  ~PlaybackStreamTest() override {
    if (call_.reading()) FailRead();
    if (call_.writing()) EndWrite(false);
    if (!call_.ended()) stream_->OnCancel();
    if (call_.writing()) EndWrite(false);
    EXPECT_TRUE(call_.AwaitEnd());
    if (stream_ != nullptr) stream_->OnDone();
  }

  void Begin(const PlaybackLimits& limits = {}) {
    environment_.limits = limits;
    stream_ = std::make_shared<PlaybackStream>(environment_, &call_, true);
    stream_->BeginReading("ipv4:127.0.0.1");
  }
  void Receive(const v1::PlayTimelineRequest& request) {
    call_.Receive(request);
    stream_->OnReadDone(true);
  }
  void FailRead() {
    call_.EndRead();
    stream_->OnReadDone(false);
  }
  void EndWrite(bool ok = true) {
    call_.EndWrite();
    stream_->OnWriteDone(ok);
  }
  // Begins, paused; `opened` is being written, and a control is being read.
  void Open(const PlaybackLimits& limits = {}) {
    Begin(limits);
    Receive(PausedStart());
    ASSERT_TRUE(call_.AwaitWrites(1));
    ASSERT_TRUE(call_.written()[0].has_opened());
    ASSERT_TRUE(call_.AwaitReading());
  }

  // Keeps the cache's thread until the promise is fulfilled.
  void HoldUpBuilding(std::promise<void>* release) {
    v1::TimelineSelection other;
    other.set_audience("moscow");
    auto entered = std::make_shared<std::promise<void>>();
    std::shared_future<void> released = release->get_future().share();
    timelines_.Get(
        *ReadSelection(other, *ShippedCorpus(), "selection"), ShippedCorpus(), [] { return true; },
        [entered, released](const absl::StatusOr<std::shared_ptr<const Timeline>>&) {
          entered->set_value();
          released.wait();
        });
    entered->get_future().wait();
  }
  // The timeline that is being played; null where it is not.
  std::shared_ptr<const Timeline> Played() {
    auto given = std::make_shared<std::promise<std::shared_ptr<const Timeline>>>();
    timelines_.Get(
        *ReadSelection({}, *ShippedCorpus(), "selection"), ShippedCorpus(), [] { return true; },
        [given](absl::StatusOr<std::shared_ptr<const Timeline>> timeline) { given->set_value(*std::move(timeline)); });
    return given->get_future().get();
  }

  ScriptedCall call_;
  TimelineCache timelines_;
  PlaybackRegistry registry_{10, 10};
  Scheduler scheduler_;
  const Holdings holdings_{std::make_shared<const Archive>(ShippedCorpus())};
  PlaybackEnvironment environment_ = {&holdings_, {}, &timelines_, &registry_, &scheduler_};
  std::shared_ptr<PlaybackStream> stream_;
};

TEST_F(PlaybackStreamTest, AViolationDuringAWriteEndsTheCallOnlyWhenTheWriteIsDone) {
  Open();
  Receive(PausedStart());
  EXPECT_FALSE(call_.ended());
  EXPECT_FALSE(call_.reading()) << "nothing more is read";
  EndWrite();
  ASSERT_TRUE(call_.ended());
  EXPECT_THAT(call_.status(), FailsWith(absl::StatusCode::kInvalidArgument, "START_REPEATED"));
}

TEST_F(PlaybackStreamTest, ACancellationDuringAWriteEndsTheCallOnlyWhenTheWriteIsDone) {
  Open();
  stream_->OnCancel();
  EXPECT_FALSE(call_.ended());
  FailRead();
  EXPECT_FALSE(call_.ended());
  EndWrite(false);
  EXPECT_TRUE(call_.ended());
  EXPECT_FALSE(call_.reading());
}

TEST_F(PlaybackStreamTest, AWriteThatFailsEndsTheCallWithoutAnother) {
  Open();
  Receive(Report(1));
  EndWrite(false);
  EXPECT_TRUE(call_.ended());
  EXPECT_EQ(call_.written().size(), 1u);
}

TEST_F(PlaybackStreamTest, ADrainDuringAWriteClosesBehindItAndThenEnds) {
  Open();
  stream_->Drain(absl::Milliseconds(70));
  EXPECT_EQ(call_.written().size(), 1u);
  EndWrite();
  ASSERT_EQ(call_.written().size(), 2u);
  EXPECT_EQ(call_.written()[1].closing().reason(), v1::CLOSING_REASON_DRAINING);
  EXPECT_EQ(call_.written()[1].closing().retry_after().nanos(), 70'000'000);
  EXPECT_FALSE(call_.ended());
  EndWrite();
  ASSERT_TRUE(call_.ended());
  EXPECT_THAT(call_.status(), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
}

TEST_F(PlaybackStreamTest, NoControlIsReadWhileThirtyTwoAnswersAreUnsentAndOneIsForEachThatIsSent) {
  Open();
  std::int64_t given = 0;
  while (call_.reading() && given < 100) Receive(Report(++given));
  EXPECT_EQ(given, 32);
  EndWrite();  // of `opened`; the first answer is being written
  ASSERT_TRUE(call_.reading());
  Receive(Report(++given));
  EXPECT_FALSE(call_.reading());
  for (std::int64_t id = 1; id <= given; ++id) {
    ASSERT_EQ(call_.written().back().control_applied().control_id(), id);
    EndWrite();
  }
  EXPECT_TRUE(call_.reading());
}

TEST_F(PlaybackStreamTest, AWriteThatIsNotTakenIsCancelledAtTheStallLimitAndThenEnds) {
  PlaybackLimits limits;
  limits.stall = absl::Milliseconds(20);
  Open(limits);
  EXPECT_TRUE(call_.AwaitCancel());
  EXPECT_FALSE(call_.ended());
  EndWrite(false);
  ASSERT_TRUE(call_.ended());
  EXPECT_EQ(call_.status().code(), absl::StatusCode::kCancelled);
}

TEST_F(PlaybackStreamTest, AWriteThatIsNotTakenIsFoundAlsoBehindManyThatWere) {
  PlaybackLimits limits;
  limits.stall = absl::Milliseconds(20);
  Open(limits);
  const SteadyTime began = SteadyNow();
  std::size_t writes = 1;
  // Many writes that are taken at once, for longer than the limit in all, and then one that is not.
  for (std::int64_t id = 1; SteadyNow() < began + 3 * limits.stall; ++id) {
    Receive(Report(id));
    EndWrite();
    ASSERT_EQ(call_.written().size(), ++writes);
  }
  EXPECT_TRUE(call_.AwaitCancel());
}

TEST_F(PlaybackStreamTest, AControlThatBringsTheNextItemNearerIsNotKeptWaitingForTheHeartbeat) {
  Begin();
  v1::PlayTimelineRequest start;
  start.mutable_start()->mutable_pace()->set_speed(0.01);
  start.mutable_start()->mutable_heartbeat_interval()->set_seconds(30);  // more than any of these waits
  Receive(start);
  ASSERT_TRUE(call_.AwaitWrites(1));
  ASSERT_TRUE(call_.AwaitReading());
  EndWrite();
  ASSERT_TRUE(call_.AwaitWrites(2));  // the first day
  EndWrite();
  v1::PlayTimelineRequest faster = Report(1);
  faster.mutable_control()->mutable_pace()->set_speed(10'000'000);
  Receive(faster);
  ASSERT_TRUE(call_.AwaitWrites(3));
  EndWrite();
  EXPECT_TRUE(call_.AwaitWrites(4));
  EXPECT_GT(call_.written().back().items_size(), 0);
}

TEST_F(PlaybackStreamTest, AWriteThatTookLongHoldsTheClockSoThatNoBurstFollows) {
  v1::PlayTimelineRequest start;
  start.mutable_start()->mutable_pace()->set_speed(10'000'000);  // the whole in less than the write takes
  start.mutable_start()->mutable_heartbeat_interval()->set_seconds(1);
  Begin();
  Receive(start);
  ASSERT_TRUE(call_.AwaitWrites(1));
  const SteadyTime began = SteadyNow();
  while (SteadyNow() < began + absl::Milliseconds(300)) std::this_thread::yield();
  EndWrite();
  ASSERT_EQ(call_.written().size(), 2u);
  EXPECT_EQ(call_.written()[1].items_size(), 1) << "a burst";
  EXPECT_GE(TimeUtil::DurationToMilliseconds(call_.written()[1].late_by()), 250);
  for (std::size_t writes = 3; !call_.written().back().has_heartbeat(); ++writes) {
    EndWrite();
    ASSERT_TRUE(call_.AwaitWrites(writes));
  }
  EXPECT_GE(TimeUtil::DurationToMilliseconds(call_.written().back().heartbeat().held_total()), 250);
}

TEST_F(PlaybackStreamTest, ACancellationWhileTheTimelineIsBuiltEndsTheCallAtOnce) {
  std::promise<void> release;
  HoldUpBuilding(&release);
  Begin();
  Receive(PausedStart());
  EXPECT_FALSE(call_.reading()) << "what follows waits until it can be applied";
  stream_->OnCancel();
  ASSERT_TRUE(call_.ended());
  release.set_value();
  Played();  // built behind it
  EXPECT_TRUE(call_.written().empty());
}

TEST_F(PlaybackStreamTest, ADrainWhileTheTimelineIsBuiltEndsTheCallAtOnce) {
  std::promise<void> release;
  HoldUpBuilding(&release);
  Begin();
  Receive(PausedStart());
  stream_->Drain(absl::Milliseconds(70));
  ASSERT_TRUE(call_.ended());
  EXPECT_THAT(call_.status(), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  release.set_value();
  Played();
  EXPECT_TRUE(call_.written().empty());
}

TEST_F(PlaybackStreamTest, OnceDoneItKeepsNoTimelineThoughTheSchedulerKeepsIt) {
  Open();
  const std::weak_ptr<const Timeline> timeline = Played();
  EXPECT_FALSE(timeline.expired());
  EndWrite();  // the scheduler is asked for the next heartbeat
  stream_->OnCancel();
  FailRead();
  ASSERT_TRUE(call_.ended());
  stream_->OnDone();
  const std::weak_ptr<PlaybackStream> kept = stream_;
  stream_.reset();
  EXPECT_FALSE(kept.expired());
  // The cache's thread may be letting go of it just now; what it builds next, it builds after that.
  std::promise<void> release;
  release.set_value();
  HoldUpBuilding(&release);
  EXPECT_TRUE(timeline.expired());
}

TEST_F(PlaybackStreamTest, AWakeUpBehindTheEndDoesNothing) {
  Open();
  EndWrite();
  stream_->OnCancel();
  ASSERT_TRUE(call_.ended());
  FailRead();
  stream_->Wake();
  stream_->Drain(absl::Milliseconds(70));
  EXPECT_EQ(call_.written().size(), 1u);
}

}  // namespace
}  // namespace hotline::server
