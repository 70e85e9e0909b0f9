// The SDK and the server as two programs: a playback outlives its server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hotline/client.h"
#include "tests/client/running_hotlined.h"

namespace hotline::tests {
namespace {

class ResumeTest : public ::testing::Test {
 protected:
  // Plays everything. Once half of the items have come, ends the server with `signal`, if any, and starts it again.
  void Play(const v1::Pace& pace, std::optional<int> signal, int expected_exit_code) {
    ConnectionOptions options;
    options.stream_initial_backoff = absl::Milliseconds(100);
    v1::StreamTimelineRequest request;
    *request.mutable_pace() = pace;
    request.mutable_selection()->set_view(v1::TIMELINE_VIEW_FULL);
    TimelineStream stream = Client(MakeConnection(server_.address(), options)).StreamTimeline(request);
    items_.clear();
    ordinals_.clear();
    for (const auto& response : stream) {
      ASSERT_TRUE(response.ok()) << response.status();
      if (response->has_opened()) item_count_ = response->opened().item_count();
      for (const auto& item : response->items()) {
        ordinals_.push_back(item.ordinal());
        items_.push_back(item.SerializeAsString());
      }
      if (signal && ordinals_.size() >= static_cast<std::size_t>(item_count_) / 2) {
        ASSERT_LT(ordinals_.size(), static_cast<std::size_t>(item_count_)) << "too fast to be cut in the middle";
        server_.End(*signal, expected_exit_code);
        ASSERT_NO_FATAL_FAILURE(server_.Restart());
        signal.reset();
      }
    }
    resumes_ = stream.resumes();
    EXPECT_EQ(stream.violations(), 0);
  }

  void ExpectEveryItemOnceThoughEndedBy(int signal, int expected_exit_code) {
    v1::Pace unpaced;
    unpaced.set_unpaced(true);
    ASSERT_NO_FATAL_FAILURE(Play(unpaced, std::nullopt, 0));
    const std::vector<std::string> undisturbed = items_;
    ASSERT_GT(undisturbed.size(), 10u);

    v1::Pace fast;
    fast.mutable_day_length()->set_nanos(300'000'000);
    ASSERT_NO_FATAL_FAILURE(Play(fast, signal, expected_exit_code));
    EXPECT_EQ(resumes_, 1);
    for (std::size_t i = 0; i < ordinals_.size(); ++i) ASSERT_EQ(ordinals_[i], static_cast<std::int64_t>(i));
    EXPECT_EQ(items_, undisturbed);
  }

  // Without a lame duck, which would outlast the playback.
  RunningHotlined server_{{"--lame_duck=0"}};
  std::int64_t item_count_ = 0;
  std::vector<std::int64_t> ordinals_;
  std::vector<std::string> items_;
  int resumes_ = 0;
};

TEST_F(ResumeTest, EveryItemComesOnceThoughTheServerIsKilled) {
  ExpectEveryItemOnceThoughEndedBy(SIGKILL, 128 + SIGKILL);
}

TEST_F(ResumeTest, EveryItemComesOnceThoughTheServerDrains) { ExpectEveryItemOnceThoughEndedBy(SIGTERM, 0); }

}  // namespace
}  // namespace hotline::tests
