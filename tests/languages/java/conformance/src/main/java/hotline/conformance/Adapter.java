package hotline.conformance;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import hotline.crisis.Channels;
import hotline.crisis.Details;
import hotline.v1.ArchiveServiceGrpc;
import hotline.v1.TimelineServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs conformance cases for Java: one JSON object a line on standard input, its answer on standard output. */
public final class Adapter {
  private static final Map<String, MethodDescriptor<?, ?>> METHODS =
      Stream.of(ArchiveServiceGrpc.getServiceDescriptor(), TimelineServiceGrpc.getServiceDescriptor())
          .flatMap(service -> service.getMethods().stream())
          .collect(Collectors.toMap(MethodDescriptor::getFullMethodName, Function.identity()));

  private static final Map<String, ManagedChannel> CHANNELS = new HashMap<>();

  private final ManagedChannel channel;
  private final MethodDescriptor<Message, Message> method;
  private final CallOptions options;
  private final List<Step> script;
  private final JsonArray responses = new JsonArray();
  private int taken = 0;
  private boolean cancelled = false;

  /** Of {@code message}, {@code halfClose} and {@code cancel} one is set. */
  private record Step(Message message, boolean halfClose, boolean cancel, int after) {}

  private Adapter(
      ManagedChannel channel, MethodDescriptor<Message, Message> method, double deadline, List<Step> script) {
    this.channel = channel;
    this.method = method;
    this.options = CallOptions.DEFAULT.withDeadlineAfter((long) (deadline * 1e9), TimeUnit.NANOSECONDS);
    this.script = script;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      out.println(run(JsonParser.parseString(line).getAsJsonObject()));
    }
    CHANNELS.values().forEach(ManagedChannel::shutdownNow);
  }

  private static JsonObject run(JsonObject testCase) throws InterruptedException {
    JsonObject answer = new JsonObject();
    answer.add("name", testCase.get("name"));

    // The generated descriptors are of messages throughout.
    @SuppressWarnings("unchecked")
    MethodDescriptor<Message, Message> method =
        (MethodDescriptor<Message, Message>) Objects.requireNonNull(METHODS.get(testCase.get("method").getAsString()));
    List<Step> script = new ArrayList<>();
    try {
      for (JsonElement step : testCase.getAsJsonArray("script")) {
        script.add(parse(step.getAsJsonObject(), method));
      }
    } catch (InvalidProtocolBufferException | RuntimeException refusal) {
      answer.addProperty("refused", refusal.toString());
      return answer;
    }

    ManagedChannel channel = CHANNELS.computeIfAbsent(testCase.get("server").getAsString(), Channels::connect);
    Adapter adapter = new Adapter(channel, method, testCase.get("deadline").getAsDouble(), script);
    StatusException end = Status.OK.asException();
    try {
      if (method.getType() == MethodDescriptor.MethodType.UNARY) {
        adapter.callUnary();
      } else {
        adapter.callStream();
      }
    } catch (StatusException error) {
      end = error;
    }
    answer.add("responses", adapter.responses);
    describe(end, answer);
    return answer;
  }

  private static Step parse(JsonObject step, MethodDescriptor<Message, ?> method)
      throws InvalidProtocolBufferException {
    Message message = null;
    if (step.has("message")) {
      var marshaller = (MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller();
      Message.Builder builder = marshaller.getMessagePrototype().newBuilderForType();
      JsonFormat.parser().merge(step.get("message").toString(), builder);
      message = builder.build();
    }
    int after = step.has("after") ? step.get("after").getAsInt() : 0;
    return new Step(message, step.has("half_close"), step.has("cancel"), after);
  }

  private void callUnary() throws StatusException, InterruptedException {
    ListenableFuture<Message> response =
        ClientCalls.futureUnaryCall(channel.newCall(method, options), script.get(0).message());
    if (script.stream().anyMatch(Step::cancel)) {
      response.cancel(true);
    }
    try {
      add(response.get());
    } catch (CancellationException cancelled) {
      throw Status.CANCELLED.withCause(cancelled).asException();
    } catch (ExecutionException failed) {
      StatusRuntimeException error = (StatusRuntimeException) failed.getCause();
      throw error.getStatus().asException(error.getTrailers());
    }
  }

  private void callStream() throws StatusException, InterruptedException {
    BlockingClientCall<Message, Message> call;
    if (method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
      call = ClientCalls.blockingV2ServerStreamingCall(channel, method, options, script.get(taken++).message());
    } else {
      call = ClientCalls.blockingBidiStreamingCall(channel, method, options);
    }
    takeSteps(call);
    for (Message response; (response = call.read()) != null; ) {
      // What had come already when this side cancelled is not wanted any more.
      if (!cancelled) {
        add(response);
        takeSteps(call);
      }
    }
  }

  private void takeSteps(BlockingClientCall<Message, ?> call) throws InterruptedException {
    for (; taken < script.size() && responses.size() >= script.get(taken).after(); ++taken) {
      Step step = script.get(taken);
      try {
        if (step.message() != null) {
          call.write(step.message());
        }
      } catch (StatusException ended) {
        // Reading comes to it, behind what was received before.
        return;
      }
      if (step.halfClose()) {
        call.halfClose();
      }
      if (step.cancel()) {
        cancelled = true;
        call.cancel("cancelled by the case", null);
      }
    }
  }

  private void add(Message response) {
    try {
      responses.add(JsonParser.parseString(JsonFormat.printer().print(response)));
    } catch (InvalidProtocolBufferException unprintable) {
      throw new IllegalStateException(unprintable);
    }
  }

  private static void describe(StatusException end, JsonObject answer) {
    ErrorInfo info = Details.of(end, ErrorInfo.class).orElse(ErrorInfo.getDefaultInstance());
    JsonObject metadata = new JsonObject();
    info.getMetadataMap().forEach(metadata::addProperty);
    JsonArray fields = new JsonArray();
    Details.of(end, BadRequest.class).ifPresent(
        request -> request.getFieldViolationsList().forEach(violation -> fields.add(violation.getField())));
    answer.addProperty("code", end.getStatus().getCode().name());
    answer.addProperty("message", Objects.requireNonNullElse(end.getStatus().getDescription(), ""));
    answer.addProperty("reason", info.getReason());
    answer.add("metadata", metadata);
    answer.add("fields", fields);
    answer.addProperty("resource", Details.of(end, ResourceInfo.class).map(ResourceInfo::getResourceName).orElse(""));
  }
}
