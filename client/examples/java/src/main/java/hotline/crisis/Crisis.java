package hotline.crisis;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import hotline.v1.ArchiveServiceGrpc;
import hotline.v1.ControlApplied;
import hotline.v1.DateClaim;
import hotline.v1.Document;
import hotline.v1.DocumentFilter;
import hotline.v1.GetDocumentRequest;
import hotline.v1.ListDocumentsRequest;
import hotline.v1.ListDocumentsResponse;
import hotline.v1.Pace;
import hotline.v1.PlayTimelineRequest;
import hotline.v1.PlayTimelineResponse;
import hotline.v1.PlaybackControl;
import hotline.v1.PlaybackStart;
import hotline.v1.SearchDocumentsRequest;
import hotline.v1.SearchDocumentsResponse;
import hotline.v1.SearchHit;
import hotline.v1.StreamTimelineRequest;
import hotline.v1.StreamTimelineResponse;
import hotline.v1.TimeWindow;
import hotline.v1.TimelineEvent;
import hotline.v1.TimelineItem;
import hotline.v1.TimelineSelection;
import hotline.v1.TimelineServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a Hotline server about the letters of October 1962, and plays them. */
public final class Crisis {
  private static final String USAGE = """
      usage: crisis [--server=HOST:PORT] COMMAND
        day DAY                  the documents of a day, as in 1962-10-27
        show ID                  a document and what its sources claim about its date, as in kk-09
        search QUERY             the documents that match
        play                     the crisis, with a pause and a jump
        follow [SECONDS_A_DAY]   everything, also when the server dies in the middle
      The server is that of --server, else of $HOTLINE_SERVER, else localhost:50051.""";

  // Java would write in the locale's encoding, which has no Cyrillic where the locale is C.
  private static final PrintStream OUT = utf8(FileDescriptor.out);
  private static final PrintStream ERR = utf8(FileDescriptor.err);

  private final ManagedChannel channel;

  private Crisis(ManagedChannel channel) {
    this.channel = channel;
  }

  private interface Command {
    void run(Crisis crisis) throws StatusException, InterruptedException;
  }

  public static void main(String[] arguments) {
    String server =
        Optional.ofNullable(System.getenv("HOTLINE_SERVER")).filter(s -> !s.isEmpty()).orElse("localhost:50051");
    List<String> words = new ArrayList<>(List.of(arguments));
    while (!words.isEmpty() && words.get(0).startsWith("--server=")) {
      server = words.remove(0).substring("--server=".length());
    }
    Optional<Command> command = parse(words);
    if (command.isEmpty()) {
      ERR.println(USAGE);
      System.exit(2);
    }
    ManagedChannel channel = Channels.connect(server);
    int exit = 0;
    try {
      command.get().run(new Crisis(channel));
    } catch (StatusException error) {
      report(error);
      exit = 1;
    } catch (IllegalStateException | InterruptedException error) {
      ERR.println(error.getMessage());
      exit = 1;
    }
    channel.shutdownNow();
    System.exit(exit);
  }

  private static Optional<Command> parse(List<String> words) {
    if (words.isEmpty() || words.size() > 2) {
      return Optional.empty();
    }
    String name = words.get(0);
    if (words.size() == 1) {
      return Optional.ofNullable(switch (name) {
        case "play" -> Crisis::play;
        case "follow" -> crisis -> crisis.follow(3);
        default -> null;
      });
    }
    String argument = words.get(1);
    return Optional.ofNullable(switch (name) {
      case "day" -> crisis -> crisis.day(argument);
      case "show" -> crisis -> crisis.show(argument);
      case "search" -> crisis -> crisis.search(argument);
      case "follow" -> {
        double secondsADay = number(argument);
        yield secondsADay > 0 ? crisis -> crisis.follow(secondsADay) : null;
      }
      default -> null;
    });
  }

  private void day(String day) throws StatusException {
    ListDocumentsRequest.Builder request = ListDocumentsRequest.newBuilder()
        .setFilter(DocumentFilter.newBuilder().setWindow(TimeWindow.newBuilder().setFirstDay(day).setLastDay(day)))
        .setReadMask(FieldMask.newBuilder().addPaths("name").addPaths("title"));
    ListDocumentsResponse page;
    do {
      page = archive().listDocuments(request.build());
      for (int i = 0; i < page.getDocumentsCount(); ++i) {
        Document document = page.getDocuments(i);
        String certainty = without("CERTAINTY_", page.getCertainties(i)).toLowerCase(Locale.ROOT);
        print(idOf(document.getName()) + "  " + certainty + "  " + document.getTitle());
      }
      request.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    print(page.getTotalSize() + " documents, days of " + page.getTimeZone());
  }

  private void show(String id) throws StatusException {
    Document document = archive()
        .getDocument(GetDocumentRequest.newBuilder().setName("documents/" + id).build())
        .getDocument();
    print(document.getName() + "  " + document.getTitle());
    String preferred = "  preferred";
    for (DateClaim claim : document.getDatesList()) {
      print("  " + claim.getDate().getEdtf()
          + "  " + instant(claim.getDate().getEarliest()) + "/" + instant(claim.getDate().getLatest())
          + "  " + claim.getSource() + preferred);
      preferred = "";
    }
  }

  private void search(String query) throws StatusException {
    SearchDocumentsRequest.Builder request = SearchDocumentsRequest.newBuilder()
        .setQuery(query)
        .setReadMask(FieldMask.newBuilder().addPaths("name").addPaths("title"));
    SearchDocumentsResponse page;
    do {
      page = archive().searchDocuments(request.build());
      for (SearchHit hit : page.getHitsList()) {
        Document document = hit.getDocument();
        String score = String.format(Locale.ROOT, "%.2f", hit.getScore());
        print(score + "  " + idOf(document.getName()) + "  " + document.getTitle());
      }
      request.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    print(page.getTotalSize() + " hits");
  }

  /** Pauses at the first event, then seeks to the end of the crisis and goes on from there, faster. */
  private void play() throws StatusException, InterruptedException {
    BlockingClientCall<PlayTimelineRequest, PlayTimelineResponse> call =
        TimelineServiceGrpc.newBlockingV2Stub(channel).playTimeline();
    try {
      call.write(PlayTimelineRequest.newBuilder().setStart(PlaybackStart.newBuilder()
          .setSelection(TimelineSelection.newBuilder().setFirstDay("1962-10-26").setLastDay("1962-10-28"))
          .setFromEvent("documents/kk-08/events/1")
          .setPace(Pace.newBuilder().setDayLength(seconds(24)))).build());
      boolean pausing = false;
      boolean closed = false;
      PlayTimelineResponse response;
      while ((response = call.read(ResumingTimeline.SILENCE.toSeconds(), TimeUnit.SECONDS)) != null) {
        for (TimelineItem item : response.getItemsList()) {
          print(lineOf(item));
          if (item.hasEvent() && !pausing) {
            pausing = true;
            send(call, PlaybackControl.newBuilder().setControlId(1).setPlay(false));
          }
          if (item.hasEndOfTimeline()) {
            call.halfClose();
          }
        }
        if (response.hasControlApplied()) {
          ControlApplied answer = response.getControlApplied();
          if (answer.getCode() != 0) {
            throw Status.fromCodeValue(answer.getCode())
                .withDescription(answer.getReason() + ": " + answer.getMessage())
                .asException();
          }
          if (answer.getControlId() == 1) {
            print("paused");
            send(call, PlaybackControl.newBuilder()
                .setControlId(2)
                .setSeekEvent("documents/kk-12/events/1")
                .setPace(Pace.newBuilder().setDayLength(seconds(2)).setLongestWait(seconds(0.5)))
                .setPlay(true));
          } else {
            print("sought: going on at ordinal " + answer.getFirstOrdinal());
          }
        }
        if (response.hasClosing()) {
          closed = true;
          print("closed: " + without("CLOSING_REASON_", response.getClosing().getReason()));
        }
      }
      if (!closed) {
        throw Status.UNAVAILABLE
            .withDescription("the server ended the call without closing the playback")
            .asException();
      }
    } catch (TimeoutException silent) {
      throw Status.DEADLINE_EXCEEDED
          .withDescription("no message for " + ResumingTimeline.SILENCE.toSeconds() + " s")
          .asException();
    } finally {
      // A call that is left without this goes on at the server.
      call.cancel("no longer wanted", null);
    }
  }

  private void follow(double secondsADay) throws StatusException, InterruptedException {
    StreamTimelineRequest request = StreamTimelineRequest.newBuilder()
        .setPace(Pace.newBuilder().setDayLength(seconds(secondsADay)).setLongestWait(seconds(0.5)))
        .build();
    int events = 0;
    try (ResumingTimeline timeline = new ResumingTimeline(channel, request, Crisis::reportCut)) {
      StreamTimelineResponse response;
      while ((response = timeline.read()) != null) {
        for (TimelineItem item : response.getItemsList()) {
          print(lineOf(item));
          if (item.hasEvent()) {
            ++events;
          }
        }
      }
    }
    print("complete: " + events + " events");
  }

  /** A deadline is a moment, not a time limit: each call needs its own. */
  private ArchiveServiceGrpc.ArchiveServiceBlockingV2Stub archive() {
    return ArchiveServiceGrpc.newBlockingV2Stub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
  }

  private static void send(BlockingClientCall<PlayTimelineRequest, ?> call, PlaybackControl.Builder control)
      throws StatusException, InterruptedException {
    call.write(PlayTimelineRequest.newBuilder().setControl(control).build());
  }

  private static String lineOf(TimelineItem item) {
    String what = switch (item.getItemCase()) {
      case DAY_STARTED -> "day " + item.getDayStarted().getDay() + ", events: " + item.getDayStarted().getEventCount();
      case EVENT -> {
        TimelineEvent event = item.getEvent();
        yield idOf(event.getDocument().getName()) + " " + without("EVENT_TYPE_", event.getEvent().getType())
            + "  " + event.getDocument().getTitle();
      }
      case END_OF_TIMELINE -> "end";
      case ITEM_NOT_SET -> "an item of a kind that is newer than this program";
    };
    return String.format("%3d  %s  %s", item.getOrdinal(), instant(item.getTime()), what);
  }

  private static String idOf(String name) {
    return name.replace("documents/", "");
  }

  private static String without(String prefix, Enum<?> value) {
    return value.name().replace(prefix, "");
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static Duration seconds(double value) {
    long whole = (long) value;
    return Duration.newBuilder().setSeconds(whole).setNanos((int) Math.round((value - whole) * 1e9)).build();
  }

  // 0 where it is none.
  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException none) {
      return 0;
    }
  }

  private static void print(String line) {
    OUT.println(line);
    if (OUT.checkError()) {
      // A reader that has had enough, such as `head`.
      System.exit(1);
    }
  }

  private static void reportCut(ResumingTimeline.Cut cut) {
    ERR.printf(Locale.ROOT, "cut (%s), going on behind ordinal %d in %.1f s%n",
        cut.error().getStatus().getCode(), cut.lastOrdinal(), cut.delay().toMillis() / 1000.0);
  }

  private static void report(StatusException error) {
    String reason = Details.of(error, ErrorInfo.class).map(info -> " " + info.getReason()).orElse("");
    // gRPC's own descriptions go on with a stack trace, or leave to the cause what happened.
    String message = Objects.requireNonNullElse(error.getStatus().getDescription(), "").lines().findFirst().orElse("");
    String cause = error.getCause() == null ? "" : " (" + error.getCause().getMessage() + ")";
    ERR.println(error.getStatus().getCode() + reason + ": " + message + cause);
    Details.of(error, BadRequest.class).ifPresent(request -> request.getFieldViolationsList().forEach(
        violation -> ERR.println("  " + violation.getField() + ": " + violation.getDescription())));
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
