#include "client/cli/player/clock_face.h"

#include <gtest/gtest.h>

namespace hotline::cli {
namespace {

const Page kPage = {80, false};

TEST(ClockFaceTest, SmallFiguresAreThreeRowsHigh) {
  EXPECT_EQ(ToText(ClockFace(kPage, Role::kPlain, "17:04", ClockSize::kSmall)),
            "▄█  ▀▀█  ▄  █▀█ █ █\n"
            " █    █  ▄  █ █ ▀▀█\n"
            "▀▀▀   ▀     ▀▀▀   ▀\n");
}

TEST(ClockFaceTest, LargeFiguresAreFiveRowsHigh) {
  EXPECT_EQ(ToText(ClockFace(kPage, Role::kPlain, "29:", ClockSize::kLarge)),
            "██████  ██████\n"
            "    ██  ██  ██    ██\n"
            "██████  ██████\n"
            "██          ██    ██\n"
            "██████  ██████\n");
}

TEST(ClockFaceTest, EveryFigureIsAsWideAsAnnounced) {
  for (const ClockSize size : {ClockSize::kSmall, ClockSize::kLarge}) {
    const Block face = ClockFace(kPage, Role::kLeft, "01:23456789-", size);
    EXPECT_EQ(static_cast<int>(face.size()), FaceHeight(size));
    for (const Line& line : face) EXPECT_EQ(line.width(), FaceWidth("01:23456789-", size));
  }
  EXPECT_EQ(FaceWidth("", ClockSize::kLarge), 0);
}

}  // namespace
}  // namespace hotline::cli
