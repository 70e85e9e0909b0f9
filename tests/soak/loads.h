#ifndef HOTLINE_TESTS_SOAK_LOADS_H_
#define HOTLINE_TESTS_SOAK_LOADS_H_

#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "hotline/client.h"
#include "hotline/options.h"
#include "tests/soak/corpora.h"
#include "tests/soak/server.h"

namespace hotline::soak {

using Random = std::mt19937_64;

// A number from 0 up to `most`, exclusive.
int Below(int most, Random* random);
// A time from `least` up to `most`, exclusive.
absl::Duration Between(absl::Duration least, absl::Duration most, Random* random);

// What the loads of one soak share. Threads: any.
class Soak {
 public:
  Soak(Server* server, const Corpora* corpora, std::string hotline);

  Server& server() const { return *server_; }
  const Corpora& corpora() const { return *corpora_; }
  // Path of the command line.
  const std::string& hotline() const { return hotline_; }
  // Over connections that last.
  const Client& client() const { return client_; }
  // One whose connection is its own.
  Client NewClient(Random* random) const;

  // Lets time pass, but no more once the soak is over.
  void Pause(absl::Duration time) const { over_.WaitForNotificationWithTimeout(time); }
  bool over() const { return over_.HasBeenNotified(); }
  void End() { over_.Notify(); }

 private:
  Server* const server_;
  const Corpora* const corpora_;
  const std::string hotline_;
  const Client client_;
  absl::Notification over_;
};

// A kind of load: so many threads do their turn again and again, and pause between, for this long on average.
struct Load {
  const char* name;
  int threads;
  absl::Duration pause;
  // An error where the server did what it should not. Takes seconds at most, and less once the soak is over.
  absl::Status (*turn)(const Soak& soak, Random* random);
};

// The table of all.
const std::vector<Load>& Loads();

absl::Status CallEach(const Soak& soak, Random* random);          // every unary RPC
absl::Status Search(const Soak& soak, Random* random);            // all pages of what a query finds
absl::Status PlayPaced(const Soak& soak, Random* random);         // for a while, then leave
absl::Status PlayUnpaced(const Soak& soak, Random* random);       // to the end
absl::Status PlayUnderControl(const Soak& soak, Random* random);  // pause, step, seek, another pace, stop
absl::Status CancelCalls(const Soak& soak, Random* random);       // calls and playbacks, at any moment
absl::Status Reconnect(const Soak& soak, Random* random);         // a connection for a call or two
absl::Status Vanish(const Soak& soak, Random* random);            // a client that is killed while it plays
absl::Status ReadNothing(const Soak& soak, Random* random);       // until the server ends it
absl::Status Reload(const Soak& soak, Random* random);            // of another corpus; sometimes of a bad one
absl::Status Scrape(const Soak& soak, Random* random);            // the metrics
absl::Status WatchHealth(const Soak& soak, Random* random);       // for a while, beside some checks

// Of the server that the soak runs; what a stalled playback may take.
inline constexpr absl::Duration kStallLimit = absl::Seconds(3);

}  // namespace hotline::soak

#endif  // HOTLINE_TESTS_SOAK_LOADS_H_
