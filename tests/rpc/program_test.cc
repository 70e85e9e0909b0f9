// hotlined as a program: flags, corpora, signals.

#include <signal.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace hotline::server {
namespace {

using ::hotline::tests::Process;
using ::hotline::tests::TemporaryFolder;
using ::testing::HasSubstr;

std::vector<std::string> Hotlined(std::vector<std::string> flags) {
  flags.insert(flags.begin(), HOTLINED);
  return flags;
}

struct Ended {
  int code;
  std::string out;
  std::string err;
};

Ended RunToEnd(const std::vector<std::string>& flags) {
  Process process(Hotlined(flags));
  const int code = process.Wait().value_or(-1);
  return {code, process.standard_output(), process.standard_error()};
}

// The address that a started server tells.
std::string AddressOf(Process& process) {
  const std::string line = process.WaitForLine("listening on ").value_or("");
  return line.substr(line.rfind(' ') + 1);
}

TEST(ProgramTest, CheckPrintsWhatTheShippedCorpusHolds) {
  const Ended ended = RunToEnd({"--check"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("entries    14"));
  EXPECT_THAT(ended.out, HasSubstr("documents  13"));
  for (const char* disputed : {"kk-01", "kk-02", "kk-06", "kk-09"}) EXPECT_THAT(ended.out, HasSubstr(disputed));
  EXPECT_THAT(ended.out, HasSubstr("0 errors"));
}

TEST(ProgramTest, HelpShowsEveryFlagWithItsDefault) {
  const std::string help = RunToEnd({"--help"}).out;
  for (const char* flag : {"--listen", "--corpus", "--check", "--max_playbacks", "--drain_window"}) {
    EXPECT_THAT(help, HasSubstr(flag));
  }
  EXPECT_THAT(help, HasSubstr("default: 127.0.0.1:50051"));
}

TEST(ProgramTest, BadFlagsAreRefusedByName) {
  for (const auto& [flag, words] : std::vector<std::pair<std::string, std::string>>{
           {"--lisen=127.0.0.1:0", "lisen"},
           {"--max_playbacks=none", "max_playbacks"},
           {"--max_playbacks=0", "--max_playbacks is 0; allowed are 1 to 1000000"},
           {"--drain_window=-1s", "--drain_window is -1s; allowed are 0 to 1h"},
           {"--listen=", "--listen names no address"},
           {"serve", "\"serve\" is no flag"}}) {
    const Ended ended = RunToEnd({flag});
    EXPECT_EQ(ended.code, 1) << flag;
    EXPECT_THAT(ended.err, HasSubstr(words)) << flag;
  }
}

TEST(ProgramTest, ACorpusFolderWithoutAFindingAidIsRefused) {
  const TemporaryFolder folder;
  const Ended ended = RunToEnd({"--corpus=" + folder.path(), "--listen=127.0.0.1:0"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("finding_aid.txt"));
  EXPECT_EQ(RunToEnd({"--corpus=" + folder.path(), "--check"}).code, 1);
  EXPECT_EQ(RunToEnd({"--corpus=" + folder.path() + "/nowhere", "--check"}).code, 1);
}

TEST(ProgramTest, AnInconsistentCorpusIsRefusedWithEveryFault) {
  const TemporaryFolder folder;
  folder.Write("finding_aid.txt", "Title\n\n1. Kennedy to Khrushchev, 21 October 1962\n");
  folder.Write("curation.textproto", "default_time_zone: \"Mars/Olympus\"\ndocuments { id: \"Bad Id\" }\n");
  const Ended ended = RunToEnd({"--corpus=" + folder.path(), "--listen=127.0.0.1:0"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("curation.textproto:1: error"));
  EXPECT_THAT(ended.err, HasSubstr("curation.textproto:2: error"));
  EXPECT_THAT(ended.err, HasSubstr("Mars/Olympus"));
}

TEST(ProgramTest, AFindingAidWithoutCurationIsServedAsItIs) {
  const TemporaryFolder folder;
  folder.Write("finding_aid.txt",
               "Title\n\n1. Kennedy to Khrushchev, 21 October 1962\n2. Khrushchev to Kennedy - 22 "
               "October\n");
  Process process(Hotlined({"--corpus=" + folder.path(), "--listen=127.0.0.1:0"}));
  const auto stub =
      v1::ArchiveService::NewStub(grpc::CreateChannel(AddressOf(process), grpc::InsecureChannelCredentials()));
  Context context;
  v1::ListDocumentsResponse response;
  ASSERT_TRUE(stub->ListDocuments(&context, {}, &response).ok());
  ASSERT_EQ(response.documents_size(), 2);
  EXPECT_TRUE(response.documents(1).dates(0).date().inferred());
}

TEST(ProgramTest, APortInUseIsRefused) {
  RunningServer server;
  const Ended ended = RunToEnd({"--listen=" + server.address()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("cannot listen on " + server.address()));
}

TEST(ProgramTest, ListensOnEveryAddressThatIsNamedHoweverItIs) {
  Process process(Hotlined({"--listen=127.0.0.1:0,127.0.0.1:0", "--listen", "127.0.0.1:0"}));
  ASSERT_TRUE(process.WaitForLine("listening on ").has_value());
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 0);
  const std::string log = process.standard_error();
  std::size_t lines = 0;
  for (std::size_t at = log.find("listening on"); at != log.npos; at = log.find("listening on", at + 1)) ++lines;
  EXPECT_EQ(lines, 3u);
}

TEST(ProgramTest, SigtermClosesPlaybacksWithDrainingAndExitsWithZero) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Process process(Hotlined({"--listen=127.0.0.1:0"}));
    {
      // Gone before the process is waited for: an idle channel answers the server's GOAWAY only every five seconds.
      const auto stub =
          v1::TimelineService::NewStub(grpc::CreateChannel(AddressOf(process), grpc::InsecureChannelCredentials()));
      v1::StreamTimelineRequest request;
      request.mutable_pace()->set_speed(1);
      Context context;
      const auto reader = stub->StreamTimeline(&context, request);
      v1::StreamTimelineResponse message;
      ASSERT_TRUE(reader->Read(&message));
      process.Signal(signal);
      while (reader->Read(&message)) {
      }
      EXPECT_EQ(message.closing().reason(), v1::CLOSING_REASON_DRAINING);
      EXPECT_NE(message.position(), "");
      EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
    }
    EXPECT_EQ(process.Wait(), 0);
  }
}

TEST(ProgramTest, SighupReadsTheCorpusAgainAndKeepsTheOldOneWhereTheNewIsBad) {
  const TemporaryFolder folder;
  folder.Write("finding_aid.txt", "Letters\n\n1. Kennedy to Khrushchev, 21 October 1962\n");
  Process process(Hotlined({"--listen=127.0.0.1:0", "--corpus=" + folder.path()}));
  const auto stub =
      v1::ArchiveService::NewStub(grpc::CreateChannel(AddressOf(process), grpc::InsecureChannelCredentials()));
  const auto documents = [&stub] {
    Context context;
    v1::ListDocumentsResponse response;
    EXPECT_TRUE(stub->ListDocuments(&context, {}, &response).ok());
    return response.documents_size();
  };
  EXPECT_EQ(documents(), 1);
  folder.Write("finding_aid.txt",
               "Letters\n\n1. Kennedy to Khrushchev, 21 October 1962\n\n2. Khrushchev to Kennedy, 23 October 1962\n");
  process.Signal(SIGHUP);
  EXPECT_THAT(process.WaitForLine("SIGHUP: serving revision ").value_or(""), HasSubstr(", 2 documents"));
  EXPECT_EQ(documents(), 2);
  folder.Write("curation.textproto", "documents {\n  id: 5\n}\n");
  process.Signal(SIGHUP);
  EXPECT_TRUE(process.WaitForLine("SIGHUP: the corpus cannot be served").has_value());
  EXPECT_THAT(process.standard_error(), HasSubstr("curation.textproto:2"));
  EXPECT_EQ(documents(), 2);
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 0);
}

// How many bytes a process has read so far.
std::uint64_t BytesReadBy(pid_t pid) {
  std::ifstream io(absl::StrCat("/proc/", pid, "/io"));
  std::string name;
  std::uint64_t bytes = 0;
  io >> name >> bytes;
  return name == "rchar:" ? bytes : 0;
}

// It ended the process: what rotates files and tells everybody would have taken a server away that was only starting.
TEST(ProgramTest, ASighupWhileTheCorpusIsFirstReadWaitsUntilThatIsDone) {
  const TemporaryFolder folder;
  folder.Write("finding_aid.txt", "Letters\n\n1. Kennedy to Khrushchev, 21 October 1962\n");
  std::string curation =
      "default_time_zone: \"UTC\" finding_aid_source: \"aid\" sources { id: \"aid\" short_name: \"aid\" title: \"Aid\" "
      "}\n";
  for (int i = 0; i < 20'000; ++i) {
    absl::StrAppend(&curation, "documents { id: \"letter-", i, "\" ", i == 0 ? "positions: 1 " : "",
                    "kind: DOCUMENT_KIND_LETTER title: \"A letter that is one of very many\" }\n");
  }
  folder.Write("curation.textproto", curation);
  Process process(Hotlined({"--corpus=" + folder.path(), "--listen=127.0.0.1:0"}));
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (BytesReadBy(process.pid()) < curation.size() && absl::Now() < deadline) std::this_thread::yield();
  process.Signal(SIGHUP);
  EXPECT_THAT(process.WaitForLine("SIGHUP: serving revision ").value_or(process.standard_error()),
              HasSubstr(", 20000 documents"));
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 0);
}

TEST(ProgramTest, ListensOnAUnixSocket) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + folder.path() + "/hotline.sock";
  Process process(Hotlined({"--listen=" + address}));
  ASSERT_EQ(AddressOf(process), address);
  const auto stub = v1::ArchiveService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  Context context;
  v1::GetCorpusResponse response;
  EXPECT_TRUE(stub->GetCorpus(&context, {}, &response).ok());
}

}  // namespace
}  // namespace hotline::server
