#ifndef HOTLINE_TESTS_BENCH_ARCHIVE_QUESTIONS_H_
#define HOTLINE_TESTS_BENCH_ARCHIVE_QUESTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hotline/v1/archive_service.grpc.pb.h"
#include "tests/bench/archive_corpus.h"

namespace hotline::bench {

// What one kind of question cost.
struct Cost {
  std::string question;
  std::vector<absl::Duration> latencies;  // one a call
  absl::Duration server_cpu_per_call;
  int results = 0;  // total_size of the last answer; 0 where it has none
};

// A query of a kind, in the syntax of SearchDocuments.
struct SearchQuestion {
  std::string question;
  int words;  // 0 for a phrase or a beginning
  std::string query;
};

// Asks a server that serves an archive corpus, one call after the other over one connection.
class ArchiveQuestions {
 public:
  struct Options {
    std::string address;
    pid_t server = 0;  // whose CPU is counted
    int documents = 0;
    std::uint64_t seed = 0;
    int calls = 0;         // of each kind, at most
    absl::Duration limit;  // for each kind; at least one call is made
  };

  explicit ArchiveQuestions(const Options& options);

  // Waits until grpc.health.v1 says SERVING. DEADLINE_EXCEEDED after 3 minutes.
  absl::Status WaitUntilServing() const;

  // Each fails where the server does not answer as it should.
  absl::StatusOr<Cost> GetDocument();
  absl::StatusOr<Cost> ListDocuments(const std::string& question, const v1::ListDocumentsRequest& request);
  absl::StatusOr<Cost> SearchDocuments(const SearchQuestion& question);

  // A token of the page in the middle of all documents.
  absl::StatusOr<std::string> MiddlePage();

  // Of the documents that GetDocument() got: the mean size of their serialisation.
  double bytes_per_document() const { return bytes_got_ / static_cast<double>(documents_got_); }

 private:
  // Calls `ask` until the options say that it is enough.
  absl::StatusOr<Cost> Measure(const std::string& question, const std::function<absl::Status(Cost*)>& ask);

  const Options options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::ArchiveService::Stub> stub_;
  std::mt19937_64 random_;
  double bytes_got_ = 0;
  std::int64_t documents_got_ = 0;
};

// One word, two common words, a common and a rare one, a phrase, a beginning.
std::vector<SearchQuestion> SearchQuestions();

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_ARCHIVE_QUESTIONS_H_
