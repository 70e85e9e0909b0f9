// Package hotlineclient has what a program in Go needs besides the generated stubs of Hotline: a connection that waits
// and retries, a playback that outlives its server, and errors with their details.
package hotlineclient

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// Unary calls wait for a server until their deadline, and are tried again where it went away. Streams are not: Follow
// knows better from where to go on.
const serviceConfig = `{
  "methodConfig": [{
    "name": [
      {"service": "hotline.v1.ArchiveService"},
      {"service": "hotline.v1.TimelineService", "method": "ListDays"}
    ],
    "waitForReady": true,
    "retryPolicy": {
      "maxAttempts": 4,
      "initialBackoff": "0.1s",
      "maxBackoff": "2s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }]
}`

// Dial returns a connection to the server at address, HOST:PORT, without TLS. It does not connect: the first call does.
func Dial(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(serviceConfig),
		// The server allows a ping every 10 s.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		// By default a second passes before an address is tried again, and up to two minutes later on.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay:  200 * time.Millisecond,
				Multiplier: 1.6,
				Jitter:     0.2,
				MaxDelay:   2 * time.Second,
			},
			MinConnectTimeout: 5 * time.Second,
		}))
}
