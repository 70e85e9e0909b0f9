#include "tests/support/process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace hotline::tests {
namespace {

std::vector<std::string> Sh(const std::string& script) { return {"/bin/sh", "-c", script}; }

TEST(ProcessTest, GathersBothOutputsAndTheExitCode) {
  Process process(Sh("echo to output; echo to error >&2; exit 7"));
  EXPECT_EQ(process.Wait(), 7);
  EXPECT_EQ(process.standard_output(), "to output\n");
  EXPECT_EQ(process.standard_error(), "to error\n");
}

TEST(ProcessTest, FindsALineOnEitherOutputWhileTheProgramRuns) {
  Process process(Sh("echo one; echo listening on 7 >&2; kill -STOP $$"));
  EXPECT_EQ(process.WaitForLine("listening on "), "listening on 7");
  EXPECT_EQ(process.WaitForLine("one"), "one");
  EXPECT_EQ(process.Wait(absl::ZeroDuration()), std::nullopt);
}

TEST(ProcessTest, ALineThatNeverComesIsAbsent) {
  Process process(Sh("printf 'no newline'"));
  EXPECT_EQ(process.WaitForLine("newline"), "no newline");
  EXPECT_EQ(process.WaitForLine("another"), std::nullopt);
}

TEST(ProcessTest, ASignalGivesItsNumberAbove128) {
  Process process(Sh("kill -STOP $$"));
  process.Signal(SIGKILL);
  EXPECT_EQ(process.Wait(), 128 + SIGKILL);
  process.Signal(SIGKILL);
}

TEST(ProcessTest, TheEnvironmentIsAddedTo) {
  Process process(Sh("echo $HOTLINE_SERVER; test -n \"$PATH\""), {"HOTLINE_SERVER=here"});
  EXPECT_EQ(process.Wait(), 0);
  EXPECT_EQ(process.standard_output(), "here\n");
}

}  // namespace
}  // namespace hotline::tests
