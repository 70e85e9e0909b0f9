#include "tests/timeline/recorder.h"

#include <string>

#include "gtest/gtest.h"

namespace hotline::server {

void Recorder::See(const Player::Message& message) {
  EXPECT_FALSE(closed_) << "a message behind closing";
  const Cursor& cursor = message.cursor;
  switch (message.content) {
    case Player::Message::Content::kOpened:
      EXPECT_FALSE(expected_.has_value()) << "opened twice";
      expected_ = cursor.next;
      break;
    case Player::Message::Content::kItems:
      EXPECT_EQ(message.first, expected_) << "G1, G2: ordinals rise by one";
      EXPECT_LT(message.first, cursor.next) << "an empty message";
      for (std::size_t ordinal = message.first; ordinal < cursor.next; ++ordinal) {
        EXPECT_LE(timeline_->time(ordinal), cursor.clock) << "G4: item " << ordinal << " before its time";
        ordinals_.push_back(ordinal);
      }
      expected_ = cursor.next;
      break;
    case Player::Message::Content::kHeartbeat:
      EXPECT_EQ(cursor.next, expected_);
      break;
    case Player::Message::Content::kClosing:
      EXPECT_EQ(cursor.next, expected_);
      closed_ = true;
      break;
  }
  if (clock_.has_value()) {
    EXPECT_GE(cursor.clock, *clock_) << "G5: the clock fell";
  }
  clock_ = cursor.clock;
  if (cursor.next < timeline_->size()) {
    EXPECT_LE(cursor.clock, timeline_->time(cursor.next)) << "G6: the clock passed an item that was not sent";
  }
  CheckPosition(cursor);
}

void Recorder::CheckPosition(const Cursor& cursor) {
  const auto position = DecodePosition(EncodePosition(*timeline_, cursor), "from_position");
  ASSERT_TRUE(position.ok()) << position.status();
  const auto decoded = ResumeAt(*position, *timeline_, "from_position");
  ASSERT_TRUE(decoded.ok()) << "G9: " << decoded.status();
  EXPECT_EQ(decoded->next, cursor.next);
  EXPECT_EQ(decoded->clock, cursor.clock);
  EXPECT_EQ(decoded->pace, cursor.pace);
  EXPECT_EQ(decoded->playing, cursor.playing);
}

}  // namespace hotline::server
