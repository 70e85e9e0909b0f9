package hotline.crisis;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import hotline.v1.Closing;
import hotline.v1.OpenedOutcome;
import hotline.v1.PlaybackOpened;
import hotline.v1.StreamTimelineRequest;
import hotline.v1.StreamTimelineResponse;
import hotline.v1.TimelineItem;
import hotline.v1.TimelineServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * To copy: a StreamTimeline that goes on where it was when its server dies, drains or falls silent. One playback over
 * as many calls as it takes: no item is lost or comes twice.
 *
 * <p>Threads: one at a time. Interrupting it ends {@link #read}.
 */
public final class ResumingTimeline implements AutoCloseable {
  /** The server says something every 5 s. */
  public static final Duration SILENCE = Duration.ofSeconds(15);

  private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(2);

  /** A call ended before the playback did. {@code lastOrdinal} is -1 where no item has come yet. */
  public record Cut(StatusException error, long lastOrdinal, Duration delay) {}

  private final ManagedChannel channel;
  private final StreamTimelineRequest.Builder request;
  private final Consumer<Cut> onCut;

  private BlockingClientCall<?, StreamTimelineResponse> call;
  private Closing closing = Closing.getDefaultInstance();
  private boolean begun = false;
  private long lastOrdinal = -1;
  // Calls that ended since the last item, and when the first of them did.
  private int failures = 0;
  private long failingSince;

  public ResumingTimeline(ManagedChannel channel, StreamTimelineRequest request, Consumer<Cut> onCut) {
    this.channel = channel;
    this.request = request.toBuilder();
    this.onCut = onCut;
  }

  /**
   * Waits for the next message. Null when the server has closed the playback because it was done.
   *
   * @throws StatusException of a call that it makes no sense to repeat, or of the last one when two minutes went by
   *     without an item or a heartbeat
   * @throws IllegalStateException when an item is not the one that was due
   */
  public StreamTimelineResponse read() throws StatusException, InterruptedException {
    while (!isComplete()) {
      StatusException error;
      try {
        if (call == null) {
          closing = Closing.getDefaultInstance();
          call = TimelineServiceGrpc.newBlockingV2Stub(channel).streamTimeline(request.build());
        }
        StreamTimelineResponse response = call.read(SILENCE.toSeconds(), TimeUnit.SECONDS);
        if (response != null) {
          remember(response);
          return response;
        }
        error = Status.UNAVAILABLE
            .withDescription("the server ended the call without closing the playback")
            .asException();
      } catch (StatusException ended) {
        error = ended;
      } catch (TimeoutException silent) {
        error = Status.DEADLINE_EXCEEDED
            .withDescription("no message for " + SILENCE.toSeconds() + " s")
            .asException();
      }
      close();
      Duration delay = delayAfter(error);
      onCut.accept(new Cut(error, lastOrdinal, delay));
      Thread.sleep(delay.toMillis());
      // Otherwise a server that was away for long is not looked for again for up to two minutes.
      channel.resetConnectBackoff();
    }
    return null;
  }

  /** Cancels the call, which would go on at the server otherwise. */
  @Override
  public void close() {
    if (call != null) {
      call.cancel("no longer wanted", null);
      call = null;
    }
  }

  private boolean isComplete() {
    return switch (closing.getReason()) {
      case CLOSING_REASON_END, CLOSING_REASON_STOPPED, CLOSING_REASON_HALF_CLOSED, CLOSING_REASON_IDLE -> true;
      default -> false;
    };
  }

  private void remember(StreamTimelineResponse response) {
    closing = response.getClosing();
    request.setFromPosition(response.getPosition());
    PlaybackOpened opened = response.getOpened();
    if (response.hasOpened() && (!begun || opened.getOutcome() == OpenedOutcome.OPENED_OUTCOME_CONTINUED)) {
      lastOrdinal = opened.getFirstOrdinal() - 1;
    }
    begun = true;
    for (TimelineItem item : response.getItemsList()) {
      if (item.getOrdinal() != lastOrdinal + 1) {
        throw new IllegalStateException(
            "a defect: item " + item.getOrdinal() + " came where " + (lastOrdinal + 1) + " was due");
      }
      lastOrdinal = item.getOrdinal();
    }
    if (response.getItemsCount() > 0 || response.hasHeartbeat()) {
      failures = 0;
    }
  }

  private Duration delayAfter(StatusException error) throws StatusException {
    if (isFinal(error)) {
      throw error;
    }
    if (++failures == 1) {
      failingSince = System.nanoTime();
    }
    long backoff = Math.min(5_000, 200L << Math.min(failures - 1, 5));
    Duration delay = asked(error).plusMillis(ThreadLocalRandom.current().nextLong(backoff + 1));
    if (System.nanoTime() - failingSince + delay.toNanos() > GIVE_UP_AFTER.toNanos()) {
      throw error;
    }
    return delay;
  }

  // Whether the next call would end in the same way. What ran was cut on the way, and proxies give that many codes.
  private boolean isFinal(StatusException error) {
    return switch (error.getStatus().getCode()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, CANCELLED -> false;
      case INTERNAL, UNKNOWN, DEADLINE_EXCEEDED -> isHotlines(error);
      default -> !begun || isHotlines(error);
    };
  }

  private static boolean isHotlines(StatusException error) {
    return Details.of(error, ErrorInfo.class).map(ErrorInfo::getDomain).filter("hotline"::equals).isPresent();
  }

  // How long the server asks to wait.
  private Duration asked(StatusException error) {
    RetryInfo retryInfo = Details.of(error, RetryInfo.class).orElse(RetryInfo.getDefaultInstance());
    com.google.protobuf.Duration asked =
        closing.hasRetryAfter() ? closing.getRetryAfter() : retryInfo.getRetryDelay();
    return Duration.ofSeconds(asked.getSeconds(), asked.getNanos());
  }
}
