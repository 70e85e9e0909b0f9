// A StreamTimeline that goes on where it was when its server dies, drains or falls silent.
import { setTimeout as sleep } from "node:timers/promises";

import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";

import { failureOf, isServiceError, type Failure } from "./failure.js";
import { ClosingReason, OpenedOutcome, type Closing } from "./gen/hotline/v1/timeline_pb.js";
import {
  StreamTimelineRequestSchema, TimelineService, type StreamTimelineResponse,
} from "./gen/hotline/v1/timeline_service_pb.js";
import { messages, serverStream, serviceError } from "./grpc.js";

const GIVE_UP_AFTER = 120_000;

export interface Cut {
  failure: Failure;
  // Ordinal of the last item that came; -1 where none did.
  lastOrdinal: bigint;
  // Milliseconds until the next call.
  wait: number;
}

export interface ResumingOptions {
  onCut?: (cut: Cut) => void;
  signal?: AbortSignal;
}

// Yields the messages of one playback, over as many calls as it takes: no item is lost or comes twice. Ends when the
// server has closed the playback because it was done. Throws the error of a call that it makes no sense to repeat, or
// of the last one when two minutes went by without an item or a heartbeat.
export async function* resumingTimeline(
  client: grpc.Client, request: MessageInitShape<typeof StreamTimelineRequestSchema>, options: ResumingOptions = {},
): AsyncGenerator<StreamTimelineResponse> {
  const next = clone(StreamTimelineRequestSchema, create(StreamTimelineRequestSchema, request));
  let begun = false;
  let lastOrdinal = -1n;
  let failures = 0;
  let failingSince = 0;
  for (;;) {
    let closing: Closing | undefined;
    let error = serviceError(grpc.status.UNAVAILABLE, "the server ended the call without closing the playback");
    try {
      const call = serverStream(client, TimelineService.method.streamTimeline, next, { signal: options.signal });
      for await (const response of messages(call)) {
        const { content, items, position } = response;
        if (content.case === "opened" && (!begun || content.value.outcome === OpenedOutcome.CONTINUED)) {
          lastOrdinal = content.value.firstOrdinal - 1n;
        }
        if (content.case === "closing") closing = content.value;
        for (const { ordinal } of items) {
          if (ordinal !== lastOrdinal + 1n) {
            throw new Error(`a defect: item ${ordinal} came where ${lastOrdinal + 1n} was due`);
          }
          lastOrdinal = ordinal;
        }
        if (items.length > 0 || content.case === "heartbeat") failures = 0;
        begun = true;
        next.from = { case: "fromPosition", value: position };
        yield response;
      }
    } catch (thrown) {
      if (!isServiceError(thrown)) throw thrown;
      error = thrown;
    }
    if (closing && isComplete(closing)) return;
    options.signal?.throwIfAborted();

    const failure = failureOf(error);
    if (isFinal(failure, begun)) throw error;
    if (++failures === 1) failingSince = performance.now();
    const asked = closing?.retryAfter ?? failure.retryDelay;
    const wait = milliseconds(asked) + Math.random() * Math.min(5_000, 200 * 2 ** (failures - 1));
    if (performance.now() + wait - failingSince > GIVE_UP_AFTER) throw error;
    options.onCut?.({ failure, lastOrdinal, wait });
    await sleep(wait, undefined, { signal: options.signal });
  }
}

function isComplete({ reason }: Closing): boolean {
  return [ClosingReason.END, ClosingReason.STOPPED, ClosingReason.HALF_CLOSED, ClosingReason.IDLE].includes(reason);
}

// Whether the next call would end in the same way. What ran was cut on the way, and proxies give that many codes.
function isFinal({ code, domain }: Failure, begun: boolean): boolean {
  if (["UNAVAILABLE", "RESOURCE_EXHAUSTED", "CANCELLED"].includes(code)) return false;
  if (domain === "hotline") return true;
  return !begun && !["INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED"].includes(code);
}

function milliseconds(duration: Duration | undefined): number {
  return duration ? Number(duration.seconds) * 1_000 + duration.nanos / 1e6 : 0;
}
