#include "tests/rpc/running_server.h"

#include "absl/strings/cord.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "server/corpus/loader.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {

std::shared_ptr<const Corpus> ShippedCorpus() {
  static const std::shared_ptr<const Corpus> corpus = LoadCorpus(HOTLINE_DATA_DIR).corpus;
  return corpus;
}

std::shared_ptr<const Corpus> LargeCorpus() {
  std::vector<TinyDocument> documents;
  for (int i = 0; i < 20'000; ++i) {
    documents.push_back({"d" + std::to_string(i),
                         "kennedy",
                         "khrushchev",
                         "1962-10-22",
                         {{v1::EVENT_TYPE_SENT, "1962-10-22T10:00-04:00", {}}}});
  }
  return TinyCorpus(documents);
}

RunningServer::RunningServer(std::shared_ptr<const Corpus> corpus, const PlaybackLimits& limits,
                             const SearchLimits& search_limits, const ConnectionLimits& connection_limits) {
  ServerOptions options;
  options.addresses = {"127.0.0.1:0"};
  options.playback = limits;
  options.search = search_limits;
  options.connections = connection_limits;
  server_ = Server::Start(std::move(corpus), options).value();
  channel_ = grpc::CreateChannel(address(), grpc::InsecureChannelCredentials());
  archive_ = v1::ArchiveService::NewStub(channel_);
  timeline_ = v1::TimelineService::NewStub(channel_);
}

absl::Status FromWire(const grpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (status.ok() || !details.ParseFromString(status.error_details())) return result;
  for (const google::protobuf::Any& detail : details.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

std::vector<v1::TimelineItem> Played::items() const {
  std::vector<v1::TimelineItem> all;
  for (const v1::StreamTimelineResponse& message : messages) {
    all.insert(all.end(), message.items().begin(), message.items().end());
  }
  return all;
}

Played Play(v1::TimelineService::Stub& stub, const v1::StreamTimelineRequest& request) {
  Played played;
  Context context;
  const auto reader = stub.StreamTimeline(&context, request);
  v1::StreamTimelineResponse message;
  while (reader->Read(&message)) played.messages.push_back(message);
  played.status = FromWire(reader->Finish());
  return played;
}

}  // namespace hotline::server
