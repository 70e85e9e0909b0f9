#include "server/rpc/access_log.h"

#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "server/rpc/acceptor.h"

namespace hotline::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What the log writes of one call.
std::string LineOf(const EndedCall& call, AccessLog::Format format) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const FileDescriptor reader(ends[0]);
  FileDescriptor sink(ends[1]);
  {
    LogWriter writer(sink.get());
    AccessLog(format, &writer).Write(call);
  }
  sink.Close();
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(read(reader.get(), text.data(), text.size())));
  return text;
}

EndedCall ACall() {
  EndedCall call;
  call.ended_at = absl::FromUnixMillis(1'790'000'000'042);
  call.method = "/hotline.v1.ArchiveService/GetDocument";
  call.code = "NOT_FOUND";
  call.reason = "DOCUMENT_NOT_FOUND";
  call.took = absl::Microseconds(1'234'567);
  call.received = 1;
  call.peer = "ipv4:127.0.0.1:4711";
  call.request_id = "abc-1";
  return call;
}

TEST(AccessLogTest, TextIsOneLineOfNamesAndValues) {
  EXPECT_EQ(LineOf(ACall(), AccessLog::Format::kText),
            "2026-09-21T14:13:20.042Z info call method=/hotline.v1.ArchiveService/GetDocument code=NOT_FOUND "
            "duration_s=1.234567 peer=ipv4:127.0.0.1:4711 request_id=abc-1 reason=DOCUMENT_NOT_FOUND received=1 "
            "sent=0\n");
}

TEST(AccessLogTest, JsonIsOneObjectOfTheSame) {
  google::protobuf::Struct line;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(LineOf(ACall(), AccessLog::Format::kJson), &line).ok());
  const auto& fields = line.fields();
  EXPECT_EQ(fields.at("time").string_value(), "2026-09-21T14:13:20.042Z");
  EXPECT_EQ(fields.at("method").string_value(), "/hotline.v1.ArchiveService/GetDocument");
  EXPECT_EQ(fields.at("code").string_value(), "NOT_FOUND");
  EXPECT_EQ(fields.at("duration_s").number_value(), 1.234567);
  EXPECT_EQ(fields.at("received").number_value(), 1);
  EXPECT_EQ(fields.count("trace_id"), 0u);
}

TEST(AccessLogTest, WhatAClientSentCannotBreakALine) {
  EndedCall call = ACall();
  call.user_agent = "evil\" code=OK\n2026-09-21T14:13:20.042Z \xFF\\";
  const std::string text = LineOf(call, AccessLog::Format::kText);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_THAT(text, HasSubstr("user_agent=\"evil\\\" code=OK\\u000a"));
  google::protobuf::Struct line;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(LineOf(call, AccessLog::Format::kJson), &line).ok());
  EXPECT_THAT(line.fields().at("user_agent").string_value(), HasSubstr("evil\" code=OK\n"));
}

TEST(AccessLogTest, LongValuesAreCut) {
  EndedCall call = ACall();
  const std::string agent(1'000, 'a');
  call.user_agent = agent;
  EXPECT_THAT(LineOf(call, AccessLog::Format::kText), HasSubstr("\"" + std::string(256, 'a') + "\""));
}

TEST(AccessLogTest, ADeadlineThatHasPassedIsNegative) {
  EndedCall call = ACall();
  call.deadline_left = absl::Milliseconds(-1'500);
  EXPECT_THAT(LineOf(call, AccessLog::Format::kText), HasSubstr("deadline_left_s=-1.500000"));
}

TEST(ParseTraceParentTest, GivesTraceAndSpan) {
  const auto parsed = ParseTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(parsed->parent_span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(ParseTraceParent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").has_value());
}

TEST(ParseTraceParentTest, IgnoresWhatIsMalformed) {
  for (const char* header : {
           "",
           "00",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
           "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
       }) {
    EXPECT_FALSE(ParseTraceParent(header).has_value()) << header;
  }
}

}  // namespace
}  // namespace hotline::server
