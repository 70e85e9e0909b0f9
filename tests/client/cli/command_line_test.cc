#include "client/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::variant<CommandLine, ParseEnd> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "hotline");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

CommandLine Accepted(const std::vector<const char*>& arguments) {
  const auto parsed = Parse(arguments);
  if (const ParseEnd* end = std::get_if<ParseEnd>(&parsed)) {
    ADD_FAILURE() << end->text;
    return {};
  }
  return std::get<CommandLine>(parsed);
}

ParseEnd Ended(const std::vector<const char*>& arguments) {
  const auto parsed = Parse(arguments);
  if (!std::holds_alternative<ParseEnd>(parsed)) {
    ADD_FAILURE() << "was accepted";
    return {};
  }
  return std::get<ParseEnd>(parsed);
}

class CommandLineTest : public ::testing::Test {
 protected:
  void SetUp() override { unsetenv("HOTLINE_SERVER"); }
  void TearDown() override { unsetenv("HOTLINE_SERVER"); }
};

TEST_F(CommandLineTest, TheServerIsTheFlagElseTheVariableElseLocalhost) {
  EXPECT_EQ(Accepted({"corpus"}).server, "localhost:50051");
  setenv("HOTLINE_SERVER", "archive:1962", 1);
  EXPECT_EQ(Accepted({"corpus"}).server, "archive:1962");
  EXPECT_EQ(Accepted({"corpus", "--server=other:1"}).server, "other:1");
}

TEST_F(CommandLineTest, GlobalFlagsMayStandBeforeOrBehindTheCommand) {
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"--output=json", "--zone", "Europe/Moscow", "days"},
        std::vector<const char*>{"days", "--output", "json", "--zone=Europe/Moscow"}}) {
    const CommandLine line = Accepted(arguments);
    EXPECT_EQ(line.command, Command::kDays);
    EXPECT_TRUE(line.json);
    EXPECT_EQ(line.selection.time_zone(), "Europe/Moscow");
  }
}

TEST_F(CommandLineTest, ListFlagsBecomeAFilter) {
  const CommandLine line = Accepted({"list", "--day", "1962-10-27", "--from=kennedy", "--to", "participants/khrushchev",
                                     "--kind=letter", "--public", "--definite", "--zone=Europe/Moscow"});
  EXPECT_EQ(line.command, Command::kList);
  EXPECT_EQ(line.filter.authors(0), "participants/kennedy");
  EXPECT_EQ(line.filter.recipients(0), "participants/khrushchev");
  EXPECT_EQ(line.filter.kinds(0), v1::DOCUMENT_KIND_LETTER);
  EXPECT_EQ(line.filter.publicity(), v1::PUBLICITY_PUBLIC);
  EXPECT_EQ(line.filter.window().first_day(), "1962-10-27");
  EXPECT_EQ(line.filter.window().last_day(), "1962-10-27");
  EXPECT_EQ(line.filter.window().time_zone(), "Europe/Moscow");
  EXPECT_EQ(line.filter.window().match(), v1::CERTAINTY_DEFINITE);
}

TEST_F(CommandLineTest, DaysMayBeASpanAndTheirSourceMayBeNamed) {
  const CommandLine line = Accepted({"list", "--first-day=1962-10-26", "--last-day=1962-10-27", "--source=frus-6"});
  EXPECT_EQ(line.filter.window().first_day(), "1962-10-26");
  EXPECT_EQ(line.filter.window().last_day(), "1962-10-27");
  EXPECT_EQ(line.filter.source(), "sources/frus-6");
  EXPECT_EQ(Accepted({"list", "--day=1962-10-26", "--source=sources/frus-6"}).filter.source(), "sources/frus-6");
  EXPECT_EQ(Accepted({"list", "--day=1962-10-26", "--source=any"}).filter.source(), "sources/-");
  EXPECT_EQ(Accepted({"search", "cuba", "--source=any"}).filter.source(), "sources/-");
  EXPECT_EQ(Accepted({"list", "--last-day=1962-10-27"}).filter.window().first_day(), "");
}

TEST_F(CommandLineTest, TheWordsOfASearchAreOneQuery) {
  const CommandLine line = Accepted({"search", "missiles", "turk*", "--from=kennedy", "--limit=5", "--zone=UTC"});
  EXPECT_EQ(line.command, Command::kSearch);
  EXPECT_EQ(line.query, "missiles turk*");
  EXPECT_EQ(line.filter.authors(0), "participants/kennedy");
  EXPECT_EQ(line.filter.window().time_zone(), "UTC");
  EXPECT_EQ(line.most_hits, 5);
  EXPECT_EQ(Accepted({"search", "\"naval quarantine\" -berlin"}).query, "\"naval quarantine\" -berlin");
  EXPECT_EQ(Accepted({"search", "--public", "--", "-berlin", "cuba"}).query, "-berlin cuba");
  EXPECT_EQ(Accepted({"search", "cuba"}).most_hits, 20);
}

TEST_F(CommandLineTest, AComparisonNamesTwoSources) {
  const CommandLine line = Accepted({"compare", "finding-aid", "sources/frus-6"});
  EXPECT_EQ(line.command, Command::kCompare);
  EXPECT_EQ(line.first_source, "sources/finding-aid");
  EXPECT_EQ(line.second_source, "sources/frus-6");
}

TEST_F(CommandLineTest, AnExportHasAFormat) {
  EXPECT_EQ(Accepted({"export"}).command, Command::kExport);
  EXPECT_EQ(Accepted({"export"}).format, ExportFormat::kJsonLines);
  EXPECT_EQ(Accepted({"export", "--format=jsonl"}).format, ExportFormat::kJsonLines);
  EXPECT_EQ(Accepted({"export", "--format", "csv"}).format, ExportFormat::kCsv);
}

TEST_F(CommandLineTest, AListWithoutFlagsIsAnEmptyFilter) { EXPECT_EQ(Accepted({"list"}).filter.ByteSizeLong(), 0U); }

TEST_F(CommandLineTest, ANameMayLackItsCollection) {
  EXPECT_EQ(Accepted({"show", "kk-09"}).argument, "documents/kk-09");
  EXPECT_EQ(Accepted({"show", "documents/kk-09"}).argument, "documents/kk-09");
  EXPECT_EQ(Accepted({"thread", "kk-09"}).argument, "documents/kk-09");
  EXPECT_EQ(Accepted({"resolve", "FRUS 1961-63 VI 65"}).argument, "FRUS 1961-63 VI 65");
}

TEST_F(CommandLineTest, PlayFlagsBecomeARequest) {
  const CommandLine line = Accepted({"play", "--day-length=1500ms", "--longest-wait", "2s", "--audience", "moscow",
                                     "--first-day=1962-10-26", "--last-day=1962-10-27", "--position=abc"});
  EXPECT_EQ(line.command, Command::kPlay);
  EXPECT_EQ(line.playback.pace().day_length().seconds(), 1);
  EXPECT_EQ(line.playback.pace().day_length().nanos(), 500'000'000);
  EXPECT_EQ(line.playback.pace().longest_wait().seconds(), 2);
  EXPECT_EQ(line.playback.selection().audience(), "moscow");
  EXPECT_EQ(line.playback.selection().first_day(), "1962-10-26");
  EXPECT_EQ(line.playback.selection().last_day(), "1962-10-27");
  EXPECT_EQ(line.playback.from_position(), "abc");
}

TEST_F(CommandLineTest, APaceThatIsNotNamedIsLeftToTheServer) {
  EXPECT_FALSE(Accepted({"play"}).playback.has_pace());
  EXPECT_EQ(Accepted({"play", "--speed=0"}).playback.pace().speed(), 0);
  EXPECT_TRUE(Accepted({"play", "--speed=0"}).playback.pace().has_speed());
  EXPECT_TRUE(Accepted({"play", "--unpaced"}).playback.pace().unpaced());
}

TEST_F(CommandLineTest, TlsFlagsReachTheConnection) {
  const CommandLine line = Accepted({"corpus", "--tls", "--tls-ca=a.pem", "--tls-cert=b.pem", "--tls-key=c.pem"});
  EXPECT_TRUE(line.connection.tls);
  EXPECT_EQ(line.connection.ca_file, "a.pem");
  EXPECT_EQ(line.connection.cert_file, "b.pem");
  EXPECT_EQ(line.connection.key_file, "c.pem");
}

struct Wrong {
  std::vector<const char*> arguments;
  // Both are in the message.
  const char* name;
  const char* allowed;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << "hotline";
  for (const char* argument : wrong.arguments) *out << ' ' << argument;
}

class WrongCommandLineTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongCommandLineTest, EndsWithTwoAndSaysWhatIsAllowed) {
  const ParseEnd end = Ended(GetParam().arguments);
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.text, StartsWith("hotline: "));
  EXPECT_THAT(end.text, HasSubstr(GetParam().name));
  EXPECT_THAT(end.text, HasSubstr(GetParam().allowed));
  EXPECT_THAT(end.text, HasSubstr("--help' says what is allowed.\n"));
}

INSTANTIATE_TEST_SUITE_P(
    Everything, WrongCommandLineTest,
    ::testing::Values(
        Wrong{{}, "a command is needed", "'hotline --help'"}, Wrong{{"recite"}, "recite", "not expected"},
        Wrong{{"corpus", "days"}, "days", "not expected"}, Wrong{{"corpus", "--colour"}, "--colour", "not expected"},
        Wrong{{"corpus", "--output=xml"}, "--output", "{text,json}"},
        Wrong{{"corpus", "--server="}, "--server=", "needs a value"},
        Wrong{{"--server=", "corpus"}, "--server=", "needs a value"},
        Wrong{{"corpus", "--server", ""}, "--server", "must not be empty"},
        Wrong{{"corpus", "--zone=Europe/Moscow"}, "--zone", "days, play, search, and list by days"},
        Wrong{{"list", "--zone=Europe/Moscow"}, "--zone", "days, play, search, and list by days"},
        Wrong{{"show", "kk-09", "--zone=Europe/Moscow"}, "--zone", "days, play, search, and list by days"},
        Wrong{{"thread", "kk-09", "--zone=Europe/Moscow"}, "--zone", "days, play, search, and list by days"},
        Wrong{{"resolve", "11", "--zone=Europe/Moscow"}, "--zone", "days, play, search, and list by days"},
        Wrong{{"days", "--zone=Mars/Olympus"}, "--zone", "Europe/Moscow"},
        Wrong{{"corpus", "--tls-cert=b.pem"}, "--tls-cert", "--tls-key"},
        Wrong{{"list", "--day=27 October"}, "--day", "write it as 1962-10-27"},
        Wrong{{"list", "--day=1962-02-30"}, "--day", "is not a day"},
        Wrong{{"list", "--kind=memo"}, "--kind", "{letter,statement,address}"},
        Wrong{{"list", "--definite"}, "--definite", "--day"},
        Wrong{{"list", "--source=any"}, "--source", "--day, --first-day or --last-day"},
        Wrong{{"list", "--day=1962-10-27", "--first-day=1962-10-26"}, "--first-day", "--day"},
        Wrong{{"list", "--first-day=1962-10-28", "--last-day=1962-10-27"}, "--first-day", "later than --last-day"},
        Wrong{{"search"}, "QUERY", "required"}, Wrong{{"search", ""}, "QUERY", "empty"},
        Wrong{{"search", "cuba", "--limit=0"}, "--limit", "1"},
        Wrong{{"search", "cuba", "--limit=1001"}, "--limit", "1000"},
        Wrong{{"compare", "finding-aid"}, "SECOND", "required"}, Wrong{{"export", "--format=xml"}, "--format", "csv"},
        Wrong{{"export", "--output=json"}, "--output", "--format"}, Wrong{{"list", "--from"}, "--from", "required"},
        Wrong{{"list", "kk-09"}, "kk-09", "not expected"}, Wrong{{"show"}, "NAME", "required"},
        Wrong{{"show", ""}, "NAME", "must not be empty"}, Wrong{{"show", "kk-08", "kk-09"}, "kk-09", "not expected"},
        Wrong{{"resolve"}, "REFERENCE", "required"}, Wrong{{"thread"}, "NAME", "required"},
        Wrong{{"play", "--day-length=3"}, "--day-length", "3s, 1500ms or 2m"},
        Wrong{{"play", "--day-length=inf"}, "--day-length", "is not a duration"},
        Wrong{{"play", "--longest-wait=soon"}, "--longest-wait", "is not a duration"},
        Wrong{{"play", "--speed=fast"}, "--speed", "fast"},
        Wrong{{"play", "--speed=1", "--day-length=3s"}, "--speed", "--day-length"},
        Wrong{{"play", "--speed=1", "--unpaced"}, "--speed", "--unpaced"},
        Wrong{{"play", "--unpaced", "--day-length=3s"}, "--day-length", "--unpaced"},
        Wrong{{"play", "--unpaced", "--longest-wait=3s"}, "--longest-wait", "--unpaced"},
        Wrong{{"play", "--first-day=1962-10-28", "--last-day=1962-10-27"}, "--first-day", "later"},
        Wrong{{"play", "--last-day=tomorrow"}, "--last-day", "is not a day"}));

TEST_F(CommandLineTest, TextThatIsNotUtf8IsRefusedWhereverItStands) {
  const std::vector<std::vector<const char*>> forms = {{"show"},
                                                       {"thread"},
                                                       {"resolve"},
                                                       {"list", "--from"},
                                                       {"list", "--to"},
                                                       {"corpus", "--server"},
                                                       {"play", "--audience"},
                                                       {"play", "--position"}};
  for (std::vector<const char*> arguments : forms) {
    arguments.push_back("\xff\xfe");
    const ParseEnd end = Ended(arguments);
    EXPECT_EQ(end.exit_code, 2);
    EXPECT_THAT(end.text, HasSubstr("must be UTF-8"));
  }
}

TEST_F(CommandLineTest, Utf8IsWhatUnicodeSaysItIs) {
  for (const char* text : {"Хрущёв", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80"}) {
    EXPECT_EQ(Accepted({"resolve", text}).argument, text);
  }
  // Cut off, without a beginning, overlong, a surrogate, beyond Unicode, no continuation.
  for (const char* text : {"\xd0", "\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xd0z"}) {
    EXPECT_THAT(Ended({"resolve", text}).text, HasSubstr("must be UTF-8"));
  }
}

TEST_F(CommandLineTest, AValueMayEndInAnEqualsSign) {
  EXPECT_EQ(Accepted({"play", "--position=abc="}).playback.from_position(), "abc=");
  EXPECT_EQ(Accepted({"play", "--position", "abc="}).playback.from_position(), "abc=");
}

TEST_F(CommandLineTest, HelpSaysRangesDefaultsAndWhatExcludesWhat) {
  std::string help = Ended({"play", "--help"}).text + Ended({"--help"}).text;
  // However it is wrapped.
  help = absl::StrJoin(absl::StrSplit(help, absl::ByAnyChar(" \n"), absl::SkipEmpty()), " ");
  for (const char* text :
       {"3s; 8.64ms to 2400h; excludes --speed and --unpaced", "0.01 to 10000000; default 3600",
        "excludes --day-length and --unpaced", "excludes --day-length, --speed and --longest-wait",
        "1ms to 24h; default none", "implies --tls, needs --tls-cert", "Of days, play, search and list --day"}) {
    EXPECT_THAT(help, HasSubstr(text));
  }
}

TEST_F(CommandLineTest, HealthIsOfTheWholeServerOrOfAService) {
  EXPECT_EQ(Accepted({"health"}).command, Command::kHealth);
  EXPECT_EQ(Accepted({"health"}).argument, "");
  EXPECT_EQ(Accepted({"health", "--service", "liveness"}).argument, "liveness");
}

TEST_F(CommandLineTest, TheHintNamesTheCommand) {
  EXPECT_THAT(Ended({"list", "--definite"}).text, HasSubstr("'hotline list --help'"));
}

TEST_F(CommandLineTest, EveryCommandHasHelpWithin80Columns) {
  const std::string overview = Ended({"--help"}).text;
  for (const char* command :
       {"corpus", "list", "show", "search", "compare", "resolve", "thread", "days", "export", "play", "health"}) {
    EXPECT_THAT(overview, HasSubstr(command));
    const ParseEnd end = Ended({command, "--help"});
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_THAT(end.text, HasSubstr(std::string("Usage: hotline ") + command));
    EXPECT_LE(WidestLine(end.text), 80) << end.text;
  }
  EXPECT_LE(WidestLine(overview), 80) << overview;
}

TEST_F(CommandLineTest, TheVersionIsPrinted) {
  const ParseEnd end = Ended({"--version"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.text, ::testing::MatchesRegex("hotline [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace hotline::cli
