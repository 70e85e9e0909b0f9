#include "tests/bench/server_under_test.h"

#include <signal.h>

#include <optional>

#include "absl/strings/str_cat.h"

namespace hotline::bench {
namespace {

constexpr absl::Duration kStartTimeout = absl::Minutes(10);
constexpr absl::Duration kStopTimeout = absl::Seconds(30);

// Of util-linux, which every Debian has. With it the server ends when the bench does, however that comes about.
constexpr char kSetpriv[] = "/usr/bin/setpriv";

std::vector<std::string> CommandLine(const ServerUnderTest::Options& options) {
  std::vector<std::string> line = {kSetpriv, "--pdeathsig", "KILL", options.program, "--listen=127.0.0.1:0"};
  if (!options.corpus.empty()) line.push_back("--corpus=" + options.corpus);
  line.insert(line.end(), options.flags.begin(), options.flags.end());
  return line;
}

}  // namespace

ServerUnderTest::ServerUnderTest(const Options& options) : process_(CommandLine(options), options.environment) {}

absl::StatusOr<std::unique_ptr<ServerUnderTest>> ServerUnderTest::Start(const Options& options) {
  std::unique_ptr<ServerUnderTest> server(new ServerUnderTest(options));
  const std::optional<std::string> line = server->process_.WaitForLine("listening on ", kStartTimeout);
  if (!line.has_value()) {
    return absl::UnavailableError(
        absl::StrCat(options.program, " does not listen: ", server->process_.standard_error()));
  }
  server->address_ = line->substr(line->rfind(' ') + 1);
  return server;
}

absl::Status ServerUnderTest::Stop() {
  process_.Signal(SIGTERM);
  const std::optional<int> code = process_.Wait(kStopTimeout);
  if (code == 0) return absl::OkStatus();
  return absl::InternalError(code.has_value()
                                 ? absl::StrCat("the server ended with ", *code, ": ", process_.standard_error())
                                 : absl::StrCat("the server runs on after SIGTERM: ", process_.standard_error()));
}

}  // namespace hotline::bench
