// The player on the terminal that it is started on, with a playback in memory in place of a server. The playback begins
// paused, and at once half an hour passes, after which it closes as the server does; one that goes on from there does
// not close.

#include <gmock/gmock.h>

#include <memory>
#include <utility>
#include <vector>

#include "client/cli/player/player.h"
#include "client/cli/player/signals.h"
#include "hotline/mocks/fake_playback.h"
#include "hotline/mocks/mock_connection.h"
#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::ByMove;
using ::testing::NiceMock;
using ::testing::Return;

std::vector<v1::TimelineItem> Items() {
  std::vector<v1::TimelineItem> items(3);
  *items[0].mutable_time() = At("1962-10-26T00:00:00-04:00");
  items[0].mutable_day_started()->set_day("1962-10-26");
  *items[1].mutable_time() = At("1962-10-26T12:00:00-04:00");
  *items[1].mutable_event()->mutable_event() = SampleDocument("kk-08").events(0);
  *items[2].mutable_time() = At("1962-10-27T00:00:00-04:00");
  items[2].mutable_end_of_timeline();
  return items;
}

int Main() {
  Signals signals;
  mocks::FakePlaybackOptions options;
  options.opened.set_time_zone("America/New_York");
  mocks::FakePlayback fake(Items(), options);
  const auto connection = std::make_shared<NiceMock<mocks::MockConnection>>();
  v1::GetCorpusResponse corpus;
  *corpus.mutable_corpus() = SampleCorpus();
  v1::StreamTimelineResponse all;
  all.set_revision("fake");
  for (const v1::TimelineItem& item : Items()) *all.add_items() = item;
  EXPECT_CALL(*connection, GetCorpus).WillOnce(Return(corpus));
  EXPECT_CALL(*connection, ListDocuments).WillOnce(Return(v1::ListDocumentsResponse()));
  EXPECT_CALL(*connection, StreamTimeline).WillOnce(Return(ByMove(mocks::MakeTimelineStream({all}))));
  EXPECT_CALL(*connection, PlayTimeline)
      .WillOnce([&fake](v1::PlaybackStart start) {
        start.set_start_paused(true);
        Playback playback = fake.Begin(start);
        fake.Advance(absl::Minutes(31));
        return playback;
      })
      .WillOnce([&fake](const v1::PlaybackStart& start) { return fake.Begin(start); });
  const CommandLine line;
  const Client client(connection);
  Output output;
  const PlayerEnd end = RunPlayer({line, client, Page(), output, [](const std::string&) {}}, signals);
  return end.status.ok() && !end.interrupted ? 0 : 1;
}

}  // namespace
}  // namespace hotline::cli

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  return hotline::cli::Main();
}
