// A test of a program that uses the SDK, without a server.
#include <gmock/gmock.h>
#include <hotline/client.h>
#include <hotline/mocks/mock_connection.h>
#include <hotline/version.h>

#include <iostream>

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  const auto connection = std::make_shared<hotline::mocks::MockConnection>();
  hotline::v1::StreamTimelineResponse opened;
  opened.mutable_opened()->set_item_count(2);
  EXPECT_CALL(*connection, StreamTimeline)
      .WillOnce(testing::Return(testing::ByMove(hotline::mocks::MakeTimelineStream({opened}))));
  int messages = 0;
  for (const auto& response : hotline::Client(connection).StreamTimeline()) messages += response.ok() ? 1 : 0;
  std::cout << "hotline " << hotline::kVersion << ": " << messages << " message\n";
  return messages == 1 ? 0 : 1;
}
