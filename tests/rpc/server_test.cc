#include "server/rpc/server.h"

#include <grpcpp/generic/generic_stub.h>

#include <string>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using ::testing::HasSubstr;

TEST(ServerTest, APortInUseIsRefusedByName) {
  RunningServer first;
  ServerOptions options;
  options.addresses = {first.address()};
  const auto second = Server::Start(ShippedCorpus(), options);
  ASSERT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(first.address()));
}

TEST(ServerTest, OneOfSeveralAddressesInUseIsRefusedToo) {
  RunningServer first;
  ServerOptions options;
  options.addresses = {"127.0.0.1:0", first.address()};
  EXPECT_EQ(Server::Start(ShippedCorpus(), options).status().code(), absl::StatusCode::kUnavailable);
}

TEST(ServerTest, AMalformedAddressIsRefusedByName) {
  for (const std::string& address : {std::string("127.0.0.1"), std::string("127.0.0.1:"), std::string("127.0.0.1:http"),
                                     std::string("127.0.0.1:65536"), std::string("127.0.0.1:-1"), std::string(":50051"),
                                     std::string(""), std::string("unix:"), "unix:/" + std::string(200, 'x')}) {
    ServerOptions options;
    options.addresses = {address};
    const absl::Status status = Server::Start(ShippedCorpus(), options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_THAT(std::string(status.message()), HasSubstr(address.substr(0, 50)));
  }
}

TEST(ServerTest, AUnixSocketInUseIsRefusedAndOneLeftBehindIsReplaced) {
  ServerOptions options;
  options.addresses = {"unix:" + ::testing::TempDir() + "/hotline-server-test.sock"};
  auto first = Server::Start(ShippedCorpus(), options);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Server::Start(ShippedCorpus(), options).status().code(), absl::StatusCode::kUnavailable);
  first->reset();
  EXPECT_TRUE(Server::Start(ShippedCorpus(), options).ok());
}

TEST(ServerTest, ListensOnEachAddress) {
  ServerOptions options;
  options.addresses = {"127.0.0.1:0", "127.0.0.1:0"};
  const auto server = Server::Start(ShippedCorpus(), options);
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_EQ((*server)->addresses().size(), 2u);
  for (const std::string& address : (*server)->addresses()) {
    const auto stub = v1::ArchiveService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    Context context;
    v1::GetCorpusResponse response;
    EXPECT_TRUE(stub->GetCorpus(&context, {}, &response).ok()) << address;
  }
}

// Sends raw bytes as the one message of a call and returns the bytes of the first answer.
std::string CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                    const std::string& message, grpc::Status* status) {
  grpc::GenericStub stub(channel);
  Context context;
  grpc::CompletionQueue queue;
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  await();
  const grpc::Slice slice(message);
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  await();
  call->WritesDone(nullptr);
  await();
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  std::string bytes;
  if (await()) {
    grpc::Slice whole;
    if (answer.DumpToSingleSlice(&whole).ok()) bytes.assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  call->Finish(status, nullptr);
  await();
  return bytes;
}

TEST(ServerTest, ReflectionListsTheServices) {
  RunningServer server;
  // The message is ServerReflectionRequest{list_services: ""}. Its schema cannot be compiled in beside the library that
  // serves it, so the bytes are written here.
  grpc::Status status;
  const std::string answer = CallRaw(server.channel(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                     std::string("\x3A\x00", 2), &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  for (const char* service : {"hotline.v1.ArchiveService", "hotline.v1.TimelineService", "grpc.health.v1.Health"}) {
    EXPECT_THAT(answer, HasSubstr(service));
  }
}

TEST(ServerTest, WithoutReflectionNothingIsTold) {
  ServerOptions options;
  options.addresses = {"127.0.0.1:0"};
  options.reflection = false;
  const auto server = Server::Start(ShippedCorpus(), options).value();
  grpc::Status status;
  CallRaw(grpc::CreateChannel(server->addresses().front(), grpc::InsecureChannelCredentials()),
          "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", std::string("\x3A\x00", 2), &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST(ServerTest, AMethodThatNobodyHasIsRefusedByName) {
  RunningServer server;
  grpc::Status status;
  CallRaw(server.channel(), "/hotline.v1.ArchiveService/BurnDocument", "", &status);
  EXPECT_THAT(FromWire(status), FailsWith(absl::StatusCode::kUnimplemented, "METHOD_UNKNOWN"));
  EXPECT_THAT(status.error_message(), HasSubstr("/hotline.v1.ArchiveService/BurnDocument"));
}

// The id by which the access log tells of a call that failed.
std::string RequestIdOf(const absl::Status& status) {
  google::rpc::RequestInfo detail;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RequestInfo");
  EXPECT_TRUE(payload.has_value() && detail.ParseFromString(std::string(*payload))) << status;
  return detail.request_id();
}

TEST(ServerTest, AnErrorCarriesTheCallersRequestIdOrOneOfOurs) {
  RunningServer server;
  const auto fail = [&server](const std::string& id) {
    Context context;
    if (!id.empty()) context.AddMetadata("x-request-id", id);
    v1::GetDocumentRequest request;
    request.set_name("documents/none");
    v1::GetDocumentResponse response;
    return FromWire(server.archive().GetDocument(&context, request, &response));
  };
  EXPECT_EQ(RequestIdOf(fail("caller-7")), "caller-7");
  const std::string first = RequestIdOf(fail(""));
  EXPECT_EQ(first.size(), 16u);
  EXPECT_NE(RequestIdOf(fail("")), first);
  // One that would fill the log, or break its lines, is not taken.
  EXPECT_EQ(RequestIdOf(fail(std::string(129, 'x'))).size(), 16u);
  EXPECT_EQ(RequestIdOf(fail("two words")).size(), 16u);
}

TEST(ServerTest, ADocumentComesWholeOrByItsMaskAndTheWholeOneIsThatOfTheCorpus) {
  RunningServer server;
  const auto corpus = ShippedCorpus();
  for (const v1::Document& document : corpus->documents()) {
    v1::GetDocumentRequest request;
    request.set_name(document.name());
    const auto whole = Ask(server, &v1::ArchiveService::Stub::GetDocument, request);
    ASSERT_THAT(whole, IsOk());
    EXPECT_EQ(whole->document().SerializeAsString(), document.SerializeAsString());
    EXPECT_EQ(whole->revision(), corpus->revision());
    request.mutable_read_mask()->add_paths("title");
    const auto part = Ask(server, &v1::ArchiveService::Stub::GetDocument, request);
    ASSERT_THAT(part, IsOk());
    EXPECT_EQ(part->document().title(), document.title());
    EXPECT_EQ(part->document().name(), "");
  }
}

TEST(ServerTest, OneAddressMayNotTakeAllPlaybacks) {
  PlaybackLimits limits;
  limits.most_playbacks_per_peer = 1;
  RunningServer server(ShippedCorpus(), limits);
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1);
  Context context;
  const auto reader = server.timeline().StreamTimeline(&context, request);
  v1::StreamTimelineResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_THAT(Play(server.timeline(), request).status,
              FailsWith(absl::StatusCode::kResourceExhausted, "TOO_MANY_PLAYBACKS_OF_PEER"));
  context.TryCancel();
  reader->Finish();
}

TEST(ServerTest, ARequestThatIsNoMessageIsRefusedAndTheServerGoesOn) {
  RunningServer server;
  grpc::Status status;
  CallRaw(server.channel(), "/hotline.v1.TimelineService/StreamTimeline", "\xFF\xFF\xFF", &status);
  EXPECT_THAT(FromWire(status), FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_DAMAGED"));
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_unpaced(true);
  EXPECT_TRUE(Play(server.timeline(), request).status.ok());
}

TEST(ServerTest, ARequestOver64KiBIsRefused) {
  RunningServer server;
  Context context;
  v1::GetDocumentRequest request;
  request.set_name(std::string(65 * 1024, 'x'));
  v1::GetDocumentResponse response;
  EXPECT_EQ(server.archive().GetDocument(&context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace hotline::server
