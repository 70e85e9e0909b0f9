// Tests of programs that use the SDK, without a server.
#include <gmock/gmock.h>
#include <hotline/client.h>
#include <hotline/mocks/fake_playback.h>
#include <hotline/mocks/mock_connection.h>
#include <hotline/version.h>

#include <iostream>

// What is tested: a program that listens, and one that steps through history.
int CountMessages(const hotline::Client& client) {
  int messages = 0;
  for (const auto& response : client.StreamTimeline()) messages += response.ok() ? 1 : 0;
  return messages;
}

int CountStepsToTheEnd(const hotline::Client& client) {
  hotline::v1::PlaybackStart start;
  start.set_start_paused(true);
  hotline::Playback playback = client.PlayTimeline(start);
  int steps = 0;
  while (true) {
    const auto answer = playback.Step().Get();
    if (!answer.ok() || answer->control_applied().stepped() == 0) return steps;
    ++steps;
  }
}

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  const auto connection = std::make_shared<hotline::mocks::MockConnection>();
  const hotline::Client client(connection);

  hotline::v1::StreamTimelineResponse opened;
  opened.mutable_opened()->set_item_count(2);
  EXPECT_CALL(*connection, StreamTimeline)
      .WillOnce(testing::Return(testing::ByMove(hotline::mocks::MakeTimelineStream({opened}))));
  const int messages = CountMessages(client);

  hotline::v1::TimelineItem letter;
  letter.mutable_event()->mutable_document()->set_name("documents/kk-08");
  hotline::mocks::FakePlayback fake({letter, letter});
  EXPECT_CALL(*connection, PlayTimeline).WillOnce([&fake](const auto& start) { return fake.Begin(start); });
  const int steps = CountStepsToTheEnd(client);

  std::cout << "hotline " << hotline::kVersion << ": " << messages << " message, " << steps << " steps\n";
  return messages == 1 && steps == 2 ? 0 : 1;
}
