#include "tests/soak/server.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace hotline::soak {
namespace {

constexpr absl::Duration kStartTimeout = absl::Minutes(1);
constexpr absl::Duration kReloadTimeout = absl::Seconds(30);
constexpr char kReloaded[] = "SIGHUP: serving";
constexpr char kRefused[] = "SIGHUP: the corpus cannot be served";

// With setpriv, of util-linux, the server ends when the soak does. Its log goes into a pipe of ours, not to Process,
// which would keep all of it.
std::vector<std::string> CommandLine(const std::string& program, const std::vector<std::string>& flags, int log) {
  std::vector<std::string> line = {"/usr/bin/setpriv",
                                   "--pdeathsig",
                                   "KILL",
                                   "/bin/sh",
                                   "-c",
                                   absl::StrCat("exec \"$0\" \"$@\" 2>/proc/", getpid(), "/fd/", log),
                                   program};
  line.insert(line.end(), flags.begin(), flags.end());
  return line;
}

std::string LastWord(const std::string& line) { return line.substr(line.rfind(' ') + 1); }

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const std::string& program,
                                                      const std::vector<std::string>& flags) {
  std::array<int, 2> log;
  if (pipe2(log.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  std::unique_ptr<Server> server(new Server);
  server->process_ = std::make_unique<tests::Process>(CommandLine(program, flags, log[1]));
  server->reader_ = std::thread([server = server.get(), descriptor = log[0]] { server->Read(descriptor); });
  const std::optional<std::string> listening = server->Await(0, {"listening on "}, kStartTimeout);
  close(log[1]);
  if (!listening.has_value()) {
    return absl::UnavailableError(absl::StrCat(program, " does not listen: ", server->log()));
  }
  server->address_ = LastWord(*listening);
  const std::optional<std::string> metrics = server->Await(0, {"metrics on "}, kStartTimeout);
  if (!metrics.has_value()) return absl::UnavailableError(absl::StrCat(program, " has no metrics: ", server->log()));
  server->metrics_address_ = LastWord(*metrics);
  return server;
}

Server::~Server() {
  process_.reset();
  if (reader_.joinable()) reader_.join();
}

absl::Status Server::Reload(bool succeeds) {
  std::size_t from = 0;
  {
    absl::MutexLock lock(&mutex_);
    from = lines_.size();
  }
  process_->Signal(SIGHUP);
  const std::optional<std::string> line = Await(from, {kReloaded, kRefused}, kReloadTimeout);
  if (!line.has_value()) return absl::InternalError("the server says nothing of a reload");
  if (absl::StrContains(*line, kReloaded) == succeeds) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("after a reload the server said \"", *line, "\""));
}

absl::Status Server::Stop(absl::Duration window) {
  process_->Signal(SIGTERM);
  const std::optional<int> code = process_->Wait(window);
  if (code == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(code.has_value() ? absl::StrCat("the server exited with ", *code)
                                    : absl::StrCat("the server runs ", absl::FormatDuration(window), " after SIGTERM"),
                   ": ", log()));
}

std::int64_t Server::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

std::vector<std::string> Server::errors() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> errors;
  for (const std::string& line : lines_) {
    const bool of_refusal = absl::StrContains(line, kRefused) || absl::StrContains(line, "curation.textproto");
    if (absl::StrContains(line, " error ") && !of_refusal) errors.push_back(line);
  }
  return errors;
}

void Server::Read(int descriptor) {
  std::array<char, 65536> buffer;
  std::string rest;
  while (true) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    absl::MutexLock lock(&mutex_);
    if (count <= 0) {
      ended_ = true;
      break;
    }
    rest.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n', begin)) {
      Take(rest.substr(begin, end - begin));
      begin = end + 1;
    }
    rest.erase(0, begin);
  }
  close(descriptor);
}

void Server::Take(std::string line) {
  if (absl::StrContains(line, " info call ")) {
    ++calls_;
  } else {
    lines_.push_back(std::move(line));
  }
}

std::optional<std::string> Server::Await(std::size_t from, const std::vector<std::string>& texts,
                                         absl::Duration timeout) const {
  std::optional<std::string> found;
  const auto found_or_over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (; from < lines_.size() && !found.has_value(); ++from) {
      for (const std::string& text : texts) {
        if (absl::StrContains(lines_[from], text)) found = lines_[from];
      }
    }
    return found.has_value() || ended_;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&found_or_over), timeout);
  return found;
}

std::string Server::log() const {
  absl::MutexLock lock(&mutex_);
  return absl::StrJoin(lines_, "\n");
}

}  // namespace hotline::soak
