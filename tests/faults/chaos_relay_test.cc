// The SDK and the server with a network between them that loses, splits, delays and cuts.

#include "tests/faults/chaos_relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <future>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/client/running_hotlined.h"
#include "tests/faults/calls.h"
#include "tests/faults/measured.h"

namespace hotline::tests {
namespace {

using ::testing::IsEmpty;
using End = Mistreatment::End;

struct NamedMistreatment {
  const char* name;
  Mistreatment mistreatment;
  // Every connection so, or only the first ones.
  int connections;
};

void PrintTo(const NamedMistreatment& mistreatment, std::ostream* out) { *out << mistreatment.name; }

class MistreatedPlaybackTest : public ::testing::TestWithParam<NamedMistreatment> {};

TEST_P(MistreatedPlaybackTest, EveryItemComesOnceAndDeadlinesHold) {
  const NamedMistreatment& named = GetParam();
  RunningHotlined server({"--min_ping_interval=500ms", "--drain_window=1s"});
  const ChaosRelay relay(server.port(), [&named](int connection) {
    return connection < named.connections ? named.mistreatment : Mistreatment();
  });
  const absl::Time begin = absl::Now();
  const History history = PlayToTheEnd(ImpatientClient(relay.address()), Everything(absl::Milliseconds(100)));
  const absl::Duration took = absl::Now() - begin;
  EXPECT_EQ(history.Fault(), "");

  // A call never outlasts its deadline, whatever happens to its connection.
  ConnectionOptions options;
  options.rpc_timeout = absl::Seconds(1);
  const ChaosRelay dead(server.port(), [](int) {
    return Mistreatment{absl::ZeroDuration(), 65'536, 0, End::kBlackhole};
  });
  const absl::Time asked = absl::Now();
  const auto answer = Client(MakeConnection(dead.address(), options)).GetDocument("documents/kk-08");
  const absl::Duration waited = absl::Now() - asked;
  EXPECT_FALSE(answer.ok());
  EXPECT_LT(waited, absl::Seconds(3));
  PrintFigure(
      absl::StrFormat("%s: %d items, 0 lost, 0 repeated, over %d connections and %d resumes in %.2f s; a deadline of 1 "
                      "s held in %.2f s",
                      named.name, history.ordinals.size(), relay.connections(), history.resumes,
                      absl::ToDoubleSeconds(took), absl::ToDoubleSeconds(waited)));
  server.End(SIGTERM, 0);
}

constexpr int kAll = 1'000'000;
INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, MistreatedPlaybackTest,
    ::testing::Values(NamedMistreatment{"delay", {absl::Milliseconds(20)}, kAll},
                      NamedMistreatment{"bytes", {absl::ZeroDuration(), 1}, kAll},
                      NamedMistreatment{"close", {absl::ZeroDuration(), 65'536, 6'000, End::kClose}, kAll},
                      NamedMistreatment{"reset", {absl::ZeroDuration(), 65'536, 6'000, End::kReset}, kAll},
                      NamedMistreatment{"half_close", {absl::ZeroDuration(), 65'536, 6'000, End::kHalfClose}, kAll},
                      NamedMistreatment{"blackhole", {absl::ZeroDuration(), 65'536, 6'000, End::kBlackhole}, 2},
                      NamedMistreatment{"close_in_a_frame", {absl::ZeroDuration(), 7, 5'003, End::kClose}, kAll}),
    [](const auto& test) { return std::string(test.param.name); });

// The history checker: many clients, each connection with a fault drawn at random.
TEST(ChaosTest, HistoriesOfManyClientsAreExactThoughEveryConnectionHasAFaultOfItsOwn) {
  constexpr int kClients = 20;
  constexpr absl::Duration kTime = absl::Seconds(30);
  RunningHotlined server({"--min_ping_interval=500ms", "--drain_window=1s"});
  std::mt19937 random(1962);  // the relay asks in one thread
  const ChaosRelay relay(server.port(), [&random](int) {
    const auto below = [&random](std::size_t limit) {
      return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    Mistreatment drawn;
    drawn.delay = absl::Milliseconds(static_cast<int>(below(3)));
    drawn.piece = below(4) == 0 ? 100 : 65'536;
    drawn.after = 1'000 + below(40'000);
    drawn.end = static_cast<End>(below(4));
    return drawn;
  });
  const absl::Time until = absl::Now() + kTime;
  struct Account {
    int playbacks = 0;
    std::size_t items = 0;
    int resumes = 0;
    std::vector<std::string> faults;
  };
  std::vector<std::future<Account>> accounts;
  for (int i = 0; i < kClients; ++i) {
    accounts.push_back(std::async(std::launch::async, [&relay, until, i] {
      Account account;
      do {
        const Client client = ImpatientClient(relay.address(), absl::StrCat("client-", i));
        const History history = PlayToTheEnd(client, Everything(absl::Milliseconds(100)));
        ++account.playbacks;
        account.items += history.ordinals.size();
        account.resumes += history.resumes;
        if (std::string fault = history.Fault(); !fault.empty()) account.faults.push_back(std::move(fault));
      } while (absl::Now() < until);
      return account;
    }));
  }
  Account all;
  for (auto& future : accounts) {
    const Account account = future.get();
    all.playbacks += account.playbacks;
    all.items += account.items;
    all.resumes += account.resumes;
    all.faults.insert(all.faults.end(), account.faults.begin(), account.faults.end());
  }
  PrintFigure(
      absl::StrFormat("%d clients: %d playbacks, %d items over %d connections and %d resumes, %d histories wrong",
                      kClients, all.playbacks, all.items, relay.connections(), all.resumes, all.faults.size()));
  EXPECT_THAT(all.faults, IsEmpty());
  EXPECT_GT(all.resumes, 0);
  EXPECT_TRUE(Answers(server.address()));
  server.End(SIGTERM, 0);
}

}  // namespace
}  // namespace hotline::tests
