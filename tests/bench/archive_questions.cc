#include "tests/bench/archive_questions.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

namespace hotline::bench {
namespace {

constexpr int kMostMessageBytes = 64 << 20;

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMostMessageBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

ArchiveQuestions::ArchiveQuestions(const Options& options)
    : options_(options),
      channel_(Connect(options.address)),
      stub_(v1::ArchiveService::NewStub(channel_)),
      random_(options.seed) {}

absl::Status ArchiveQuestions::WaitUntilServing() const {
  const auto stub = grpc::health::v1::Health::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(3)));
  context.set_wait_for_ready(true);
  const auto watch = stub->Watch(&context, {});
  grpc::health::v1::HealthCheckResponse response;
  while (watch->Read(&response)) {
    if (response.status() != grpc::health::v1::HealthCheckResponse::SERVING) continue;
    context.TryCancel();
    watch->Finish();
    return absl::OkStatus();
  }
  return FromGrpc(watch->Finish());
}

absl::StatusOr<Cost> ArchiveQuestions::Measure(const std::string& question,
                                               const std::function<absl::Status(Cost*)>& ask) {
  Cost cost;
  cost.question = question;
  if (absl::Status status = ask(&cost); !status.ok()) return status;  // not counted: what is cold is warm then
  const CpuWindow window(options_.server);
  const absl::Duration end = SteadyNow() + options_.limit;
  absl::Duration now = SteadyNow();
  do {
    if (absl::Status status = ask(&cost); !status.ok()) return status;
    const absl::Duration before = std::exchange(now, SteadyNow());
    cost.latencies.push_back(now - before);
  } while (now < end && cost.latencies.size() < static_cast<std::size_t>(options_.calls));
  cost.server_cpu_per_call = window.SoFar().server / static_cast<double>(cost.latencies.size());
  return cost;
}

absl::StatusOr<Cost> ArchiveQuestions::GetDocument() {
  return Measure("GetDocument", [this](Cost*) {
    v1::GetDocumentRequest request;
    request.set_name(ArchiveDocumentName(static_cast<int>(random_() % static_cast<unsigned>(options_.documents))));
    v1::GetDocumentResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->GetDocument(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    if (response.document().name() != request.name()) return absl::InternalError("another document came");
    bytes_got_ += static_cast<double>(response.document().ByteSizeLong());
    ++documents_got_;
    return absl::OkStatus();
  });
}

absl::StatusOr<Cost> ArchiveQuestions::ListDocuments(const std::string& question,
                                                     const v1::ListDocumentsRequest& request) {
  return Measure(question, [&](Cost* cost) {
    v1::ListDocumentsResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->ListDocuments(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    if (response.documents().empty()) return absl::InternalError(absl::StrCat(question, ": an empty page came"));
    cost->results = response.total_size();
    return absl::OkStatus();
  });
}

absl::StatusOr<Cost> ArchiveQuestions::SearchDocuments(const SearchQuestion& question) {
  return Measure(absl::StrCat("SearchDocuments, ", question.question), [&](Cost* cost) {
    v1::SearchDocumentsRequest request;
    request.set_query(question.query);
    v1::SearchDocumentsResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->SearchDocuments(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    cost->results = response.total_size();
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> ArchiveQuestions::MiddlePage() {
  v1::ListDocumentsRequest request;
  request.set_page_size(1000);
  for (int listed = 0; listed < options_.documents / 2;) {
    v1::ListDocumentsResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->ListDocuments(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    listed += response.documents_size();
    if (response.next_page_token().empty()) break;
    request.set_page_token(response.next_page_token());
  }
  return request.page_token();
}

std::vector<SearchQuestion> SearchQuestions() {
  const Vocabulary words;
  constexpr int kCommon = 9;  // "missile"
  constexpr int kAlsoCommon = 12;
  constexpr int kRare = 5'000;
  return {{"one common word", 1, words.word(kCommon)},
          {"one rare word", 1, words.word(kRare)},
          {"two common words", 2, absl::StrCat(words.word(kCommon), " ", words.word(kAlsoCommon))},
          {"a common and a rare word", 2, absl::StrCat(words.word(kCommon), " ", words.word(kRare))},
          {"a phrase", 0, absl::StrCat("\"", words.word(kCommon), " ", words.word(kAlsoCommon), "\"")},
          {"a beginning", 0, absl::StrCat(words.word(kRare).substr(0, 5), "*")}};
}

}  // namespace hotline::bench
