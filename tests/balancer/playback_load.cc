#include "tests/balancer/playback_load.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "tests/balancer/item_check.h"

namespace hotline::balancer {
namespace {

// After how many items a playback under control asks for a report.
constexpr int kItemsToAControl = 25;

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(duration)));
  return proto;
}

// What an item shows, less what a later revision may say in other words.
std::string Content(const v1::TimelineItem& item) {
  if (item.has_event()) return item.event().event().name();
  return item.has_day_started() ? item.day_started().day() : "end of timeline";
}

// What a message is, in a word.
template <typename Response>
std::string Kind(const Response& response) {
  if (response.has_opened()) return absl::StrCat("opened ", v1::OpenedOutcome_Name(response.opened().outcome()));
  if (response.has_heartbeat()) return "heartbeat";
  if (response.has_closing()) return absl::StrCat("closing ", v1::ClosingReason_Name(response.closing().reason()));
  return response.items().empty() ? "control_applied" : "items";
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace

// What one playback brings.
class PlaybackLoad::Recorder {
 public:
  explicit Recorder(PlaybackLoad* load) : load_(load) {}

  template <typename Response>
  void Take(const Response& response) {
    const absl::Time now = absl::Now();
    if (response.has_opened()) {
      if (!opened_) load_->NoteOpened();
      item_count_ = response.opened().item_count();
      if (opened_) NoteResume(response.opened().outcome(), now);
      opened_ = true;
    }
    if (response.has_closing()) {
      if (response.closing().reason() == v1::CLOSING_REASON_DRAINING) figures_.drained_at.push_back(now);
      closed_by_ = response.closing().reason();
    }
    for (const v1::TimelineItem& item : response.items()) {
      check_.Take(item.ordinal());
      if (!load_->AsOthersHadIt(item)) ++figures_.different;
      at_end_ = item.has_end_of_timeline();
    }
    revision_ = response.revision();
    last_message_at_ = now;
    const absl::Time clock = ToTime(response.clock());
    if (clock < clock_ && figures_.clock_falls.empty()) {
      ++figures_.clock_falls[absl::StrCat(absl::FormatDuration(clock_ - clock), " from ", last_kind_, " to ",
                                          Kind(response))];
    }
    clock_ = std::max(clock_, clock);
    last_kind_ = Kind(response);
  }

  // `stopped`: the playback's stop was answered. That is a proper end as well, since a proxy may swallow the `closing`
  // behind it (server/deploy/haproxy.cfg).
  void End(const absl::Status& status, bool stopped, int resumes, int violations) {
    figures_.resumes = resumes;
    figures_.violations = violations;
    if (!status.ok()) ++figures_.failures[status.ToString()];
    if (!status.ok()) return;
    if (at_end_ && (closed_by_ == v1::CLOSING_REASON_END || stopped)) {
      figures_.complete = 1;
      ++figures_.ended_in[revision_];
    } else {
      const char* where = at_end_ ? "behind" : "before";
      ++figures_.failures[absl::StrCat(v1::ClosingReason_Name(closed_by_), ", ", where, " the end of history")];
    }
  }

  void CountControl(const absl::Status& answer) {
    ++figures_.controls;
    if (!answer.ok()) ++figures_.controls_failed;
  }

  bool opened() const { return opened_; }
  bool at_end() const { return at_end_; }
  std::int64_t items() const { return check_.items(); }

  // Adds what this playback brought to what all did.
  void AddTo(PlaybackFigures* all) const {
    ++all->playbacks;
    all->complete += figures_.complete;
    all->items += check_.items();
    all->lost += check_.Lost(item_count_);
    all->repeated += check_.repeated();
    all->out_of_order += check_.out_of_order();
    all->different += figures_.different;
    all->violations += figures_.violations;
    all->resumes += figures_.resumes;
    all->continued += figures_.continued;
    all->controls += figures_.controls;
    all->controls_failed += figures_.controls_failed;
    for (const auto& [text, count] : figures_.clock_falls) all->clock_falls[text] += count;
    for (const auto& [text, count] : figures_.failures) all->failures[text] += count;
    for (const auto& [revision, count] : figures_.ended_in) all->ended_in[revision] += count;
    Append(figures_.drained_at, &all->drained_at);
    Append(figures_.resumed_at, &all->resumed_at);
    Append(figures_.resume_delays, &all->resume_delays);
  }

 private:
  template <typename T>
  static void Append(const std::vector<T>& from, std::vector<T>* to) {
    to->insert(to->end(), from.begin(), from.end());
  }

  void NoteResume(v1::OpenedOutcome outcome, absl::Time now) {
    figures_.resumed_at.push_back(now);
    figures_.resume_delays.push_back(now - last_message_at_);
    if (outcome == v1::OPENED_OUTCOME_CONTINUED) ++figures_.continued;
  }

  PlaybackLoad* const load_;
  PlaybackFigures figures_;
  ItemCheck check_;
  bool opened_ = false;
  bool at_end_ = false;
  std::int64_t item_count_ = 0;
  v1::ClosingReason closed_by_ = v1::CLOSING_REASON_UNSPECIFIED;
  std::string revision_;
  absl::Time last_message_at_;
  std::string last_kind_;
  absl::Time clock_ = absl::InfinitePast();
};

PlaybackLoad::PlaybackLoad(const std::vector<Client>& clients, const Options& options)
    : options_(options), begun_at_(absl::Now()) {
  threads_.reserve(static_cast<std::size_t>(options.playbacks));
  for (int i = 0; i < options.playbacks; ++i) {
    threads_.emplace_back(
        [this, i, client = clients[static_cast<std::size_t>(i) % clients.size()]] { Run(i, client); });
  }
}

PlaybackLoad::~PlaybackLoad() { Finish(); }

bool PlaybackLoad::AwaitOpened(absl::Time deadline) {
  const absl::MutexLock lock(&mutex_);
  const auto all = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return opened_ == options_.playbacks; };
  return mutex_.AwaitWithDeadline(absl::Condition(&all), deadline);
}

bool PlaybackLoad::AwaitDone(absl::Time deadline) {
  const absl::MutexLock lock(&mutex_);
  const auto all = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return done_ == options_.playbacks; };
  return mutex_.AwaitWithDeadline(absl::Condition(&all), deadline);
}

PlaybackFigures PlaybackLoad::Finish() {
  Cancel();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const absl::MutexLock lock(&mutex_);
  return figures_;
}

void PlaybackLoad::Run(int index, const Client& client) {
  Recorder recorder(this);
  {
    // Its turn, or the end of all.
    const absl::Time turn = begun_at_ + options_.open_over * index / options_.playbacks;
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithDeadline(absl::Condition(&cancelled_), turn);
  }
  // Spread over the hundred, so that both kinds begin all the time.
  const bool controlled = index * 37 % 100 < options_.controlled_percent;
  if (controlled) {
    Control(index, client, &recorder);
  } else {
    Listen(index, client, &recorder);
  }
  const absl::MutexLock lock(&mutex_);
  if (!recorder.opened()) ++opened_;
  recorder.AddTo(&figures_);
  ++done_;
}

void PlaybackLoad::Listen(int index, const Client& client, Recorder* recorder) {
  v1::StreamTimelineRequest request;
  *request.mutable_pace()->mutable_day_length() = ToProto(options_.day_length);
  *request.mutable_heartbeat_interval() = ToProto(options_.heartbeat_interval);
  request.set_revision_policy(options_.revision_policy);
  TimelineStream stream = client.StreamTimeline(request);
  Register(index, [&stream] { stream.Cancel(); });
  absl::Status status;
  for (const absl::StatusOr<v1::StreamTimelineResponse>& response : stream) {
    if (response.ok()) {
      recorder->Take(*response);
    } else {
      status = response.status();
    }
  }
  recorder->End(status, false, stream.resumes(), stream.violations());
  Unregister(index);
}

void PlaybackLoad::Control(int index, const Client& client, Recorder* recorder) {
  v1::PlaybackStart start;
  *start.mutable_pace()->mutable_day_length() = ToProto(options_.day_length);
  *start.mutable_heartbeat_interval() = ToProto(options_.heartbeat_interval);
  start.set_revision_policy(options_.revision_policy);
  Playback playback = client.PlayTimeline(start);
  Register(index, [&playback] { playback.Cancel(); });
  absl::Status status;
  std::vector<ControlAnswer> answers;
  std::int64_t items_at_control = 0;
  std::optional<ControlAnswer> stop;
  for (const absl::StatusOr<v1::PlayTimelineResponse>& response : playback) {
    if (!response.ok()) {
      status = response.status();
      continue;
    }
    recorder->Take(*response);
    if (recorder->items() >= items_at_control + kItemsToAControl) {
      items_at_control = recorder->items();
      answers.push_back(playback.ReportState());
    }
    if (recorder->at_end() && !stop) {
      stop = playback.Stop();
      playback.FinishControls();
    }
  }
  const bool stopped = stop && stop->Get().ok();
  recorder->End(status, stopped, playback.resumes(), playback.violations());
  for (const ControlAnswer& answer : answers) recorder->CountControl(answer.Get().status());
  Unregister(index);
}

bool PlaybackLoad::AsOthersHadIt(const v1::TimelineItem& item) {
  const std::string content = Content(item);
  const auto index = static_cast<std::size_t>(item.ordinal());
  const absl::MutexLock lock(&mutex_);
  if (contents_.size() <= index) contents_.resize(index + 1);
  if (contents_[index].empty()) contents_[index] = content;
  return contents_[index] == content;
}

void PlaybackLoad::NoteOpened() {
  const absl::MutexLock lock(&mutex_);
  ++opened_;
}

void PlaybackLoad::Register(int index, std::function<void()> cancel) {
  const absl::MutexLock lock(&mutex_);
  if (cancelled_) cancel();
  cancels_[index] = std::move(cancel);
}

void PlaybackLoad::Unregister(int index) {
  const absl::MutexLock lock(&mutex_);
  cancels_.erase(index);
}

void PlaybackLoad::Cancel() {
  const absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  for (const auto& [index, cancel] : cancels_) cancel();
}

}  // namespace hotline::balancer
