#include "client/cli/terminal.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

namespace hotline::cli {
namespace {

constexpr int kUsualWidth = 80;
constexpr int kNarrowest = 60;
constexpr int kWidest = 110;
constexpr int kInterruptedExit = 130;

bool UnderstandsEscapes(const Surroundings& surroundings) {
  return surroundings.terminal && !surroundings.term.empty() && surroundings.term != "dumb";
}

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

// The two signals, and SIGUSR1, by which the destructor wakes the thread.
sigset_t WatchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  return signals;
}

}  // namespace

Surroundings LookAround() {
  Surroundings surroundings;
  surroundings.terminal = isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (surroundings.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) surroundings.columns = size.ws_col;
  surroundings.no_color = Variable("NO_COLOR");
  surroundings.term = Variable("TERM");
  surroundings.keyboard = isatty(STDIN_FILENO) == 1;
  return surroundings;
}

Page MakePage(const Surroundings& surroundings, bool wide) {
  Page page;
  page.width = kUsualWidth;
  if (!surroundings.terminal) return page;
  if (surroundings.columns > 0) {
    page.width = std::clamp(surroundings.columns, kNarrowest, wide ? kWidest : kUsualWidth);
  }
  page.colour = surroundings.no_color.empty() && UnderstandsEscapes(surroundings);
  return page;
}

bool IsInteractive(const Surroundings& surroundings) {
  return surroundings.keyboard && UnderstandsEscapes(surroundings);
}

bool Output::Write(std::string_view text) {
  while (error_ == 0 && !text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Another program that shares the terminal made it so.
      pollfd room = {STDOUT_FILENO, POLLOUT, 0};
      poll(&room, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  return error_ == 0;
}

struct InterruptWatch::State {
  std::mutex mu;
  std::function<void()> call;  // guarded by mu
  bool interrupted = false;    // guarded by mu
  bool stopping = false;       // guarded by mu; without it a SIGUSR1 is a stray one
  std::thread thread;          // joined by the destructor

  void Watch() {
    const sigset_t signals = WatchedSignals();
    for (;;) {
      int signal = 0;
      if (sigwait(&signals, &signal) != 0) continue;
      const std::lock_guard<std::mutex> lock(mu);
      if (stopping) return;
      if (signal == SIGUSR1) continue;
      if (interrupted || !call) _exit(kInterruptedExit);
      interrupted = true;
      call();
    }
  }
};

InterruptWatch::InterruptWatch() : state_(std::make_unique<State>()) {
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  state_->thread = std::thread([state = state_.get()] { state->Watch(); });
}

InterruptWatch::~InterruptWatch() {
  {
    const std::lock_guard<std::mutex> lock(state_->mu);
    state_->stopping = true;
  }
  pthread_kill(state_->thread.native_handle(), SIGUSR1);
  state_->thread.join();
}

void InterruptWatch::CallOnInterrupt(std::function<void()> call) {
  const std::lock_guard<std::mutex> lock(state_->mu);
  state_->call = std::move(call);
}

bool InterruptWatch::interrupted() const {
  const std::lock_guard<std::mutex> lock(state_->mu);
  return state_->interrupted;
}

}  // namespace hotline::cli
