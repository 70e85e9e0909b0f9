#include "server/corpus/crossings.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

constexpr auto kSent = v1::EVENT_TYPE_SENT;
constexpr auto kReceived = v1::EVENT_TYPE_RECEIVED;
constexpr auto kBroadcast = v1::EVENT_TYPE_BROADCAST;
constexpr auto kDrafted = v1::EVENT_TYPE_DRAFTED;

// "a-b c-d?": the pairs in their order, with a question mark where it is open.
std::string Crossings(const std::vector<TinyDocument>& tiny) {
  const auto corpus = TinyCorpus(tiny);
  std::vector<const v1::Document*> documents;
  for (const v1::Document& document : corpus->documents()) documents.push_back(&document);
  std::string pairs;
  for (const CrossedPair& pair : FindCrossings(*corpus, documents)) {
    absl::StrAppend(&pairs, pairs.empty() ? "" : " ", pair.first->name().substr(10), "-",
                    pair.second->name().substr(10), pair.approximate ? "?" : "");
  }
  return pairs;
}

TinyDocument FromWashington(const std::string& id, const std::string& sent, const std::string& received) {
  return {id, "kennedy", "khrushchev", "", {{kSent, sent, {"washington"}}, {kReceived, received, {"moscow"}}}};
}

TinyDocument FromMoscow(const std::string& id, const std::string& sent, const std::string& received) {
  return {id, "khrushchev", "kennedy", "", {{kSent, sent, {"moscow"}}, {kReceived, received, {"washington"}}}};
}

TEST(CrossingsTest, LettersCrossedWhereEachWasSentBeforeTheOtherArrived) {
  const TinyDocument b = FromMoscow("b", "1962-10-26T10:00Z", "1962-10-26T20:00Z");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T08:00Z", "1962-10-26T11:00Z"), b}), "a-b");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T12:00Z", "1962-10-26T21:00Z"), b}), "b-a");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T08:00Z", "1962-10-26T10:00Z"), b}), "") << "arrived as b left";
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T20:00Z", "1962-10-26T23:00Z"), b}), "") << "left as b arrived";
}

TEST(CrossingsTest, LettersOfOneSideDoNotCross) {
  EXPECT_EQ(Crossings({FromMoscow("a", "1962-10-26T10:00Z", "1962-10-26T20:00Z"),
                       FromMoscow("b", "1962-10-26T11:00Z", "1962-10-26T20:00Z")}),
            "");
}

TEST(CrossingsTest, WhatAnswersALetterDidNotCrossItWhateverTheTimes) {
  const TinyDocument a = FromWashington("a", "1962-10-26T08:00Z", "1962-10-26");  // noon in New York is 16:00Z
  TinyDocument b = FromMoscow("b", "1962-10-26T10:00Z", "1962-10-26T20:00Z");
  EXPECT_EQ(Crossings({a, b}), "a-b?");
  b.replies_to = {"a"};
  EXPECT_EQ(Crossings({a, b}), "");
}

TEST(CrossingsTest, ItIsOpenWhereTheIntervalsDoNotSettleIt) {
  const TinyDocument b = FromMoscow("b", "1962-10-26T10:00Z", "1962-10-26T20:00Z");
  // Of New York's days the 26th ends at 04:00Z of the 27th.
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T08:00Z", "1962-10-26"), b}), "a-b?");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T08:00Z", "1962-10-27"), b}), "a-b");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T08:00Z", "1962-10-26T11:00Z~"), b}), "a-b?");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26T08:00Z", "1962-10-27?"), b}), "a-b?");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-25", "1962-10-27"), b}), "a-b");
  EXPECT_EQ(Crossings({FromWashington("a", "1962-10-26", "1962-10-27"), b}), "b-a?") << "a left after 10:00, or before";
}

TEST(CrossingsTest, TheFirstChannelByWhichALetterBecameKnownCounts) {
  const TinyDocument b = FromMoscow("b", "1962-10-26T10:00Z", "1962-10-26T20:00Z");
  TinyDocument a = FromWashington("a", "1962-10-26T08:00Z", "1962-10-26T12:00Z");
  EXPECT_EQ(Crossings({a, b}), "a-b");
  a.events.push_back({kBroadcast, "1962-10-26T09:00Z", {"moscow"}});
  EXPECT_EQ(Crossings({a, b}), "");
  // A second channel of that day, at some hour, leaves it open though noon is later.
  a.events.back() = {kBroadcast, "1962-10-26", {"moscow"}};
  EXPECT_EQ(Crossings({a, b}), "a-b?");
}

TEST(CrossingsTest, BroadcastsDoNotCrossEachOtherAndALetterUnderWayCrossesThem) {
  const TinyDocument spoken = {
      "spoken", "kennedy", "khrushchev", "", {{kBroadcast, "1962-10-26T12:00Z", {"washington", "moscow"}}}};
  const TinyDocument read = {
      "read", "khrushchev", "kennedy", "", {{kBroadcast, "1962-10-26T13:00Z", {"moscow", "washington"}}}};
  const TinyDocument letter = FromMoscow("letter", "1962-10-26T10:00Z", "1962-10-26T20:00Z");
  EXPECT_EQ(Crossings({spoken, read, letter}), "letter-spoken");
}

TEST(CrossingsTest, WhatWasNeverSentOrNeverArrivedCrossesNothing) {
  const TinyDocument b = FromMoscow("b", "1962-10-26T10:00Z", "1962-10-26T20:00Z");
  EXPECT_EQ(
      Crossings({{"a",
                  "kennedy",
                  "khrushchev",
                  "",
                  {{kDrafted, "1962-10-26T08:00Z", {"washington"}}, {kReceived, "1962-10-26T11:00Z", {"moscow"}}}},
                 b}),
      "");
  EXPECT_EQ(Crossings({{"a", "kennedy", "khrushchev", "", {{kSent, "1962-10-26T08:00Z", {"washington"}}}}, b}), "");
}

TEST(CrossingsTest, PairsStandInTheOrderInWhichTheyWereSent) {
  EXPECT_EQ(Crossings({FromWashington("late", "1962-10-26T11:00Z", "1962-10-26T22:00Z"),
                       FromMoscow("b", "1962-10-26T10:00Z", "1962-10-26T20:00Z"),
                       FromWashington("early", "1962-10-26T08:00Z", "1962-10-26T22:00Z"),
                       FromMoscow("d", "1962-10-26T12:00Z", "1962-10-26T20:00Z")}),
            "early-b early-d b-late late-d");
}

}  // namespace
}  // namespace hotline::server
