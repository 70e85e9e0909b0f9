// A StreamTimeline that goes on where it was when it is cut: because a server or a proxy died or was drained, or
// because nothing came any more.
import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Client } from "@connectrpc/connect";

import { ErrorInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb";
import { ClosingReason, OpenedOutcome, type Closing } from "./gen/hotline/v1/timeline_pb";
import {
  StreamTimelineRequestSchema, type StreamTimelineResponse, type TimelineService,
} from "./gen/hotline/v1/timeline_service_pb";

const GIVE_UP_AFTER_MS = 120_000;
// Three heartbeats.
const SILENCE_MS = 15_000;

export interface Cut {
  error: ConnectError;
  // Ordinal of the last item that came; -1 where none did.
  lastOrdinal: bigint;
  // Until the next call.
  waitMs: number;
}

export interface ResumingOptions {
  onCut?: (cut: Cut) => void;
  signal?: AbortSignal;
}

// Yields the messages of one playback, over as many calls as it takes: no item is lost or comes twice. Ends when the
// server closed the playback because it was done. Throws the error of a call that it makes no sense to repeat, or of
// the last one when two minutes went by without an item or a heartbeat; and the signal's reason, once it is aborted.
export async function* resumingTimeline(
  client: Client<typeof TimelineService>, request: MessageInitShape<typeof StreamTimelineRequestSchema>,
  { onCut, signal }: ResumingOptions = {},
): AsyncGenerator<StreamTimelineResponse> {
  const next = clone(StreamTimelineRequestSchema, create(StreamTimelineRequestSchema, request));
  let begun = false;
  let lastOrdinal = -1n;
  let failures = 0;
  let failingSince = 0;
  for (;;) {
    let closing: Closing | undefined;
    // What a stream that just ends is worth: a drain ends it so, too.
    let error = new ConnectError("the stream ended before the playback was closed", Code.Unavailable);
    const call = new AbortController();
    const abort = () => call.abort();
    signal?.addEventListener("abort", abort);
    let silence = setTimeout(abort, SILENCE_MS);
    try {
      for await (const response of client.streamTimeline(next, { signal: call.signal })) {
        clearTimeout(silence);
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
        silence = setTimeout(abort, SILENCE_MS);
      }
    } catch (thrown) {
      if (!(thrown instanceof ConnectError)) throw thrown;
      error = thrown;
    } finally {
      clearTimeout(silence);
      signal?.removeEventListener("abort", abort);
      call.abort();  // also when whoever iterates has enough
    }
    if (closing && isComplete(closing)) return;
    signal?.throwIfAborted();

    if (isFinal(error, begun)) throw error;
    failures += 1;
    if (failures === 1) failingSince = performance.now();
    const asked = closing?.retryAfter ?? error.findDetails(RetryInfoSchema)[0]?.retryDelay;
    const waitMs = milliseconds(asked) + Math.random() * Math.min(5_000, 200 * 2 ** (failures - 1));
    if (performance.now() + waitMs - failingSince > GIVE_UP_AFTER_MS) throw error;
    onCut?.({ error, lastOrdinal, waitMs });
    await pause(waitMs, signal);
  }
}

function isComplete({ reason }: Closing): boolean {
  return [ClosingReason.END, ClosingReason.STOPPED, ClosingReason.HALF_CLOSED, ClosingReason.IDLE].includes(reason);
}

// Whether the next call would end in the same way. One that ran was cut on the way, which has many codes; and a browser
// does not tell a network that is down from an origin that is not allowed: both are UNKNOWN.
function isFinal(error: ConnectError, begun: boolean): boolean {
  if ([Code.Unavailable, Code.ResourceExhausted, Code.Canceled].includes(error.code)) return false;
  if (error.findDetails(ErrorInfoSchema).some(({ domain }) => domain === "hotline")) return true;
  return !begun && ![Code.Internal, Code.Unknown, Code.DeadlineExceeded].includes(error.code);
}

function milliseconds(duration: Duration | undefined): number {
  return duration ? Number(duration.seconds) * 1_000 + duration.nanos / 1e6 : 0;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    }
    signal?.addEventListener("abort", done);
  });
}
