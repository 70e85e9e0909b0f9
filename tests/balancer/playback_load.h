#ifndef HOTLINE_TESTS_BALANCER_PLAYBACK_LOAD_H_
#define HOTLINE_TESTS_BALANCER_PLAYBACK_LOAD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hotline/client.h"

namespace hotline::balancer {

// What became of all playbacks.
struct PlaybackFigures {
  std::int64_t playbacks = 0;
  std::int64_t complete = 0;  // came to `closing`, at the end of history
  std::int64_t items = 0;
  std::int64_t lost = 0;
  std::int64_t repeated = 0;
  std::int64_t out_of_order = 0;
  std::int64_t different = 0;                       // items that are not what another playback had under that ordinal
  std::int64_t violations = 0;                      // in the SDK's own count
  std::map<std::string, std::int64_t> clock_falls;  // the first of each playback, as between what and what
  std::int64_t resumes = 0;
  std::int64_t continued = 0;  // resumes in another revision
  std::int64_t controls = 0;
  std::int64_t controls_failed = 0;
  std::map<std::string, std::int64_t> failures;  // playbacks that ended with an error, by its text
  std::map<std::string, std::int64_t> ended_in;  // complete playbacks by the revision of their last message
  std::vector<absl::Time> drained_at;            // when `closing` with DRAINING came
  std::vector<absl::Time> resumed_at;            // when the first message of a call came that took up another
  std::vector<absl::Duration> resume_delays;     // from the last message before the cut to that one
};

// Paced playbacks of the whole corpus, each by a thread of its own.
//
// Threads: one thread uses it. Destruction cancels what is not done, and waits for it.
class PlaybackLoad {
 public:
  struct Options {
    int playbacks = 500;
    // The time over which they begin, evenly.
    absl::Duration open_over = absl::Seconds(4);
    // How many of 100 are PlayTimeline, the others StreamTimeline.
    int controlled_percent = 20;
    // How long a day of history takes.
    absl::Duration day_length = absl::Seconds(30);
    absl::Duration heartbeat_interval = absl::Seconds(1);
    v1::RevisionPolicy revision_policy = v1::REVISION_POLICY_EXACT;
  };

  // Starts the playbacks, on the clients in turn.
  PlaybackLoad(const std::vector<Client>& clients, const Options& options);
  ~PlaybackLoad();
  PlaybackLoad(const PlaybackLoad&) = delete;
  PlaybackLoad& operator=(const PlaybackLoad&) = delete;

  // Waits until each playback had its first message, or is over. False: not by then.
  bool AwaitOpened(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until all are over. False: not by then.
  bool AwaitDone(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  // Cancels what is not over and waits for it, and returns what became of all.
  PlaybackFigures Finish() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class Recorder;

  void Run(int index, const Client& client);
  void Listen(int index, const Client& client, Recorder* recorder);
  void Control(int index, const Client& client, Recorder* recorder);
  // Whether this item's content is what the first playback that had it had.
  bool AsOthersHadIt(const v1::TimelineItem& item) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteOpened() ABSL_LOCKS_EXCLUDED(mutex_);
  // Between the two, Finish() may call `cancel`.
  void Register(int index, std::function<void()> cancel) ABSL_LOCKS_EXCLUDED(mutex_);
  void Unregister(int index) ABSL_LOCKS_EXCLUDED(mutex_);
  void Cancel() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const absl::Time begun_at_;

  absl::Mutex mutex_;
  int opened_ ABSL_GUARDED_BY(mutex_) = 0;
  int done_ ABSL_GUARDED_BY(mutex_) = 0;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<int, std::function<void()>> cancels_ ABSL_GUARDED_BY(mutex_);  // of those that run
  std::vector<std::string> contents_ ABSL_GUARDED_BY(mutex_);             // by ordinal
  PlaybackFigures figures_ ABSL_GUARDED_BY(mutex_);

  std::vector<std::thread> threads_;
};

}  // namespace hotline::balancer

#endif  // HOTLINE_TESTS_BALANCER_PLAYBACK_LOAD_H_
