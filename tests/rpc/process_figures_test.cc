#include "server/rpc/process_figures.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <limits>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace hotline::server {
namespace {

using ::hotline::tests::TemporaryFolder;

TEST(ProcessFiguresTest, OpenDescriptorsAreCounted) {
  const ProcessFigures before = ReadProcessFigures();
  EXPECT_GE(before.open_descriptors, 3u);
  std::vector<int> descriptors;
  for (int i = 0; i < 200; ++i) descriptors.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const ProcessFigures while_open = ReadProcessFigures();
  for (const int descriptor : descriptors) close(descriptor);
  EXPECT_EQ(while_open.open_descriptors, before.open_descriptors + 200);
  EXPECT_EQ(ReadProcessFigures().open_descriptors, before.open_descriptors);
}

TEST(ProcessFiguresTest, ThreadsAreCounted) {
  const ProcessFigures before = ReadProcessFigures();
  absl::Notification leave;
  std::thread thread([&leave] { leave.WaitForNotification(); });
  const ProcessFigures with_one_more = ReadProcessFigures();
  leave.Notify();
  thread.join();
  EXPECT_EQ(with_one_more.threads, before.threads + 1);
}

TEST(ProcessFiguresTest, CpuTimeGrowsWithWork) {
  const absl::Duration before = ReadProcessFigures().cpu;
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (ReadProcessFigures().cpu == before && absl::Now() < deadline) {
  }
  EXPECT_GT(ReadProcessFigures().cpu, before);
}

TEST(ProcessFiguresTest, MemoryThatIsWrittenToBecomesResident) {
  constexpr std::size_t kBytes = 64 << 20;
  const ProcessFigures before = ReadProcessFigures();
  std::vector<char> memory(kBytes, 'x');
  const ProcessFigures after = ReadProcessFigures();
  EXPECT_GE(after.resident_bytes, before.resident_bytes + kBytes * 9 / 10);
  EXPECT_GE(after.virtual_bytes, after.resident_bytes);
}

TEST(ProcessFiguresTest, TheProcessWasStartedNotLongAgo) {
  const absl::Time started_at = ReadProcessFigures().started_at;
  EXPECT_LT(started_at, absl::Now() + absl::Seconds(2));  // the kernel tells when it booted in whole seconds
  EXPECT_GT(started_at, absl::Now() - absl::Hours(1));
}

TEST(ProcessFiguresTest, ANameWithBracketsAndBlanksIsNoFieldOfItsOwn) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() + "/self/fd");
  folder.Write("stat", "cpu 1 2\nbtime 1000000000\nprocesses 5\n");
  folder.Write("self/stat",
               "42 (a) b (c)) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 7 0 3000 4096000 25 184467 1 1 0\n");
  folder.Write("self/limits",
               "Limit  Soft Limit  Hard Limit  Units\nMax open files            unlimited  65536  files\n");
  const ProcessFigures figures = ReadProcessFigures(folder.path());
  const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_EQ(figures.cpu, absl::Seconds(200 * tick));
  EXPECT_EQ(figures.threads, 7u);
  EXPECT_EQ(figures.started_at, absl::FromUnixSeconds(1'000'000'000) + absl::Seconds(3000 * tick));
  EXPECT_EQ(figures.virtual_bytes, 4'096'000u);
  EXPECT_EQ(figures.resident_bytes, 25u * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(figures.most_descriptors, std::numeric_limits<std::uint64_t>::max());
}

TEST(ProcessFiguresTest, WhatIsNotToBeHadIsZero) {
  const ProcessFigures figures = ReadProcessFigures("/nowhere");
  EXPECT_EQ(figures.resident_bytes, 0u);
  EXPECT_EQ(figures.open_descriptors, 0u);
  EXPECT_EQ(figures.most_descriptors, 0u);
  EXPECT_EQ(figures.threads, 0u);
  EXPECT_EQ(figures.started_at, absl::UnixEpoch());
}

}  // namespace
}  // namespace hotline::server
