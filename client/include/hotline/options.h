#ifndef HOTLINE_OPTIONS_H_
#define HOTLINE_OPTIONS_H_

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace grpc {
class ChannelCredentials;
}

namespace hotline {

// How a connection behaves. The defaults suit a server or a load balancer in the same region. Every duration is to be
// from 1 ms to 24 h, both inclusive. A value out of range makes every call return INVALID_ARGUMENT with a field
// violation (error.h).
struct ConnectionOptions {
  // Longest duration of one unary call, all its attempts and the waits between them included. A playback has no
  // deadline.
  absl::Duration rpc_timeout = absl::Seconds(5);

  // Longest duration of one attempt of a unary call. One that a replica leaves without an answer is tried again, on
  // another one where there are several, as long as `rpc_timeout` allows. Make it longer than the slowest call takes.
  absl::Duration attempt_timeout = absl::Milliseconds(1500);

  // Whether the client watches each server's own health (grpc.health.v1), and leaves one that drains in time. A load
  // balancer that passes such a watch on to one of its replicas would make it the health of all: set false behind one.
  // Those of server/deploy/ know better, and need nothing here.
  bool watch_health = true;

  // Whether a call waits while no server can be reached. False: each attempt fails at once, and the error names the
  // cause ("Connection refused"). True: the call waits for a server until its deadline, and the error only says that
  // the deadline has passed; a playback then waits for `stream_idle_timeout` at each attempt.
  bool wait_for_ready = false;

  // How often a unary call is tried in all, and the opening of a playback until its first message. At least 1; 1 means
  // no retry. Only UNAVAILABLE and an attempt that took too long are tried again,
  // and for a playback whatever `TimelineStream` lists.
  int max_attempts = 5;

  // Before attempt n + 1 passes a random time between 0 and the lesser of `initial_backoff` * 2^(n - 1) and
  // `max_backoff`, after the time that the server asked for.
  absl::Duration initial_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(5);

  // How long a cut playback is taken up again without progress, from the cut on, before its error is reported; how
  // often does not matter. Progress is items, a clock that moved on, an answer to a control, or a heartbeat while the
  // clock stands. No attempt begins later, but the last may come up to `max_backoff` earlier: the default survives a
  // server that is back within a minute and a half. It also bounds the opening of a playback, and the time that a
  // server may ask a client to wait.
  absl::Duration stream_retry_time = absl::Minutes(2);

  // `initial_backoff` of a playback that was cut. Longer than that of a unary call, since the clients of a replica that
  // died come to the next one all together; costs half of it on average at each cut.
  absl::Duration stream_initial_backoff = absl::Seconds(2);

  // How long a playback may be silent before it is taken for dead and resumed. Make it longer than the heartbeat
  // interval that the request asks for (5 s by default, at most 30 s), which is not checked: otherwise a quiet stretch
  // is cut and begun again from its start, and one that lasts longer than this is never passed, so that the playback
  // fails after `stream_retry_time`.
  absl::Duration stream_idle_timeout = absl::Seconds(60);

  // After how much silence of a connection with calls the client pings the server, and how long it then waits before it
  // takes the connection for dead. A server drops clients that ping too often; hotlined allows a ping every 10 s.
  absl::Duration keepalive_time = absl::Seconds(30);
  absl::Duration keepalive_timeout = absl::Seconds(10);

  // Put before "hotline-cpp/VERSION" in the user agent: "my-app/1.2". Empty: nothing.
  std::string user_agent_prefix;

  // TLS. True: the server must show a certificate. Setting any of the three files below means the same.
  bool tls = false;

  // PEM file with the authorities to trust. Empty: the system's.
  std::string ca_file;

  // PEM files of the client's own certificate and its key, for servers that ask for one. Both or neither. All three
  // files are read once, by MakeConnection; new ones need a new connection.
  std::string cert_file;
  std::string key_file;

  // The one hatch to gRPC: credentials of the program's own making, used in place of the fields on TLS above. The only
  // place where a program needs gRPC's headers (<grpcpp/security/credentials.h>). Null: none.
  std::shared_ptr<grpc::ChannelCredentials> channel_credentials;
};

}  // namespace hotline

#endif  // HOTLINE_OPTIONS_H_
