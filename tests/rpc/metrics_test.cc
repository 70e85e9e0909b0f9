#include "server/rpc/metrics.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rpc/metrics_page.h"

namespace hotline::server {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

constexpr char kGetDocument[] = "/hotline.v1.ArchiveService/GetDocument";
constexpr char kGetDocumentLabels[] =
    "grpc_method=\"GetDocument\",grpc_service=\"hotline.v1.ArchiveService\",grpc_type=\"unary\"";

std::map<std::string, double> SeriesOf(const Metrics& metrics) { return tests::SeriesOf(metrics.Text()); }

// Those of the page that belong to the process, or are not counted from 0 on.
bool StartsAtZero(const std::string& series) {
  return !absl::StartsWith(series, "process_") && series != "hotline_corpus_info{revision=\"\"}" &&
         !absl::StartsWith(series, "hotline_build_info");
}

TEST(MetricsTest, EverySeriesIsThereAtZeroFromTheStart) {
  const std::map<std::string, double> series = SeriesOf(Metrics("1.2.3"));
  for (const auto& [name, value] : series) {
    if (StartsAtZero(name)) {
      EXPECT_EQ(value, 0) << name;
    }
  }
  for (const char* method :
       {"hotline.v1.ArchiveService\",grpc_type=\"unary", "hotline.v1.TimelineService\",grpc_type=\"bidi_stream",
        "hotline.v1.TimelineService\",grpc_type=\"server_stream", "grpc.health.v1.Health\",grpc_type=\"unary",
        "grpc.health.v1.Health\",grpc_type=\"server_stream", "other\",grpc_type=\"unary"}) {
    EXPECT_THAT(series, Contains(Key(HasSubstr(method))));
  }
  // Every method of the three services and "other", with each of 17 codes.
  std::size_t handled = 0;
  for (const auto& [name, value] : series) handled += absl::StartsWith(name, "grpc_server_handled_total{") ? 1 : 0;
  EXPECT_EQ(handled, (7 + 3 + 2 + 1) * 17u);
  for (const char* name : {"hotline_playbacks{state=\"opening\"}",
                           "hotline_playbacks{state=\"playing\"}",
                           "hotline_playbacks{state=\"paused\"}",
                           "hotline_playbacks{state=\"ended\"}",
                           "hotline_playbacks_limit",
                           "hotline_playback_lateness_seconds_count",
                           "hotline_playback_held_seconds_total",
                           "hotline_playback_resumes_total{outcome=\"resumed\"}",
                           "hotline_playback_resumes_total{outcome=\"refused\"}",
                           "hotline_playback_endings_total{reason=\"end\"}",
                           "hotline_playback_endings_total{reason=\"stopped\"}",
                           "hotline_playback_endings_total{reason=\"half_closed\"}",
                           "hotline_playback_endings_total{reason=\"idle\"}",
                           "hotline_playback_endings_total{reason=\"draining\"}",
                           "hotline_playback_endings_total{reason=\"max_age\"}",
                           "hotline_playback_endings_total{reason=\"stalled\"}",
                           "hotline_playback_endings_total{reason=\"cancelled\"}",
                           "hotline_playback_endings_total{reason=\"refused\"}",
                           "hotline_playback_first_message_seconds_count",
                           "hotline_refusals_total{reason=\"SERVER_DRAINING\"}",
                           "hotline_refusals_total{reason=\"other\"}",
                           "hotline_corpus_documents",
                           "hotline_corpus_loaded_timestamp_seconds",
                           "hotline_corpus_revisions_held",
                           "hotline_reloads_total{outcome=\"ok\"}",
                           "hotline_reloads_total{outcome=\"refused\"}",
                           "hotline_connections",
                           "hotline_connections_limit",
                           "hotline_connections_accepted_total",
                           "hotline_connections_refused_total{reason=\"total\"}",
                           "hotline_connections_refused_total{reason=\"peer\"}",
                           "hotline_connections_refused_total{reason=\"descriptors\"}",
                           "hotline_searches_waiting",
                           "hotline_draining",
                           "hotline_serving",
                           "hotline_self_probe_failures_total",
                           "hotline_tls_certificate_not_after_timestamp_seconds",
                           "hotline_tls_reloads_total{outcome=\"ok\"}",
                           "hotline_tls_reloads_total{outcome=\"refused\"}",
                           "hotline_access_log_lines_dropped_total"}) {
    EXPECT_THAT(series, Contains(Pair(name, 0)));
  }
  EXPECT_THAT(series, Contains(Pair("hotline_build_info{version=\"1.2.3\"}", 1)));
  for (const char* name : {"process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
                           "process_max_fds", "process_start_time_seconds", "process_threads"}) {
    EXPECT_THAT(series, Contains(Pair(name, testing::Gt(0))));
  }
  EXPECT_THAT(series, Contains(Key("process_cpu_seconds_total")));
}

TEST(MetricsTest, ACallIsCountedWithItsCodeAndItsTime) {
  Metrics metrics("");
  CallMetrics& call = metrics.Call(kGetDocument);
  call.Started();
  call.Received();
  call.Handled(grpc::StatusCode::NOT_FOUND, absl::Milliseconds(2));
  call.Started();
  call.Received();
  call.Sent();
  call.Handled(grpc::StatusCode::OK, absl::Seconds(20));
  const std::map<std::string, double> series = SeriesOf(metrics);
  const auto of = [](const char* name) { return absl::StrCat(name, "{", kGetDocumentLabels, "}"); };
  EXPECT_THAT(series, Contains(Pair(of("grpc_server_started_total"), 2)));
  EXPECT_THAT(series, Contains(Pair(of("grpc_server_msg_received_total"), 2)));
  EXPECT_THAT(series, Contains(Pair(of("grpc_server_msg_sent_total"), 1)));
  EXPECT_THAT(series, Contains(Pair(of("grpc_server_handling_seconds_count"), 2)));
  EXPECT_THAT(series, Contains(Pair(of("grpc_server_handling_seconds_sum"), 20.002)));
  const auto bucket = [](const char* le) {
    return absl::StrCat("grpc_server_handling_seconds_bucket{", kGetDocumentLabels, ",le=\"", le, "\"}");
  };
  EXPECT_THAT(series, Contains(Pair(bucket("0.001"), 0)));
  EXPECT_THAT(series, Contains(Pair(bucket("0.0025"), 1)));
  EXPECT_THAT(series, Contains(Pair(bucket("10"), 1)));
  EXPECT_THAT(series, Contains(Pair(bucket("+Inf"), 2)));
  const auto code = [](const char* name) {
    return absl::StrCat("grpc_server_handled_total{grpc_code=\"", name, "\",", kGetDocumentLabels, "}");
  };
  EXPECT_THAT(series, Contains(Pair(code("OK"), 1)));
  EXPECT_THAT(series, Contains(Pair(code("NotFound"), 1)));
  EXPECT_THAT(series, Contains(Pair(code("Unknown"), 0)));
}

TEST(MetricsTest, ACodeThatIsNoneCountsAsUnknown) {
  Metrics metrics("");
  metrics.Call(kGetDocument).Handled(static_cast<grpc::StatusCode>(17), absl::ZeroDuration());
  metrics.Call(kGetDocument).Handled(grpc::StatusCode::DO_NOT_USE, absl::ZeroDuration());
  EXPECT_THAT(
      SeriesOf(metrics),
      Contains(Pair(absl::StrCat("grpc_server_handled_total{grpc_code=\"Unknown\",", kGetDocumentLabels, "}"), 2)));
}

TEST(MetricsTest, WhatAClientNamesMakesNoSeries) {
  Metrics metrics("");
  const std::map<std::string, double> before = SeriesOf(metrics);
  for (const char* path : {"/hotline.v1.ArchiveService/Nothing", "/nobody/GetDocument", "", "/", "other\"} 1\n"}) {
    metrics.Call(path).Started();
  }
  metrics.CountRefusal("MADE_UP");
  metrics.CountRefusal("");
  metrics.playback().Ended(v1::CLOSING_REASON_UNSPECIFIED);
  const std::map<std::string, double> after = SeriesOf(metrics);
  EXPECT_EQ(after.size(), before.size());
  for (const auto& [name, value] : after) EXPECT_THAT(before, Contains(Key(name)));
  EXPECT_THAT(after, Contains(Pair("hotline_refusals_total{reason=\"other\"}", 2)));
  EXPECT_THAT(
      after,
      Contains(Pair("grpc_server_started_total{grpc_method=\"other\",grpc_service=\"other\",grpc_type=\"unary\"}", 5)));
}

TEST(MetricsTest, APlaybackIsInOneStateAtATime) {
  Metrics metrics("");
  const auto expect = [&metrics](double opening, double playing, double paused, double ended) {
    const std::map<std::string, double> series = SeriesOf(metrics);
    EXPECT_THAT(series, Contains(Pair("hotline_playbacks{state=\"opening\"}", opening)));
    EXPECT_THAT(series, Contains(Pair("hotline_playbacks{state=\"playing\"}", playing)));
    EXPECT_THAT(series, Contains(Pair("hotline_playbacks{state=\"paused\"}", paused)));
    EXPECT_THAT(series, Contains(Pair("hotline_playbacks{state=\"ended\"}", ended)));
  };
  {
    PlaybackCount first(&metrics.playback());
    PlaybackCount second(&metrics.playback());
    expect(2, 0, 0, 0);
    first.MoveTo(v1::PLAYBACK_STATE_PLAYING);
    first.MoveTo(v1::PLAYBACK_STATE_PLAYING);
    expect(1, 1, 0, 0);
    first.MoveTo(v1::PLAYBACK_STATE_PAUSED);
    second.MoveTo(v1::PLAYBACK_STATE_ENDED);
    expect(0, 0, 1, 1);
  }
  expect(0, 0, 0, 0);
}

TEST(MetricsTest, WhatPlaybacksDidIsCounted) {
  Metrics metrics("");
  PlaybackMetrics& playback = metrics.playback();
  playback.Late(absl::Milliseconds(3));
  playback.FirstMessage(absl::Microseconds(200));
  playback.Held(absl::Milliseconds(1500));
  playback.Held(absl::Seconds(-1));
  playback.Resumed(true);
  playback.Resumed(false);
  playback.Resumed(false);
  for (const v1::ClosingReason reason :
       {v1::CLOSING_REASON_END, v1::CLOSING_REASON_STOPPED, v1::CLOSING_REASON_HALF_CLOSED, v1::CLOSING_REASON_IDLE,
        v1::CLOSING_REASON_DRAINING, v1::CLOSING_REASON_MAX_AGE}) {
    playback.Ended(reason);
  }
  for (const auto ending :
       {PlaybackMetrics::Ending::kStalled, PlaybackMetrics::Ending::kCancelled, PlaybackMetrics::Ending::kRefused}) {
    playback.Ended(ending);
  }
  const std::map<std::string, double> series = SeriesOf(metrics);
  EXPECT_THAT(series, Contains(Pair("hotline_playback_lateness_seconds_bucket{le=\"0.0025\"}", 0)));
  EXPECT_THAT(series, Contains(Pair("hotline_playback_lateness_seconds_bucket{le=\"0.005\"}", 1)));
  EXPECT_THAT(series, Contains(Pair("hotline_playback_first_message_seconds_bucket{le=\"0.00025\"}", 1)));
  EXPECT_THAT(series, Contains(Pair("hotline_playback_held_seconds_total", 1.5)));
  EXPECT_THAT(series, Contains(Pair("hotline_playback_resumes_total{outcome=\"resumed\"}", 1)));
  EXPECT_THAT(series, Contains(Pair("hotline_playback_resumes_total{outcome=\"refused\"}", 2)));
  for (const auto& [name, value] : series) {
    if (absl::StartsWith(name, "hotline_playback_endings_total")) {
      EXPECT_EQ(value, 1) << name;
    }
  }
}

TEST(MetricsTest, ThereIsOneRevisionOnThePage) {
  Metrics metrics("");
  metrics.SetCorpus({"abc", 13, absl::FromUnixSeconds(1'000'000'000), 1});
  metrics.SetCorpus({"def", 14, absl::FromUnixSeconds(1'000'000'001), 2});
  metrics.CountReload(true);
  metrics.CountReload(false);
  const std::map<std::string, double> series = SeriesOf(metrics);
  EXPECT_THAT(series, Contains(Pair("hotline_corpus_info{revision=\"def\"}", 1)));
  EXPECT_THAT(series, Not(Contains(Key(HasSubstr("abc")))));
  EXPECT_THAT(series, Contains(Pair("hotline_corpus_documents", 14)));
  EXPECT_THAT(series, Contains(Pair("hotline_corpus_loaded_timestamp_seconds", 1'000'000'001)));
  EXPECT_THAT(series, Contains(Pair("hotline_corpus_revisions_held", 2)));
  EXPECT_THAT(series, Contains(Pair("hotline_reloads_total{outcome=\"ok\"}", 1)));
  EXPECT_THAT(series, Contains(Pair("hotline_reloads_total{outcome=\"refused\"}", 1)));
}

TEST(MetricsTest, TheServersOwnFiguresAreShown) {
  Metrics metrics("");
  metrics.SetLimits(10'000, 20'000);
  metrics.SetServing(true);
  metrics.SetDraining(true);
  metrics.CountSelfProbeFailure();
  metrics.SetCertificateNotAfter(absl::FromUnixSeconds(2'000'000'000));
  metrics.CountTlsReload(true);
  metrics.CountTlsReload(false);
  metrics.CountDroppedAccessLogLines(7);
  metrics.CountAcceptedConnection();
  metrics.CountRefusedConnection(Metrics::ConnectionRefusal::kTotal);
  metrics.CountRefusedConnection(Metrics::ConnectionRefusal::kPeer);
  metrics.CountRefusedConnection(Metrics::ConnectionRefusal::kPeer);
  metrics.CountRefusedConnection(Metrics::ConnectionRefusal::kDescriptors);
  const std::map<std::string, double> series = SeriesOf(metrics);
  for (const auto& [name, value] :
       std::map<std::string, double>{{"hotline_playbacks_limit", 10'000},
                                     {"hotline_connections_limit", 20'000},
                                     {"hotline_serving", 1},
                                     {"hotline_draining", 1},
                                     {"hotline_self_probe_failures_total", 1},
                                     {"hotline_tls_certificate_not_after_timestamp_seconds", 2'000'000'000},
                                     {"hotline_tls_reloads_total{outcome=\"ok\"}", 1},
                                     {"hotline_tls_reloads_total{outcome=\"refused\"}", 1},
                                     {"hotline_access_log_lines_dropped_total", 7},
                                     {"hotline_connections_accepted_total", 1},
                                     {"hotline_connections_refused_total{reason=\"total\"}", 1},
                                     {"hotline_connections_refused_total{reason=\"peer\"}", 2},
                                     {"hotline_connections_refused_total{reason=\"descriptors\"}", 1}}) {
    EXPECT_THAT(series, Contains(Pair(name, value)));
  }
  metrics.SetServing(false);
  EXPECT_THAT(SeriesOf(metrics), Contains(Pair("hotline_serving", 0)));
}

TEST(MetricsTest, WhatIsWatchedIsAskedForAtEveryReadUntilItIsTakenBack) {
  Metrics metrics("");
  std::size_t asked = 0;
  metrics.SetWatched({[&asked] { return ++asked; }, [] { return std::size_t{5}; }});
  EXPECT_THAT(SeriesOf(metrics), Contains(Pair("hotline_connections", 1)));
  const std::map<std::string, double> series = SeriesOf(metrics);
  EXPECT_THAT(series, Contains(Pair("hotline_connections", 2)));
  EXPECT_THAT(series, Contains(Pair("hotline_searches_waiting", 5)));
  metrics.SetWatched({});
  EXPECT_THAT(SeriesOf(metrics), Contains(Pair("hotline_connections", 0)));
  EXPECT_EQ(asked, 2u);
}

TEST(MetricsTest, EveryFamilyHasItsHelpAndItsTypeOnce) {
  const std::string page = Metrics("").Text();
  std::set<std::string> helped;
  std::set<std::string> typed;
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (absl::StartsWith(line, "# HELP ")) {
      EXPECT_TRUE(helped.insert(words[2]).second) << line;
    }
    if (absl::StartsWith(line, "# TYPE ")) {
      EXPECT_TRUE(typed.insert(words[2]).second) << line;
    }
  }
  EXPECT_EQ(helped, typed);
  for (const auto& [series, value] : tests::SeriesOf(page)) {
    std::string name = series.substr(0, series.find('{'));
    for (const char* end : {"_bucket", "_sum", "_count"}) {
      if (helped.count(std::string(absl::StripSuffix(name, end))) != 0)
        name = std::string(absl::StripSuffix(name, end));
    }
    EXPECT_EQ(helped.count(name), 1u) << series;
  }
}

TEST(MetricsTest, APageReadWhileEightThreadsCountNeverFallsBackAndTheLastHasEveryCall) {
  Metrics metrics("");
  constexpr int kThreads = 8;
  constexpr int kCalls = 5'000;
  std::vector<std::thread> threads;
  absl::Notification begin;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&metrics, &begin, i] {
      CallMetrics& call = metrics.Call(kGetDocument);
      begin.WaitForNotification();
      for (int j = 0; j < kCalls; ++j) {
        call.Started();
        call.Received();
        call.Sent();
        call.Handled(static_cast<grpc::StatusCode>(i % 4), absl::Microseconds(j));
      }
    });
  }
  begin.Notify();
  const std::string started = absl::StrCat("grpc_server_started_total{", kGetDocumentLabels, "}");
  const std::string timed = absl::StrCat("grpc_server_handling_seconds_count{", kGetDocumentLabels, "}");
  const std::string buckets = absl::StrCat("grpc_server_handling_seconds_bucket{", kGetDocumentLabels, ",le=\"+Inf\"}");
  const auto handled = [](const std::map<std::string, double>& series) {
    double sum = 0;
    for (const auto& [name, value] : series) sum += absl::StartsWith(name, "grpc_server_handled_total") ? value : 0;
    return sum;
  };
  std::map<std::string, double> last = SeriesOf(metrics);
  for (int i = 0; i < 10; ++i) {
    const std::map<std::string, double> series = SeriesOf(metrics);
    EXPECT_GE(series.at(started), last.at(started));
    EXPECT_GE(handled(series), handled(last));
    EXPECT_EQ(series.at(timed), series.at(buckets));
    last = series;
  }
  for (std::thread& thread : threads) thread.join();
  const std::map<std::string, double> series = SeriesOf(metrics);
  EXPECT_EQ(series.at(started), kThreads * kCalls);
  EXPECT_EQ(series.at(timed), kThreads * kCalls);
  EXPECT_EQ(handled(series), kThreads * kCalls);
}

// Every word of the sources that is written as a reason is one. Those of tokens are put together from two words.
TEST(MetricsTest, TheKnownReasonsAreThoseOfTheSources) {
  std::set<std::string> words;
  std::set<std::string> endings;
  const std::regex literal("\"(_?[A-Z]+(_[A-Z]+)+|_[A-Z]+)\"");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(HOTLINE_SOURCE_DIR "/server")) {
    const std::string name = entry.path().filename().string();
    if ((entry.path().extension() != ".cc" && entry.path().extension() != ".h") || name == "metrics.cc") continue;
    std::ifstream file(entry.path());
    const std::string text =
        std::regex_replace(std::string(std::istreambuf_iterator<char>(file), {}), std::regex("//[^\n]*"), "");
    for (std::sregex_iterator found(text.begin(), text.end(), literal), end; found != end; ++found) {
      const std::string word = (*found)[1];
      (word[0] == '_' ? endings : words).insert(word);
    }
  }
  ASSERT_EQ(words.erase("PAGE_TOKEN"), 1u);
  words.insert("INTERNAL");
  for (const std::string& ending : endings) {
    words.insert("PAGE_TOKEN" + ending);
    words.insert("POSITION" + ending);
  }
  const std::vector<absl::string_view> known = Metrics::KnownReasons();
  EXPECT_EQ(std::set<std::string>(known.begin(), known.end()), words);
  EXPECT_TRUE(std::is_sorted(known.begin(), known.end()));
}

}  // namespace
}  // namespace hotline::server
