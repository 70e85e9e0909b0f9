// The program `hotline` against the server `hotlined`, both as they are shipped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/timeline_service.pb.h"
#include "tests/client/cli/sample_corpus.h"
#include "tests/client/cli/server.h"
#include "tests/support/process.h"
#include "tests/support/pseudo_terminal.h"
#include "tests/support/temporary_folder.h"

namespace hotline::cli {
namespace {

using ::hotline::tests::Process;
using ::hotline::tests::TemporaryFolder;
using ::hotline::tests::TerminalProgram;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kNobodyListens[] = "127.0.0.1:1";

struct Result {
  int exit_code = -1;
  std::string output;
  std::string error;
};

Result Finish(Process& process) {
  const std::optional<int> exit_code = process.Wait(absl::Seconds(60));
  EXPECT_TRUE(exit_code.has_value()) << "does not end";
  return {exit_code.value_or(-1), process.standard_output(), process.standard_error()};
}

Result RunShell(const std::string& script, const std::vector<std::string>& environment) {
  Process shell({"/bin/sh", "-c", script}, environment);
  return Finish(shell);
}

// A server and what clients of it print.
class ServerWithClients : public Server {
 public:
  Result Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), HOTLINE_PROGRAM);
    Process client(arguments, environment());
    return Finish(client);
  }

  // The program must succeed, silently but for its output.
  std::string Output(const std::vector<std::string>& arguments) const {
    const Result result = Run(arguments);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.error, IsEmpty());
    return result.output;
  }
};

class CliProgramTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServerWithClients(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static ServerWithClients* server_;
};

ServerWithClients* CliProgramTest::server_ = nullptr;

template <typename Response>
std::vector<Response> ParseLines(const std::string& output) {
  std::vector<Response> responses;
  for (const std::string& line : LinesOf(output)) {
    const auto status = google::protobuf::util::JsonStringToMessage(line, &responses.emplace_back());
    EXPECT_TRUE(status.ok()) << status.ToString() << " in " << line;
  }
  return responses;
}

int CountLinesWith(const std::string& text, const std::string& wanted) {
  int count = 0;
  for (const std::string& line : LinesOf(text)) count += line.find(wanted) != std::string::npos ? 1 : 0;
  return count;
}

// Runs the client on a terminal of 100 columns and returns what that would have shown.
std::string OnTerminal(const Server& server, const std::vector<std::string>& arguments, const std::string& variable) {
  std::vector<std::string> words = {HOTLINE_PROGRAM, "--server=" + server.address()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  TerminalProgram program(words, {"TERM=xterm", variable}, 24, 100);
  const std::string shown = program.ReadToEnd();
  EXPECT_EQ(program.Wait(), 0);
  return shown;
}

TEST_F(CliProgramTest, CorpusSaysWhatTheServerHolds) {
  const std::string output = server_->Output({"corpus"});
  EXPECT_THAT(output, HasSubstr("Kennedy - Khrushchev Correspondence on Cuba Crisis\n"));
  EXPECT_THAT(output, ContainsRegex("13 documents with [0-9]+ events; the finding aid lists them in 14"));
  EXPECT_THAT(output, ContainsRegex("khrushchev +Nikita S. Khrushchev +Moscow"));
  EXPECT_LE(WidestLine(output), 80);
}

TEST_F(CliProgramTest, ListHas13DocumentsAnd14Entries) {
  const std::string output = server_->Output({"list"});
  EXPECT_EQ(CountLinesWith(output, "kk-"), 13);
  EXPECT_THAT(output, HasSubstr("13 documents, 14 entries in the finding aid\n"));
  EXPECT_THAT(output, ContainsRegex("kk-09  27 Oct or 26 Oct: +public letter"));
  EXPECT_LE(WidestLine(output), 80);
}

TEST_F(CliProgramTest, ListOfADaySaysWhatIsCertain) {
  const std::string possible = server_->Output({"list", "--day=1962-10-27"});
  EXPECT_THAT(possible, ContainsRegex("kk-10 .*certain"));
  EXPECT_THAT(possible, ContainsRegex("kk-09 .*possible"));
  const std::string definite = server_->Output({"list", "--day=1962-10-27", "--definite"});
  EXPECT_THAT(definite, HasSubstr("kk-10"));
  EXPECT_THAT(definite, Not(HasSubstr("kk-09")));
  // By Moscow's midnight the broadcast letter is certainly of the 27th.
  EXPECT_THAT(server_->Output({"list", "--day=1962-10-27", "--definite", "--zone=Europe/Moscow"}), HasSubstr("kk-09"));
}

TEST_F(CliProgramTest, SearchShowsHitsWithTheirWordsMarkedAndTheFacets) {
  const std::string output = server_->Output({"search", "missiles", "turkey"});
  EXPECT_THAT(output, HasSubstr("1  kk-09  Khrushchev to Kennedy: the public letter on *Turkey*"));
  EXPECT_THAT(output, HasSubstr("*missiles* in *Turkey*"));
  EXPECT_THAT(output, HasSubstr("author     Nikita S. Khrushchev (1)"));
  EXPECT_LE(WidestLine(output), 80);
  const std::string few = server_->Output({"search", "khrushchev", "--limit=2"});
  EXPECT_THAT(few, HasSubstr("of which the best 2 are shown"));
  EXPECT_THAT(server_->Output({"search", "--", "-turkey", "khrushchev"}), Not(HasSubstr("kk-09")));
  const auto responses =
      ParseLines<v1::SearchDocumentsResponse>(server_->Output({"--output=json", "search", "turkey"}));
  ASSERT_THAT(responses, SizeIs(1));
  EXPECT_GT(responses[0].hits_size(), 0);
}

TEST_F(CliProgramTest, AMalformedSearchIsShownWithItsPlace) {
  const Result result = server_->Run({"search", "kennedy AND turkey"});
  EXPECT_EQ(result.exit_code, 67);
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_THAT(result.error, HasSubstr("hotline:   kennedy AND turkey\nhotline:           ^^^\n"));
  EXPECT_THAT(result.error, HasSubstr("query (QUERY)"));
}

TEST_F(CliProgramTest, CompareTellsTheFindingAidFromTheEdition) {
  const std::string output = server_->Output({"compare", "finding-aid", "frus-6"});
  EXPECT_THAT(output, ContainsRegex("kk-06 +25 Oct +24 Oct +FRUS 1 day earlier"));
  EXPECT_THAT(output, ContainsRegex("kk-10 +27 Oct +- +only finding aid"));
  EXPECT_THAT(output, HasSubstr("13 documents: they agree on 8, differ on 4, only finding aid dates 1\n"));
  EXPECT_LE(WidestLine(output), 80);
  const auto responses =
      ParseLines<v1::CompareSourcesResponse>(server_->Output({"compare", "finding-aid", "frus-6", "--output=json"}));
  ASSERT_THAT(responses, SizeIs(1));
  EXPECT_EQ(responses[0].comparisons_size(), 13);
  EXPECT_THAT(server_->Run({"compare", "finding-aid", "pravda"}).error, HasSubstr("second_source (SECOND)"));
}

TEST_F(CliProgramTest, ListByTheDatesOfAnySourceNamesWhatOnlyOneHas) {
  const std::string output = server_->Output({"list", "--day=1962-10-26", "--zone=Europe/Moscow", "--source=any"});
  EXPECT_THAT(output, HasSubstr("kk-09"));
  EXPECT_THAT(server_->Output({"list", "--day=1962-10-26", "--zone=Europe/Moscow"}), Not(HasSubstr("kk-09")));
}

TEST_F(CliProgramTest, ListFiltersByWriterReaderKindAndPublicity) {
  EXPECT_THAT(server_->Output({"list", "--kind=address"}), HasSubstr("1 document, 1 entry in the finding aid"));
  const std::string output = server_->Output({"list", "--from=khrushchev", "--to=participants/kennedy", "--public"});
  EXPECT_THAT(output, HasSubstr("kk-09"));
  EXPECT_THAT(output, Not(HasSubstr("kk-08")));
  EXPECT_THAT(output, Not(HasSubstr("kk-13")));
}

TEST_F(CliProgramTest, ShowGivesBothClaimsThePreferredOneMarked) {
  const std::string output = server_->Output({"show", "kk-09"});
  EXPECT_THAT(output, ContainsRegex("  1962-10-27 +1962-10-26\n"));
  EXPECT_THAT(output, ContainsRegex("  FRUS \\(preferred\\) +finding aid\n"));
  EXPECT_THAT(output, ContainsRegex("27 Oct 10:00  27 Oct 17:00  broadcast"));
  EXPECT_THAT(output, HasSubstr("position 9, printed number 9"));
  EXPECT_LE(WidestLine(output), 80);
}

TEST_F(CliProgramTest, ResolveFindsBothMeaningsOfEleven) {
  const std::string output = server_->Output({"resolve", "11"});
  EXPECT_THAT(output, HasSubstr("ambiguous"));
  EXPECT_THAT(output, HasSubstr("\nkk-11  "));
  EXPECT_THAT(output, HasSubstr("\nkk-12  "));
  EXPECT_LE(WidestLine(output), 80);
  EXPECT_THAT(server_->Output({"resolve", "Embtel 1101"}), HasSubstr("means one document.\n\nkk-08  "));
}

TEST_F(CliProgramTest, ThreadShowsWhoAnswersWhat) {
  const std::string output = server_->Output({"thread", "kk-09"});
  EXPECT_THAT(output, HasSubstr("answers kk-08 after"));
  EXPECT_THAT(output, HasSubstr("│ ◀── kk-08"));
  EXPECT_LE(WidestLine(output), 80);
}

TEST_F(CliProgramTest, DaysAreThoseOfTheZone) {
  const std::string output = server_->Output({"days"});
  EXPECT_THAT(output, ContainsRegex("Sat 27 October 1962  (█)+ +[0-9]+ events of [0-9]+ documents\n"));
  EXPECT_THAT(output, HasSubstr("8 days of America/New_York"));
  EXPECT_THAT(server_->Output({"days", "--zone=Europe/Moscow"}), HasSubstr("Mon 29 October 1962"));
}

TEST_F(CliProgramTest, PlayShowsEveryDayAndBothClocks) {
  const std::string output = server_->Output({"play", "--unpaced"});
  EXPECT_THAT(output, ContainsRegex("── Saturday, 27 October 1962 - [0-9]+ events ─"));
  EXPECT_THAT(output, ContainsRegex("\n16:35  released +kk-13 │ 29 Oct 00:35\n"));
  EXPECT_THAT(output, HasSubstr("hour not recorded"));
  EXPECT_THAT(output, ContainsRegex("The end: [0-9]+ events of 13 documents.\n$"));
  EXPECT_LE(WidestLine(output), 80);
}

TEST_F(CliProgramTest, PlayForAnAudienceSaysWhoseViewItIsAndLeavesOutWhatItDidNotKnow) {
  const std::string output = server_->Output({"play", "--unpaced", "--audience=moscow"});
  EXPECT_THAT(output, HasSubstr("As Moscow knew it"));
  EXPECT_THAT(output, Not(HasSubstr("drafted")));
}

TEST_F(CliProgramTest, JsonIsOneResponseALineAndNothingElse) {
  EXPECT_EQ(
      ParseLines<v1::GetCorpusResponse>(server_->Output({"corpus", "--output=json"})).at(0).corpus().document_count(),
      13);
  const auto list = ParseLines<v1::ListDocumentsResponse>(server_->Output({"list", "--output=json"}));
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].documents_size(), 13);
  EXPECT_EQ(ParseLines<v1::GetDocumentResponse>(server_->Output({"show", "kk-09", "--output=json"}))
                .at(0)
                .document()
                .dates(0)
                .date()
                .edtf(),
            "1962-10-27");
  EXPECT_EQ(
      ParseLines<v1::ResolveReferenceResponse>(server_->Output({"resolve", "11", "--output=json"})).at(0).outcome(),
      v1::REFERENCE_OUTCOME_AMBIGUOUS);
  EXPECT_GT(ParseLines<v1::GetThreadResponse>(server_->Output({"thread", "kk-09", "--output=json"})).at(0).edges_size(),
            0);
  EXPECT_EQ(ParseLines<v1::ListDaysResponse>(server_->Output({"days", "--output=json"})).at(0).days_size(), 8);
}

TEST_F(CliProgramTest, JsonOfPlayIsEachMessageFromOpenedToClosing) {
  const auto responses =
      ParseLines<v1::StreamTimelineResponse>(server_->Output({"play", "--unpaced", "--output=json"}));
  ASSERT_GE(responses.size(), 3U);
  EXPECT_TRUE(responses.front().has_opened());
  EXPECT_EQ(responses.back().closing().reason(), v1::CLOSING_REASON_END);
  int64_t next = 0;
  for (const v1::StreamTimelineResponse& response : responses) {
    for (const v1::TimelineItem& item : response.items()) EXPECT_EQ(item.ordinal(), next++);
  }
  EXPECT_EQ(next, responses.front().opened().item_count());
}

TEST_F(CliProgramTest, ExitCodesTellWhatFailed) {
  const Result unknown = server_->Run({"show", "kk-99"});
  EXPECT_EQ(unknown.exit_code, 69);
  EXPECT_THAT(unknown.error, HasSubstr("kk-99"));
  EXPECT_THAT(unknown.error, HasSubstr("'hotline list' shows the names"));
  EXPECT_THAT(unknown.output, IsEmpty());
  EXPECT_EQ(server_->Run({"resolve", "d99999"}).exit_code, 69);
  EXPECT_EQ(server_->Run({"list", "--kind=memo"}).exit_code, 2);
}

TEST_F(CliProgramTest, HealthIsThatOfTheServerOrOfAService) {
  const Result server = server_->Run({"health"});
  EXPECT_EQ(server.exit_code, 0) << server.error;
  EXPECT_EQ(server.output, "SERVING\n");
  EXPECT_EQ(server_->Run({"health", "--service=hotline.v1.TimelineService"}).output, "SERVING\n");
  const Result unknown = server_->Run({"health", "--service=hotline.v1.Nobody"});
  EXPECT_EQ(unknown.exit_code, 69);
  EXPECT_THAT(unknown.output, IsEmpty());
}

TEST_F(CliProgramTest, ARefusedFieldIsNamedWithItsFlag) {
  const Result audience = server_->Run({"play", "--audience=paris"});
  EXPECT_EQ(audience.exit_code, 67);
  EXPECT_THAT(audience.error, HasSubstr("selection.audience (--audience): "));
  EXPECT_THAT(server_->Run({"play", "--speed=0"}).error, HasSubstr("(--speed): "));
  EXPECT_THAT(server_->Run({"show", "no/such/name"}).error, HasSubstr("name (NAME): "));
  EXPECT_THAT(server_->Run({"play", "--position=nonsense"}).error, HasSubstr("leave --position out"));
}

TEST_F(CliProgramTest, WithoutAServerItSaysSoAndHowToNameAnother) {
  Process client({HOTLINE_PROGRAM, "corpus", "--server", kNobodyListens});
  const Result result = Finish(client);
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.error, HasSubstr("cannot reach 127.0.0.1:1: "));
  EXPECT_THAT(result.error, HasSubstr("is hotlined running? --server or $HOTLINE_SERVER names another"));
  EXPECT_THAT(result.output, IsEmpty());
}

TEST_F(CliProgramTest, AReaderThatGoesAwayEndsAPlaybackQuietly) {
  const Result result = RunShell("{ '" HOTLINE_PROGRAM "' play --day-length=200ms; echo code $? >&2; } | head -1",
                                 server_->environment());
  EXPECT_EQ(result.output, "Kennedy - Khrushchev Correspondence on Cuba Crisis\n");
  EXPECT_EQ(result.error, "code 0\n");
}

TEST_F(CliProgramTest, AFullDiskIsAnError) {
  const Result result = RunShell("'" HOTLINE_PROGRAM "' corpus >/dev/full", server_->environment());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.error, HasSubstr("cannot write to standard output"));
}

TEST_F(CliProgramTest, HelpOnAFullDiskIsAnError) {
  const Result result = RunShell("'" HOTLINE_PROGRAM "' --help >/dev/full", {});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.error, HasSubstr("cannot write to standard output"));
}

TEST_F(CliProgramTest, ATlsDirectoryIsAnErrorWithItsFlag) {
  const Result result = server_->Run({"corpus", "--tls-ca=/"});
  EXPECT_EQ(result.exit_code, 67);
  EXPECT_EQ(result.error, "hotline: ca_file (--tls-ca): cannot read /: Is a directory\n");
}

TEST_F(CliProgramTest, AFailedHandshakeIsToldInOneLineThatNamesTls) {
  const Result result = server_->Run({"corpus", "--tls"});
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.error, HasSubstr("andshake"));
  EXPECT_THAT(result.error, HasSubstr("--tls"));
  EXPECT_THAT(LinesOf(result.error), SizeIs(1)) << result.error;
}

TEST_F(CliProgramTest, APipeHasNoColourAndATerminalHasUnlessNoColorIsSet) {
  for (const std::string command : {"corpus", "list", "days"}) {
    const std::string piped = server_->Output({command});
    EXPECT_EQ(piped.find('\x1b'), std::string::npos);
    const std::string coloured = OnTerminal(*server_, {command}, "NO_COLOR=");
    EXPECT_NE(coloured.find("\x1b["), std::string::npos);
    EXPECT_EQ(WithoutEscapes(coloured), piped);
    EXPECT_EQ(OnTerminal(*server_, {command}, "NO_COLOR=1"), piped);
  }
}

TEST_F(CliProgramTest, PlayUsesAWiderTerminal) {
  const std::string shown = OnTerminal(*server_, {"play", "--unpaced"}, "NO_COLOR=1");
  EXPECT_EQ(WidestLine(shown), 100);
}

TEST_F(CliProgramTest, AnInterruptEndsAPlaybackAndItsPositionGoesOn) {
  Process client({HOTLINE_PROGRAM, "play", "--day-length=1h"}, server_->environment());
  // Items are seen when they come: the day is there long before the playback ends.
  ASSERT_TRUE(client.WaitForLine("Sunday, 21 October 1962"));
  client.Signal(SIGINT);
  const Result result = Finish(client);
  EXPECT_EQ(result.exit_code, 130);
  const std::size_t flag = result.error.find("--position=");
  ASSERT_NE(flag, std::string::npos) << result.error;
  const std::string position = result.error.substr(flag, result.error.find('\n', flag) - flag);

  const std::string rest = server_->Output({"play", "--unpaced", position});
  EXPECT_THAT(rest, HasSubstr("From the position given: 21 October 1962"));
  EXPECT_THAT(rest, HasSubstr("The end: "));
}

TEST_F(CliProgramTest, AStraySignalLeavesThePlaybackInterruptible) {
  Process client({HOTLINE_PROGRAM, "play", "--day-length=400ms"}, server_->environment());
  ASSERT_TRUE(client.WaitForLine("Sunday, 21 October 1962"));
  client.Signal(SIGUSR1);
  // By then it was taken.
  ASSERT_TRUE(client.WaitForLine("Monday, 22 October 1962"));
  client.Signal(SIGTERM);
  EXPECT_EQ(Finish(client).exit_code, 130);
}

// The body of a playback, which is the same at any pace.
std::string WithoutOpening(const std::string& output) { return output.substr(output.find("\n\n")); }

TEST_F(CliProgramTest, APlaybackOutlivesItsServerWithoutLossOrRepetition) {
  const TemporaryFolder folder;
  const std::string address = absl::StrCat("unix:", folder.path(), "/socket");
  const std::string whole = server_->Output({"play", "--unpaced"});

  // Without a lame duck, which would outlast the playback.
  auto first = std::make_unique<Server>(address, std::vector<std::string>{"--lame_duck=0"});
  Process client({HOTLINE_PROGRAM, "play", "--day-length=400ms", "--server", address});
  ASSERT_TRUE(client.WaitForLine("Monday, 22 October 1962"));
  first->process().Signal(SIGTERM);
  ASSERT_TRUE(first->process().Wait());
  const Server second(address);

  const Result result = Finish(client);
  EXPECT_EQ(result.exit_code, 0) << result.error;
  EXPECT_THAT(result.error, HasSubstr("the server is going away; resuming"));
  EXPECT_THAT(result.error, HasSubstr("the playback goes on in a new call, nothing lost"));
  EXPECT_EQ(WithoutOpening(result.output), WithoutOpening(whole));
}

}  // namespace
}  // namespace hotline::cli
