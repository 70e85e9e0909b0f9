package hotline.crisis;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** To copy: a channel that survives what a server does. */
public final class Channels {
  // Numbers are doubles here, as in JSON. A playback is not among these calls: it is resumed instead.
  private static final Map<String, ?> SERVICE_CONFIG = Map.of("methodConfig", List.of(Map.of(
      "name", List.of(
          Map.of("service", "hotline.v1.ArchiveService"),
          Map.of("service", "hotline.v1.TimelineService", "method", "ListDays")),
      "waitForReady", true,
      "retryPolicy", Map.of(
          "maxAttempts", 4.0,
          "initialBackoff", "0.1s",
          "maxBackoff", "2s",
          "backoffMultiplier", 2.0,
          "retryableStatusCodes", List.of("UNAVAILABLE")))));

  private Channels() {}

  /** Does not connect: the first call does. */
  public static ManagedChannel connect(String address) {
    return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
        .defaultServiceConfig(SERVICE_CONFIG)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .build();
  }
}
