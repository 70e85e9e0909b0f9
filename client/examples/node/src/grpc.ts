// What lies between the generated types and grpc-js, which know nothing of each other: a channel that survives what a
// server does, and typed calls of any generated method.
import {
  create, fromBinary, toBinary, type DescMessage, type DescMethod, type MessageInitShape, type MessageShape,
} from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";

const serviceConfig = {
  methodConfig: [{
    // What only reads and is answered once; a playback is resumed instead.
    name: [{ service: "hotline.v1.ArchiveService" }, { service: "hotline.v1.TimelineService", method: "ListDays" }],
    retryPolicy: {
      maxAttempts: 4,
      initialBackoff: "0.1s",
      maxBackoff: "2s",
      backoffMultiplier: 2,
      retryableStatusCodes: ["UNAVAILABLE"],
    },
  }],
};

// Does not connect: the first call does.
export function connect(address: string): grpc.Client {
  return new grpc.Client(address, grpc.credentials.createInsecure(), {
    "grpc.service_config": JSON.stringify(serviceConfig),
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    // Otherwise a server that was away for long is not looked for again for up to two minutes.
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2_000,
  });
}

type Method<Kind, I extends DescMessage, O extends DescMessage> =
  DescMethod & { methodKind: Kind; input: I; output: O };

export interface CallOptions {
  // For the whole call. Default of a unary call: in 5 s; of a stream: none.
  deadline?: Date | number;
  // Cancels the call.
  signal?: AbortSignal | undefined;
}

// Waits for a server that is not there yet, until the deadline. That is said here, since grpc-js checks the type of
// `waitForReady` in a service config, and then ignores it.
export function unary<I extends DescMessage, O extends DescMessage>(
  client: grpc.Client, method: Method<"unary", I, O>, request: MessageInitShape<I>, options: CallOptions = {},
): Promise<MessageShape<O>> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      path(method), serializer(method.input), deserializer(method.output), request,
      new grpc.Metadata({ waitForReady: true }), { deadline: options.deadline ?? Date.now() + 5_000 },
      (error, response) => error ? reject(error) : resolve(response!));
    cancelOnAbort(call, options.signal);
  });
}

// Read it with `messages`.
export function serverStream<I extends DescMessage, O extends DescMessage>(
  client: grpc.Client, method: Method<"server_streaming", I, O>, request: MessageInitShape<I>,
  options: CallOptions = {},
): grpc.ClientReadableStream<MessageShape<O>> {
  const call = client.makeServerStreamRequest(
    path(method), serializer(method.input), deserializer(method.output), request, new grpc.Metadata(),
    { deadline: options.deadline ?? Infinity });
  return cancelOnAbort(call, options.signal);
}

// Read it with `messages`, beside which `write` and `end` send.
export function bidiStream<I extends DescMessage, O extends DescMessage>(
  client: grpc.Client, method: Method<"bidi_streaming", I, O>, options: CallOptions = {},
): grpc.ClientDuplexStream<MessageInitShape<I>, MessageShape<O>> {
  const call = client.makeBidiStreamRequest(
    path(method), serializer(method.input), deserializer(method.output), new grpc.Metadata(),
    { deadline: options.deadline ?? Infinity });
  return cancelOnAbort(call, options.signal);
}

// The messages of a call to its end. Cancels it when the reader leaves the loop, and when nothing came for `silence`
// milliseconds while the reader waited: the server says something every 5 s.
export async function* messages<T>(call: grpc.ClientReadableStream<T>, silence = 15_000): AsyncGenerator<T> {
  let silent = false;
  const watch = () => setTimeout(() => {
    silent = true;
    call.cancel();
  }, silence);
  // grpc-js emits the error of a cancelled call even when nobody reads any more, which would end the program.
  call.on("error", () => {});
  let timer = watch();
  try {
    for await (const message of call) {
      clearTimeout(timer);
      yield message;
      timer = watch();
    }
  } catch (error) {
    throw silent ? serviceError(grpc.status.DEADLINE_EXCEEDED, `no message for ${silence / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
    call.cancel();
  }
}

export function serviceError(code: grpc.status, details: string): grpc.ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new grpc.Metadata() });
}

function path(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function serializer<D extends DescMessage>(schema: D) {
  return (message: MessageInitShape<D>) => Buffer.from(toBinary(schema, create(schema, message)));
}

function deserializer<D extends DescMessage>(schema: D) {
  return (bytes: Buffer) => fromBinary(schema, bytes);
}

function cancelOnAbort<Call extends grpc.ClientUnaryCall | grpc.ClientReadableStream<unknown>>(
  call: Call, signal: AbortSignal | undefined,
): Call {
  const cancel = () => call.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  call.once("status", () => signal?.removeEventListener("abort", cancel));
  return call;
}
