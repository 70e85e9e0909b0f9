// Measures the archive: for corpora of several sizes, how long hotlined takes to serve one, how much memory, and what
// questions cost. Searches are compared with the same query put to FTS5 directly, over the same index.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "server/corpus/loader.h"
#include "server/search/query.h"
#include "server/search/search_index.h"
#include "tests/bench/archive_corpus.h"
#include "tests/bench/archive_questions.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"
#include "tests/bench/server_under_test.h"
#include "tests/support/temporary_folder.h"

ABSL_FLAG(std::vector<std::string>, documents, std::vector<std::string>({"10000", "100000", "1000000"}),
          "sizes of the corpora, separated by commas, 1000 to 5000000 each");
ABSL_FLAG(std::uint64_t, seed, 1962, "of the corpora and of what is asked");
ABSL_FLAG(std::string, hotlined, HOTLINED, "path of the server to measure");
ABSL_FLAG(bool, smoke, false,
          "one small corpus and few calls: shows that everything runs, and measures nothing of worth");

namespace hotline::bench {
namespace {

constexpr int kFewestDocuments = 1'000;
constexpr int kMostDocuments = 5'000'000;

// Goals are for a million; what is fixed is all that a small corpus shows.
std::optional<Goal> At(int documents, Goal goal) {
  constexpr int kJudgedFrom = 1'000'000;
  return documents >= kJudgedFrom ? std::optional<Goal>(goal) : std::nullopt;
}

void AddCost(const Cost& cost, Report* report) {
  report->Add(cost.question + " p50", Percentile(cost.latencies, 0.5));
  report->Add(cost.question + " p99", Percentile(cost.latencies, 0.99));
  report->Add(cost.question + " server CPU a call", cost.server_cpu_per_call);
}

v1::ListDocumentsRequest OfAuthor() {
  v1::ListDocumentsRequest request;
  request.mutable_filter()->add_authors(ArchiveParticipantName(1));
  return request;
}

v1::ListDocumentsRequest OfWindow() {
  v1::ListDocumentsRequest request;
  request.mutable_filter()->mutable_window()->set_first_day("1962-10-22");
  request.mutable_filter()->mutable_window()->set_last_day("1962-10-28");
  return request;
}

absl::Status AddLists(ArchiveQuestions* questions, Report* report) {
  const absl::StatusOr<std::string> middle = questions->MiddlePage();
  if (!middle.ok()) return middle.status();
  v1::ListDocumentsRequest in_the_middle;
  in_the_middle.set_page_token(*middle);
  const std::pair<const char*, v1::ListDocumentsRequest> lists[] = {
      {"ListDocuments, first page of 50", {}},
      {"ListDocuments, page in the middle", in_the_middle},
      {"ListDocuments of an author", OfAuthor()},
      {"ListDocuments of a week", OfWindow()},
  };
  for (const auto& [question, request] : lists) {
    const absl::StatusOr<Cost> cost = questions->ListDocuments(question, request);
    if (!cost.ok()) return cost.status();
    AddCost(*cost, report);
  }
  return absl::OkStatus();
}

// How long FTS5 takes for a query by itself: every hit with its rank, as the server needs them for its counts.
class DirectSearch {
 public:
  explicit DirectSearch(const std::string& folder)
      : corpus_(server::LoadCorpus(folder).corpus), index_(*corpus_), searcher_(index_) {}

  std::vector<absl::Duration> Measure(const std::string& query, std::size_t calls, int* hits) {
    server::Tokenizer tokenizer;
    const std::string expression = server::ToFts5(*server::ParseQuery(query, "query", tokenizer));
    std::vector<absl::Duration> latencies;
    for (std::size_t i = 0; i <= calls; ++i) {
      *hits = 0;
      const absl::Duration before = SteadyNow();
      searcher_.Search(expression, [hits](const server::Hit&) {
        ++*hits;
        return true;
      });
      if (i > 0) latencies.push_back(SteadyNow() - before);  // the first one warms
    }
    return latencies;
  }

 private:
  const std::shared_ptr<const server::Corpus> corpus_;
  const server::SearchIndex index_;
  const server::Searcher searcher_;
};

absl::Status AddSearches(const std::vector<Cost>& costs, const std::string& folder, int documents, Report* report) {
  DirectSearch direct(folder);
  const std::vector<SearchQuestion> questions = SearchQuestions();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    int hits = 0;
    const std::vector<absl::Duration> alone =
        direct.Measure(questions[i].query, std::min<std::size_t>(costs[i].latencies.size(), 100), &hits);
    if (hits != costs[i].results) {
      return absl::InternalError(
          absl::StrCat(questions[i].query, ": the server finds ", costs[i].results, " documents, FTS5 itself ", hits));
    }
    const std::string& what = costs[i].question;
    AddCost(costs[i], report);
    report->Add(what + ", hits", hits, "");
    report->Add(what + ", FTS5 alone p50", Percentile(alone, 0.5));
    report->Add(what + ", times as long as FTS5 alone",
                absl::FDivDuration(Percentile(costs[i].latencies, 0.5), Percentile(alone, 0.5)), "",
                questions[i].words == 2 ? At(documents, AtMost(1.3)) : std::nullopt);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> RunSize(int documents, const std::string& hotlined, std::uint64_t seed, bool smoke) {
  const tests::TemporaryFolder folder;
  WriteArchiveCorpus(folder.path(), documents, seed);
  Report report(absl::StrFormat("archive: %d documents", documents));

  const absl::Duration begun = SteadyNow();
  absl::StatusOr<std::unique_ptr<ServerUnderTest>> server =
      ServerUnderTest::Start({hotlined, folder.path(), {"--max_playbacks=1"}, {}});
  if (!server.ok()) return server.status();
  ArchiveQuestions questions({(*server)->address(), (*server)->pid(), documents, seed, smoke ? 20 : 2'000,
                              smoke ? absl::Seconds(1) : absl::Seconds(5)});
  if (absl::Status status = questions.WaitUntilServing(); !status.ok()) return status;
  const absl::Duration start = SteadyNow() - begun;
  const absl::Duration start_cpu = CpuTimeOf((*server)->pid());
  const double resident = static_cast<double>(ResidentBytesOf((*server)->pid()));

  const absl::StatusOr<Cost> get = questions.GetDocument();
  if (!get.ok()) return get.status();
  const double own = questions.bytes_per_document();
  report.Add("from start to SERVING", absl::ToDoubleSeconds(start), "s", At(documents, AtMost(15)));
  report.Add("CPU until then", absl::ToDoubleSeconds(start_cpu), "s");
  report.Add("resident when SERVING", resident / 1e6, "MB");
  report.Add("a document's own bytes", own, "B");
  report.Add("resident a document, beyond its own", resident / documents - own, "B", At(documents, AtMost(2500)));
  AddCost(*get, &report);
  if (absl::Status status = AddLists(&questions, &report); !status.ok()) return status;
  std::vector<Cost> searches;
  for (const SearchQuestion& question : SearchQuestions()) {
    absl::StatusOr<Cost> cost = questions.SearchDocuments(question);
    if (!cost.ok()) return cost.status();
    searches.push_back(*std::move(cost));
  }
  if (absl::Status status = (*server)->Stop(); !status.ok()) return status;
  if (absl::Status status = AddSearches(searches, folder.path(), documents, &report); !status.ok()) return status;
  return report.ToString();
}

int Run() {
  const std::string hotlined = absl::GetFlag(FLAGS_hotlined);
  if (!std::filesystem::exists(hotlined)) {
    std::fprintf(stderr, "archive_bench: there is no program %s\n", hotlined.c_str());
    return 1;
  }
  const bool smoke = absl::GetFlag(FLAGS_smoke);
  const std::vector<std::string> sizes = smoke ? std::vector<std::string>{"1000"} : absl::GetFlag(FLAGS_documents);
  for (const std::string& size : sizes) {
    int documents = 0;
    if (!absl::SimpleAtoi(size, &documents) || documents < kFewestDocuments || documents > kMostDocuments) {
      std::fprintf(stderr, "archive_bench: --documents has \"%s\"; allowed are numbers from %d to %d\n", size.c_str(),
                   kFewestDocuments, kMostDocuments);
      return 1;
    }
    const absl::StatusOr<std::string> table = RunSize(documents, hotlined, absl::GetFlag(FLAGS_seed), smoke);
    if (!table.ok()) {
      std::fprintf(stderr, "archive_bench: %s documents: %s\n", size.c_str(), table.status().ToString().c_str());
      return 1;
    }
    std::printf("%s\n", table->c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace hotline::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("measures what an archive of many documents costs hotlined");
  absl::ParseCommandLine(argc, argv);
  // Debian's Abseil checks for deadlocks at every lock, of gRPC too.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return hotline::bench::Run();
}
