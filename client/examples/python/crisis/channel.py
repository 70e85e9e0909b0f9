"""The channel: what every call on it does when a server is not there."""

import json

import grpc

# A unary call waits for a server until its deadline, and is tried again where a server went away under it. All of them
# only read, so that a second attempt does no harm. Streams are not named: resuming.py takes them up again.
SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [
                {"service": "hotline.v1.ArchiveService"},
                {"service": "hotline.v1.TimelineService", "method": "ListDays"},
            ],
            "waitForReady": True,
            "timeout": "5s",
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}

OPTIONS = [
    ("grpc.service_config", json.dumps(SERVICE_CONFIG)),
    # A connection that died without a word is noticed within 40 s. The server allows a ping every 10 s.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A server that is back is tried again soon.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
]


def connect(address):
    """Returns a channel in plaintext. Make it in the process and the event loop that use it, never before a fork."""
    return grpc.aio.insecure_channel(address, options=OPTIONS)
