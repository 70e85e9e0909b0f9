#include "client/cli/player/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace hotline::cli {
namespace {

sigset_t Watched() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH}) sigaddset(&signals, signal);
  return signals;
}

void Mask(int how, const sigset_t& signals) { pthread_sigmask(how, &signals, nullptr); }

}  // namespace

Signals::Signals() {
  const sigset_t signals = Watched();
  fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  Mask(SIG_BLOCK, signals);
}

Signals::~Signals() {
  Release();
  if (fd_ >= 0) close(fd_);
}

void Signals::Catch() { Mask(SIG_BLOCK, Watched()); }

void Signals::Release() { Mask(SIG_UNBLOCK, Watched()); }

std::optional<int> Signals::Next() {
  signalfd_siginfo info;
  if (read(fd_, &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void Signals::Stop() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  kill(getpid(), SIGTSTP);
  Mask(SIG_UNBLOCK, stop);
  Mask(SIG_BLOCK, stop);
}

}  // namespace hotline::cli
