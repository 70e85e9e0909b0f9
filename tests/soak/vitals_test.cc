#include "tests/soak/vitals.h"

#include <unistd.h>

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hotline::soak {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Tolerance kTolerance{1'000'000, 2, 1, 40};

// One sample a second.
std::vector<Vitals> Flat(int seconds) {
  std::vector<Vitals> samples;
  for (int i = 0; i < seconds; ++i) samples.push_back({absl::Seconds(60 + i), 50'000'000 + i % 3 * 400'000, 30, 17});
  return samples;
}

TEST(FindGrowthTest, FindsNoneInWhatGoesUpAndDown) {
  std::vector<Vitals> samples = Flat(120);
  for (std::size_t i = 0; i < samples.size(); i += 7) samples[i].descriptors += static_cast<int>(i % 2) * 200;
  EXPECT_THAT(FindGrowth(samples, kTolerance), IsEmpty());
}

TEST(FindGrowthTest, FindsMemoryThatCreeps) {
  std::vector<Vitals> samples = Flat(120);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].resident_bytes += static_cast<std::int64_t>(i) * 20'000;
  }
  EXPECT_NEAR(FittedRiseOfMemory(samples), 119 * 20'000, 50'000);
  EXPECT_THAT(FindGrowth(samples, kTolerance), ElementsAre(HasSubstr("RSS rose by 2.4 MB in 1m59s")));
}

TEST(FindGrowthTest, FindsDescriptorsAndThreadsThatAreNotGivenBack) {
  std::vector<Vitals> samples = Flat(120);
  samples[119].descriptors += 3;
  samples[100].threads += 2;
  EXPECT_THAT(FindGrowth(samples, kTolerance),
              ElementsAre(HasSubstr("descriptors rose from 30 at most in the first half to 33"),
                          HasSubstr("threads rose from 17")));
}

TEST(FindGrowthTest, FindsTooManyThreadsAtAnyTime) {
  std::vector<Vitals> samples = Flat(120);
  samples[3].threads = 41;
  EXPECT_THAT(FindGrowth(samples, kTolerance), ElementsAre(HasSubstr("there were 41 threads")));
}

TEST(FindGrowthTest, SaysWhereSamplesAreTooFew) {
  EXPECT_THAT(FindGrowth(Flat(9), kTolerance), ElementsAre(HasSubstr("9 samples are too few")));
}

TEST(VitalsOfTest, CountsWhatAProcessHolds) {
  const std::optional<Vitals> before = VitalsOf(getpid(), absl::ZeroDuration());
  ASSERT_TRUE(before);
  const int descriptor = dup(STDERR_FILENO);
  const std::optional<Vitals> after = VitalsOf(getpid(), absl::Seconds(1));
  close(descriptor);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->descriptors, before->descriptors + 1);
  EXPECT_GE(after->threads, 1);
  EXPECT_GT(after->resident_bytes, 100'000);
}

TEST(VitalsOfTest, TellsThatThereIsNoSuchProcess) { EXPECT_FALSE(VitalsOf(0, absl::ZeroDuration())); }

}  // namespace
}  // namespace hotline::soak
