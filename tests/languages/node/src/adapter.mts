// Runs conformance cases for Node: one JSON object a line on standard input, its answer on standard output.
import { createInterface } from "node:readline";

import { fromJson, toBinary, toJson, type DescMethod, type JsonValue, type Message } from "@bufbuild/protobuf";
import type * as grpc from "@grpc/grpc-js";

import { failureOf, isServiceError } from "../../../../client/examples/node/dist/failure.js";
import { ArchiveService } from "../../../../client/examples/node/dist/gen/hotline/v1/archive_service_pb.js";
import { TimelineService } from "../../../../client/examples/node/dist/gen/hotline/v1/timeline_service_pb.js";
import { bidiStream, connect, messages, serverStream, unary } from "../../../../client/examples/node/dist/grpc.js";

interface Case {
  name: string;
  server: string;
  // "hotline.v1.ArchiveService/GetDocument".
  method: string;
  // Seconds for the whole call.
  deadline: number;
  script: Step[];
}

interface Step {
  message?: JsonValue;
  half_close?: true;
  cancel?: true;
  // How many responses to wait for.
  after?: number;
}

const clients = new Map<string, grpc.Client>();

function clientOf(server: string): grpc.Client {
  const client = clients.get(server) ?? connect(server);
  clients.set(server, client);
  return client;
}

function methodOf(name: string): DescMethod {
  const [service, method] = name.split("/");
  const found = [ArchiveService, TimelineService].find(({ typeName }) => typeName === service)
    ?.methods.find(({ name }) => name === method);
  if (!found) throw new Error(`no method is called ${name}`);
  return found;
}

function is<Kind extends DescMethod["methodKind"]>(
  method: DescMethod, kind: Kind,
): method is DescMethod & { methodKind: Kind } {
  return method.methodKind === kind;
}

function parse(method: DescMethod, json: JsonValue): Message {
  const message = fromJson(method.input, json);
  toBinary(method.input, message);
  return message;
}

async function run({ name, server, method: methodName, deadline, script }: Case): Promise<object> {
  const method = methodOf(methodName);
  let requests: (Message | undefined)[];
  try {
    requests = script.map(({ message }) => message === undefined ? undefined : parse(method, message));
  } catch (refusal) {
    return { name, refused: String(refusal) };
  }

  const abort = new AbortController();
  const options = { deadline: Date.now() + deadline * 1000, signal: abort.signal };
  const responses: JsonValue[] = [];
  let write = (_: Message) => {};
  let halfClose = () => {};
  let next = 0;
  const takeSteps = () => {
    for (; next < script.length && responses.length >= (script[next]!.after ?? 0); ++next) {
      if (requests[next]) write(requests[next]!);
      if (script[next]!.half_close) halfClose();
      if (script[next]!.cancel) abort.abort();
    }
  };
  const read = async (call: grpc.ClientReadableStream<Message>) => {
    for await (const response of messages(call, deadline * 2000)) {
      // What had come already when this side cancelled is not wanted any more.
      if (abort.signal.aborted) continue;
      responses.push(toJson(method.output, response));
      takeSteps();
    }
  };
  const call = async () => {
    if (is(method, "unary")) {
      const response = unary(clientOf(server), method, requests[0]!, options);
      takeSteps();
      responses.push(toJson(method.output, await response));
    } else if (is(method, "server_streaming")) {
      const call = serverStream(clientOf(server), method, requests[0]!, options);
      takeSteps();
      await read(call);
    } else if (is(method, "bidi_streaming")) {
      const call = bidiStream(clientOf(server), method, options);
      write = (request) => call.write(request);
      halfClose = () => call.end();
      takeSteps();
      await read(call);
    }
  };

  let failure = { code: "OK", message: "", reason: "", metadata: {}, fields: [] as { field: string }[], resource: "" };
  try {
    await call();
  } catch (error) {
    if (!isServiceError(error)) throw error;
    failure = failureOf(error);
  }
  const { code, message, reason, metadata, fields, resource } = failure;
  return { name, responses, code, message, reason, metadata, fields: fields.map(({ field }) => field), resource };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
}
for (const client of clients.values()) client.close();
