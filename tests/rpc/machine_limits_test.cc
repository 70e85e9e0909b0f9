#include "server/rpc/machine_limits.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace hotline::server {
namespace {

using ::hotline::tests::TemporaryFolder;

class MemoryBytesTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& content) {
    const std::filesystem::path file = std::filesystem::path(root_.path()) / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  std::uint64_t Read() const { return MemoryBytes(root_.path() + "/"); }

  const TemporaryFolder root_;
};

TEST_F(MemoryBytesTest, WithoutGroupsItIsWhatTheMachineHas) { EXPECT_GT(Read(), 64u << 20); }

TEST_F(MemoryBytesTest, IsTheLeastOfTheGroupsThatTheProcessIsWithin) {
  Write("proc/self/cgroup", "0::/pods/hotline\n");
  Write("sys/fs/cgroup/pods/hotline/memory.max", "max\n");
  Write("sys/fs/cgroup/pods/memory.max", "33554432\n");
  EXPECT_EQ(Read(), 33554432u);
  Write("sys/fs/cgroup/pods/hotline/memory.max", "16777216\n");
  EXPECT_EQ(Read(), 16777216u);
}

TEST_F(MemoryBytesTest, ReadsTheFirstVersionToo) {
  Write("proc/self/cgroup", "5:cpu,memory:/hotline\n4:devices:/hotline\n");
  Write("sys/fs/cgroup/memory/hotline/memory.limit_in_bytes", "8388608\n");
  EXPECT_EQ(Read(), 8388608u);
}

TEST_F(MemoryBytesTest, AContainerSeesItsOwnLimitAtTheTop) {
  Write("proc/self/cgroup", "0::/\n");
  Write("sys/fs/cgroup/memory.max", "4194304\n");
  EXPECT_EQ(Read(), 4194304u);
}

TEST(RaiseOpenFilesTest, TellsHowManyThereMayBeAndRefusesTooFew) {
  const auto files = RaiseOpenFiles(/*wanted=*/256, /*least=*/1);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_GE(*files, 256u);
  EXPECT_EQ(RaiseOpenFiles(256, /*least=*/*files + 1).status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace hotline::server
