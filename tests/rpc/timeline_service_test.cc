#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

v1::StreamTimelineRequest Unpaced() {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_unpaced(true);
  return request;
}

std::string Bytes(const std::vector<v1::TimelineItem>& items) {
  std::string bytes;
  for (const v1::TimelineItem& item : items) bytes += item.SerializeAsString();
  return bytes;
}

class TimelineServiceTest : public ::testing::Test {
 protected:
  Played Stream(const v1::StreamTimelineRequest& request) { return Play(server_.timeline(), request); }

  RunningServer server_;
};

TEST(TimelineServiceWithLargeTextsTest, AnItemBeyondTheLimitEndsThePlaybackBehindTheOneBefore) {
  TinyDocument small{"small", "kennedy", "khrushchev", "", {{v1::EVENT_TYPE_SENT, "1962-10-22T10:00-04:00", {}}}};
  TinyDocument large{"large", "kennedy", "khrushchev", "", {{v1::EVENT_TYPE_SENT, "1962-10-22T11:00-04:00", {}}}};
  large.text.assign(3'670'016, 'x');
  RunningServer server(TinyCorpus({small, large}));
  v1::StreamTimelineRequest request = Unpaced();
  request.mutable_selection()->set_view(v1::TIMELINE_VIEW_FULL);
  const Played played = Play(server.timeline(), request);
  EXPECT_THAT(played.status, FailsWith(kPrecondition, "RESPONSE_TOO_LARGE"));
  ASSERT_EQ(played.items().size(), 2u);
  EXPECT_EQ(played.items().back().event().document().name(), "documents/small");
  request.mutable_selection()->set_view(v1::TIMELINE_VIEW_UNSPECIFIED);
  EXPECT_THAT(Play(server.timeline(), request).status, IsOk());
}

TEST_F(TimelineServiceTest, AnUnpacedPlaybackSendsEverythingThenClosingThenOk) {
  const Played played = Stream(Unpaced());
  EXPECT_THAT(played.status, IsOk());
  ASSERT_GE(played.messages.size(), 3u);
  const v1::PlaybackOpened& opened = played.messages.front().opened();
  EXPECT_EQ(opened.outcome(), v1::OPENED_OUTCOME_FRESH);
  EXPECT_EQ(opened.first_day(), "1962-10-21");
  EXPECT_EQ(opened.last_day(), "1962-10-28");
  EXPECT_EQ(opened.first_ordinal(), 0);
  EXPECT_EQ(opened.item_count(), static_cast<std::int64_t>(played.items().size()));
  EXPECT_EQ(played.messages.back().closing().reason(), v1::CLOSING_REASON_END);
  std::int64_t ordinal = 0;
  for (const v1::TimelineItem& item : played.items()) EXPECT_EQ(item.ordinal(), ordinal++);
  EXPECT_TRUE(played.items().back().has_end_of_timeline());
  for (const v1::StreamTimelineResponse& message : played.messages) {
    EXPECT_EQ(message.epoch(), 1);
    EXPECT_EQ(message.revision(), ShippedCorpus()->revision());
    EXPECT_NE(message.position(), "");
    EXPECT_TRUE(message.has_clock());
    EXPECT_EQ(message.content_case() == v1::StreamTimelineResponse::CONTENT_NOT_SET, message.items_size() > 0);
  }
}

TEST_F(TimelineServiceTest, WashingtonLearnsOfTheLongLetterOnlyWhenTheWhiteHouseHasIt) {
  v1::StreamTimelineRequest request = Unpaced();
  request.mutable_selection()->set_audience("washington");
  std::string day;
  for (const v1::TimelineItem& item : Stream(request).items()) {
    if (item.has_day_started()) day = item.day_started().day();
    if (item.event().document().name() != "documents/kk-08") continue;
    EXPECT_EQ(TimeUtil::ToString(item.time()), "1962-10-27T01:15:00Z");
    EXPECT_EQ(day, "1962-10-26");
    EXPECT_EQ(item.event().event().type(), v1::EVENT_TYPE_RECEIVED);
    return;
  }
  FAIL() << "kk-08 was not played";
}

TEST_F(TimelineServiceTest, TheLastLetterIsReleasedOnThe28thInWashingtonAndOnThe29thInMoscow) {
  const auto day_of_release = [this](const std::string& zone) {
    v1::StreamTimelineRequest request = Unpaced();
    request.mutable_selection()->set_time_zone(zone);
    std::string day;
    for (const v1::TimelineItem& item : Stream(request).items()) {
      if (item.has_day_started()) day = item.day_started().day();
      if (item.event().document().name() == "documents/kk-13") return day;
    }
    return std::string("never");
  };
  EXPECT_EQ(day_of_release("America/New_York"), "1962-10-28");
  EXPECT_EQ(day_of_release("Europe/Moscow"), "1962-10-29");
}

TEST_F(TimelineServiceTest, APositionOfAnyMessageGoesOnWithTheNextItemOnAnotherServerByteForByte) {
  RunningServer other;
  const Played whole = Stream(Unpaced());
  v1::StreamTimelineRequest paced;
  paced.mutable_pace()->set_speed(1e7);
  const Played run = Stream(paced);
  EXPECT_EQ(Bytes(run.items()), Bytes(whole.items()));
  std::vector<v1::TimelineItem> before;
  for (const v1::StreamTimelineResponse& message : run.messages) {
    before.insert(before.end(), message.items().begin(), message.items().end());
    v1::StreamTimelineRequest resume = Unpaced();
    resume.set_from_position(message.position());
    const Played rest = Play(other.timeline(), resume);
    EXPECT_THAT(rest.status, IsOk());
    EXPECT_EQ(rest.messages.front().opened().outcome(), v1::OPENED_OUTCOME_RESUMED);
    EXPECT_EQ(TimeUtil::ToString(rest.messages.front().clock()), TimeUtil::ToString(message.clock()));
    std::vector<v1::TimelineItem> joined = before;
    const std::vector<v1::TimelineItem> behind = rest.items();
    joined.insert(joined.end(), behind.begin(), behind.end());
    EXPECT_EQ(Bytes(joined), Bytes(whole.items()));
  }
}

TEST_F(TimelineServiceTest, AResumeTakesThePaceOfThePositionUnlessOneIsGiven) {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1e7);
  const Played run = Stream(request);
  v1::StreamTimelineRequest resume;
  resume.set_from_position(run.messages.front().position());
  EXPECT_EQ(Stream(resume).messages.front().opened().pace().speed(), 1e7);
  *resume.mutable_pace() = Unpaced().pace();
  EXPECT_TRUE(Stream(resume).messages.front().opened().pace().unpaced());
}

TEST_F(TimelineServiceTest, StartsAtATimeOrAnEventAndMovesWhatLiesOutside) {
  v1::StreamTimelineRequest request = Unpaced();
  *request.mutable_from_time() = TimeUtil::GetEpoch();
  Played played = Stream(request);
  EXPECT_TRUE(played.messages.front().opened().clamped());
  EXPECT_EQ(played.items().size(), 1u);

  ASSERT_TRUE(TimeUtil::FromString("1962-10-28T21:35:00Z", request.mutable_from_time()));
  played = Stream(request);
  EXPECT_FALSE(played.messages.front().opened().clamped());
  EXPECT_EQ(played.items().front().event().document().name(), "documents/kk-13");

  request.set_from_event(played.items().front().event().event().name());
  EXPECT_EQ(Bytes(Stream(request).items()), Bytes(played.items()));
}

TEST_F(TimelineServiceTest, UntilIsExclusive) {
  v1::StreamTimelineRequest request = Unpaced();
  ASSERT_TRUE(TimeUtil::FromString("1962-10-27T01:15:00Z", request.mutable_until()));
  const Played before = Stream(request);
  EXPECT_EQ(before.messages.back().closing().reason(), v1::CLOSING_REASON_END);
  request.mutable_until()->set_nanos(1);
  const Played with = Stream(request);
  EXPECT_EQ(with.items().size(), before.items().size() + 1);
  EXPECT_EQ(with.items().back().event().document().name(), "documents/kk-08");
}

TEST_F(TimelineServiceTest, HeartbeatsKeepComingThroughALongGap) {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1);
  request.mutable_heartbeat_interval()->set_seconds(1);
  Context context;
  const auto reader = server_.timeline().StreamTimeline(&context, request);
  v1::StreamTimelineResponse message;
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_TRUE(message.has_opened());
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_EQ(message.items_size(), 1);
  const absl::Time began = FromTimestamp(message.clock());
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_TRUE(message.has_heartbeat());
  EXPECT_EQ(message.heartbeat().state(), v1::PLAYBACK_STATE_PLAYING);
  EXPECT_GE(FromTimestamp(message.clock()) - began, absl::Seconds(1));
  context.TryCancel();
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(TimelineServiceTest, PacedItemsAreNeverEarly) {
  v1::StreamTimelineRequest request;
  // The whole of the eight days in about 0.7 s.
  request.mutable_pace()->set_speed(1e6);
  Context context;
  const absl::Time began = absl::Now();
  const auto reader = server_.timeline().StreamTimeline(&context, request);
  v1::StreamTimelineResponse message;
  absl::Time start;
  while (reader->Read(&message)) {
    if (message.has_opened()) start = FromTimestamp(message.opened().start());
    for (const v1::TimelineItem& item : message.items()) {
      EXPECT_GE(absl::Now() - began, (FromTimestamp(item.time()) - start) / 1e6) << item.ordinal();
      EXPECT_TRUE(message.has_late_by());
    }
  }
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(TimelineServiceTest, BadFieldsAreNamed) {
  const auto refusal = [this](auto set) {
    v1::StreamTimelineRequest request = Unpaced();
    set(&request);
    const Played played = Stream(request);
    EXPECT_TRUE(played.messages.empty()) << "opened before it was refused";
    return played.status;
  };
  using Request = v1::StreamTimelineRequest*;
  EXPECT_THAT(refusal([](Request r) { r->mutable_selection()->set_time_zone("Nowhere"); }),
              IsBadField("selection.time_zone"));
  EXPECT_THAT(refusal([](Request r) {
                r->mutable_selection()->set_first_day("1962-10-28");
                r->mutable_selection()->set_last_day("1962-10-27");
              }),
              IsBadField("selection.last_day"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_selection()->set_audience("havana"); }),
              IsBadField("selection.audience"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_pace()->set_speed(0); }), IsBadField("pace.speed"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_heartbeat_interval()->set_nanos(999'999'999); }),
              IsBadField("heartbeat_interval"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_heartbeat_interval()->set_seconds(31); }),
              IsBadField("heartbeat_interval"));
  EXPECT_THAT(refusal([](Request r) { r->set_lag_policy(static_cast<v1::LagPolicy>(5)); }), IsBadField("lag_policy"));
  EXPECT_THAT(refusal([](Request r) { r->set_revision_policy(static_cast<v1::RevisionPolicy>(5)); }),
              IsBadField("revision_policy"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_from_time()->set_nanos(-5); }), IsBadField("from_time"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_until()->set_seconds(-300'000'000); }), IsBadField("until"));
  EXPECT_THAT(refusal([](Request r) { r->set_from_position("damaged"); }), FailsWith(kInvalid, "POSITION_DAMAGED"));
  EXPECT_THAT(refusal([](Request r) { r->set_from_position(std::string(513, 'A')); }),
              FailsWith(kInvalid, "POSITION_TOO_LONG"));
}

TEST_F(TimelineServiceTest, AnUnknownEventIsNotFoundAndOneLeftOutIsAFailedPrecondition) {
  v1::StreamTimelineRequest request = Unpaced();
  request.set_from_event("documents/kk-08/events/99");
  EXPECT_THAT(Stream(request).status, FailsWith(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND"));
  request.set_from_event("documents/kk-08/events/1");  // Moscow's act, of which Washington did not know
  request.mutable_selection()->set_audience("washington");
  EXPECT_THAT(Stream(request).status, FailsWith(kPrecondition, "EVENT_NOT_SELECTED"));
}

TEST_F(TimelineServiceTest, APositionOfAnotherSelectionIsRefused) {
  v1::StreamTimelineRequest request = Unpaced();
  request.set_from_position(Stream(Unpaced()).messages.front().position());
  request.mutable_selection()->set_audience("moscow");
  EXPECT_THAT(Stream(request).status, FailsWith(kInvalid, "SELECTION_MISMATCH"));
}

TEST_F(TimelineServiceTest, APositionOfAnotherRevisionIsRefusedOrContinuedAsTheClientSays) {
  RunningServer other(TinyCorpus({{"a",
                                   "kennedy",
                                   "khrushchev",
                                   "1962-10-22",
                                   {{v1::EVENT_TYPE_SENT, "1962-10-22T10:00-04:00", {}},
                                    {v1::EVENT_TYPE_RECEIVED, "1962-10-23T10:00-04:00", {}}}}}));
  const Played here = Play(other.timeline(), Unpaced());
  v1::StreamTimelineRequest request = Unpaced();
  request.set_from_position(here.messages.front().position());
  const absl::Status refused = Stream(request).status;
  EXPECT_THAT(refused, FailsWith(kPrecondition, "REVISION_NOT_HELD"));
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(refused).metadata().at("current_revision"), ShippedCorpus()->revision());

  request.set_revision_policy(v1::REVISION_POLICY_CONTINUE);
  v1::StreamTimelineRequest mismatch = request;
  mismatch.mutable_selection()->set_audience("moscow");
  EXPECT_THAT(Stream(mismatch).status, FailsWith(kInvalid, "SELECTION_MISMATCH"));
  const Played continued = Stream(request);
  EXPECT_THAT(continued.status, IsOk());
  EXPECT_EQ(continued.messages.front().opened().outcome(), v1::OPENED_OUTCOME_CONTINUED);
}

TEST_F(TimelineServiceTest, ListDaysCountsEveryDayAlsoTheEmptyOnes) {
  Context context;
  v1::ListDaysRequest request;
  request.mutable_selection()->set_first_day("1962-10-20");
  v1::ListDaysResponse response;
  ASSERT_THAT(FromWire(server_.timeline().ListDays(&context, request, &response)), IsOk());
  ASSERT_EQ(response.days_size(), 9);
  EXPECT_EQ(response.days(0).event_count(), 0);
  EXPECT_EQ(response.days(8).day(), "1962-10-28");
  EXPECT_EQ(response.days(8).document_count(), 2);
  EXPECT_EQ(response.days(8).end().seconds() - response.days(8).start().seconds(), 25 * 3600);
  EXPECT_EQ(response.time_zone(), "America/New_York");
  EXPECT_EQ(response.revision(), ShippedCorpus()->revision());
  int events = 0;
  for (const v1::Day& day : response.days()) events += day.event_count();
  EXPECT_EQ(events, static_cast<int>(ShippedCorpus()->events().size()));
}

TEST_F(TimelineServiceTest, BadFieldsOfListDaysAreNamed) {
  Context context;
  v1::ListDaysRequest request;
  request.mutable_selection()->set_last_day("1962-10-20");
  v1::ListDaysResponse response;
  EXPECT_THAT(FromWire(server_.timeline().ListDays(&context, request, &response)), IsBadField("selection.last_day"));
}

TEST_F(TimelineServiceTest, TwoPlaybacksOfOnePositionAreIndependentAndEqual) {
  v1::StreamTimelineRequest request = Unpaced();
  request.set_from_position(Stream(Unpaced()).messages.front().position());
  EXPECT_EQ(Bytes(Stream(request).items()), Bytes(Stream(request).items()));
}

TEST(PlaybackLimitsTest, OneTooManyIsToldWhenToComeBackAndAPlaceIsFreeAgainAfterACancel) {
  PlaybackLimits limits;
  limits.most_playbacks = 1;
  RunningServer server(ShippedCorpus(), limits);
  v1::StreamTimelineResponse message;
  {
    Context context;
    v1::StreamTimelineRequest slow;
    slow.mutable_pace()->set_speed(1);
    const auto reader = server.timeline().StreamTimeline(&context, slow);
    ASSERT_TRUE(reader->Read(&message));
    const absl::Status refused = Play(server.timeline(), Unpaced()).status;
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_MANY_PLAYBACKS"));
    EXPECT_GT(DetailOf<google::rpc::RetryInfo>(refused).retry_delay().seconds(), 0);
    context.TryCancel();
    while (reader->Read(&message)) {
    }
    reader->Finish();
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!Play(server.timeline(), Unpaced()).status.ok()) ASSERT_LT(absl::Now(), deadline);
}

TEST(PlaybackLimitsTest, AClientThatDoesNotReadIsEndedByTheStallLimit) {
  PlaybackLimits limits;
  limits.most_playbacks = 1;
  limits.stall = absl::Milliseconds(200);
  RunningServer server(LargeCorpus(), limits);
  v1::StreamTimelineRequest large = Unpaced();
  large.mutable_selection()->set_view(v1::TIMELINE_VIEW_FULL);
  v1::StreamTimelineRequest small = Unpaced();
  small.mutable_selection()->add_event_types(v1::EVENT_TYPE_DRAFTED);
  Context context;
  const auto stalled = server.timeline().StreamTimeline(&context, large);
  stalled->WaitForInitialMetadata();
  // The only place is free again once the server has given up on the reader.
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (Play(server.timeline(), small).status.code() == absl::StatusCode::kResourceExhausted) {
    ASSERT_LT(absl::Now(), deadline);
  }
  v1::StreamTimelineResponse message;
  std::int64_t last = 0;
  while (stalled->Read(&message)) {
    if (message.items_size() > 0) last = message.items(message.items_size() - 1).ordinal();
  }
  EXPECT_EQ(stalled->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_FALSE(message.has_closing());
  EXPECT_LT(last, 20'000) << "it was not cut short";
}

TEST(DrainTest, PlaybacksAreClosedWithAPositionThatAnotherServerTakes) {
  RunningServer leaving;
  RunningServer staying;
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1);
  Context context;
  const auto reader = leaving.timeline().StreamTimeline(&context, request);
  v1::StreamTimelineResponse message;
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_EQ(message.items_size(), 1);
  std::thread drain([&] { leaving.server().Drain({absl::Seconds(10)}); });
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.closing().reason(), v1::CLOSING_REASON_DRAINING);
  EXPECT_GT(TimeUtil::DurationToNanoseconds(message.closing().retry_after()), 0);
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_THAT(FromWire(reader->Finish()), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  drain.join();

  v1::StreamTimelineRequest resume = Unpaced();
  resume.set_from_position(message.position());
  const Played rest = Play(staying.timeline(), resume);
  EXPECT_THAT(rest.status, IsOk());
  EXPECT_EQ(rest.items().front().ordinal(), 1);
}

TEST_F(TimelineServiceTest, ItemsCarryTheFieldsOfTheReadMask) {
  v1::StreamTimelineRequest request = Unpaced();
  request.mutable_selection()->mutable_read_mask()->add_paths("identifiers");
  const Played played = Stream(request);
  EXPECT_THAT(played.status, IsOk());
  int identifiers = 0;
  for (const v1::TimelineItem& item : played.items()) {
    identifiers += item.event().document().identifiers_size();
    EXPECT_EQ(item.event().document().name(), "");
    EXPECT_EQ(item.event().document().title(), "");
  }
  EXPECT_GT(identifiers, 0);
}

TEST_F(TimelineServiceTest, AReadMaskThatIsWrongOrComesWithTheBasicViewIsRefused) {
  v1::StreamTimelineRequest request = Unpaced();
  request.mutable_selection()->mutable_read_mask()->add_paths("identifiers");
  request.mutable_selection()->set_view(v1::TIMELINE_VIEW_BASIC);
  EXPECT_THAT(Stream(request).status, IsBadField("selection.read_mask"));
  request.mutable_selection()->set_view(v1::TIMELINE_VIEW_FULL);
  request.mutable_selection()->mutable_read_mask()->add_paths("identifiers.value");
  EXPECT_THAT(Stream(request).status, IsBadField("selection.read_mask.paths[1]"));
}

}  // namespace
}  // namespace hotline::server
