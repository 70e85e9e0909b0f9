#include "server/rpc/log_writer.h"

#include <signal.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/rpc/acceptor.h"

namespace hotline::server {
namespace {

class LogWriterTest : public ::testing::Test {
 protected:
  LogWriterTest() {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    reader_ = FileDescriptor(ends[0]);
    sink_ = FileDescriptor(ends[1]);
  }
  // What was written, up to the end of the pipe, or what there is.
  std::string ReadAll() {
    std::string all;
    char buffer[65536];
    for (ssize_t got; (got = read(reader_.get(), buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }

  FileDescriptor reader_;
  FileDescriptor sink_;
};

TEST_F(LogWriterTest, WritesEveryLineInOrder) {
  std::string expected;
  {
    LogWriter writer(sink_.get());
    for (int i = 0; i < 500; ++i) {
      const std::string line = absl::StrCat("line ", i, "\n");
      writer.Add(LogWriter::Urgency::kCanWait, [&](std::string* pending) { pending->append(line); });
      expected += line;
    }
    writer.Flush();
    EXPECT_EQ(writer.dropped_lines(), 0u);
  }
  sink_.Close();
  EXPECT_EQ(ReadAll(), expected);
}

TEST_F(LogWriterTest, AReaderThatDoesNotReadHoldsNobodyUpAndWhatIsTooMuchIsDroppedAndCounted) {
  const std::string line(999, 'x');
  LogWriter writer(sink_.get());
  const int lines = static_cast<int>(3 * LogWriter::kMostPending / 1'000);
  for (int i = 0; i < lines; ++i) {
    writer.Add(LogWriter::Urgency::kCanWait, [&](std::string* pending) { absl::StrAppend(pending, line, "\n"); });
  }
  EXPECT_GT(writer.dropped_lines(), 0u);
  // Its end does not wait for the reader either.
}

TEST_F(LogWriterTest, AReaderThatIsGoneIsNoReasonToStop) {
  signal(SIGPIPE, SIG_IGN);
  reader_.Close();
  LogWriter writer(sink_.get());
  writer.Add(LogWriter::Urgency::kAtOnce, [](std::string* pending) { pending->append("to nobody\n"); });
  writer.Flush();
  writer.Add(LogWriter::Urgency::kAtOnce, [](std::string* pending) { pending->append("to nobody\n"); });
  writer.Flush();
  EXPECT_EQ(writer.dropped_lines(), 0u);
}

}  // namespace
}  // namespace hotline::server
