#include "server/rpc/log_writer.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hotline::server {
namespace {

// Written at once; more than so much is not waited for.
constexpr std::size_t kEnough = 64 * 1024;
constexpr int kLookAgainMs = 100;
constexpr int kMostLooksInAHurry = 10;

}  // namespace

LogWriter::LogWriter(int fd) : fd_(fd), thread_([this] { Run(); }) {}

LogWriter::~LogWriter() {
  hurry_ = true;
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void LogWriter::Add(Urgency urgency, absl::FunctionRef<void(std::string*)> append) {
  const absl::MutexLock lock(&mutex_);
  if (urgency == Urgency::kAtOnce) at_once_ = true;
  if (pending_.size() >= kMostPending) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
  } else {
    append(&pending_);
  }
}

void LogWriter::Flush() {
  const absl::MutexLock lock(&mutex_);
  at_once_ = true;
  mutex_.AwaitWithTimeout(absl::Condition(
                              +[](LogWriter* writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer->mutex_) {
                                return writer->pending_.empty() && !writer->writing_;
                              },
                              this),
                          absl::Seconds(1));
}

void LogWriter::Run() {
  // The process's signals are for another thread.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  const auto has_some = [](LogWriter* writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer->mutex_) {
    return writer->stopping_ || !writer->pending_.empty();
  };
  const auto has_enough = [](LogWriter* writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer->mutex_) {
    return writer->stopping_ || writer->at_once_ || writer->pending_.size() >= kEnough;
  };
  std::string text;
  for (;;) {
    {
      const absl::MutexLock lock(&mutex_);
      writing_ = false;
      mutex_.Await(absl::Condition(+has_some, this));
      mutex_.AwaitWithTimeout(absl::Condition(+has_enough, this), kDelay);
      if (stopping_ && pending_.empty()) return;
      text.clear();
      text.swap(pending_);
      at_once_ = false;
      writing_ = true;
    }
    WriteOut(text);
  }
}

void LogWriter::WriteOut(absl::string_view text) const {
  int looks = 0;
  while (!text.empty()) {
    pollfd ready = {fd_, POLLOUT, 0};
    if (poll(&ready, 1, kLookAgainMs) == 0) {
      if (hurry_ && ++looks >= kMostLooksInAHurry) return;
      continue;
    }
    // A pipe that is ready takes so much without waiting.
    const ssize_t written = write(fd_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written < 0 && errno != EINTR && errno != EAGAIN) return;  // the reader is gone for good
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace hotline::server
