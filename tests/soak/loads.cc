#include "tests/soak/loads.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace hotline::soak {
namespace {

ConnectionOptions Options() {
  ConnectionOptions options;
  // A busy machine is no error.
  options.rpc_timeout = absl::Seconds(30);
  return options;
}

}  // namespace

int Below(int most, Random* random) { return static_cast<int>((*random)() % static_cast<std::uint64_t>(most)); }

absl::Duration Between(absl::Duration least, absl::Duration most, Random* random) {
  return least + (most - least) * std::uniform_real_distribution<double>()(*random);
}

Soak::Soak(Server* server, const Corpora* corpora, std::string hotline)
    : server_(server),
      corpora_(corpora),
      hotline_(std::move(hotline)),
      client_(MakeConnection(server->address(), Options())) {}

Client Soak::NewClient(Random* random) const {
  ConnectionOptions options = Options();
  // gRPC shares a connection between channels whose arguments are alike.
  options.user_agent_prefix = absl::StrCat("soak/", (*random)());
  return Client(MakeConnection(server_->address(), options));
}

const std::vector<Load>& Loads() {
  static const auto* const loads = new std::vector<Load>{
      {"unary calls", 3, absl::Milliseconds(100), CallEach},
      {"searches", 2, absl::Milliseconds(100), Search},
      {"paced playbacks", 24, absl::Milliseconds(200), PlayPaced},
      {"unpaced playbacks", 2, absl::Milliseconds(300), PlayUnpaced},
      {"controlled playbacks", 6, absl::Milliseconds(100), PlayUnderControl},
      {"cancelled calls", 2, absl::Milliseconds(50), CancelCalls},
      {"new connections", 2, absl::Milliseconds(100), Reconnect},
      {"vanished clients", 1, absl::Seconds(1), Vanish},
      {"clients that do not read", 1, absl::Seconds(1), ReadNothing},
      {"reloads", 1, absl::Seconds(4), Reload},
      {"scrapes", 1, absl::Seconds(1), Scrape},
      {"health watches", 2, absl::Milliseconds(500), WatchHealth},
  };
  return *loads;
}

}  // namespace hotline::soak
