"""A playback that outlives its server: StreamTimeline, taken up again wherever it was cut."""

import asyncio
import random
import time

import grpc
from hotline.v1 import timeline_pb2

from . import errors

# Heartbeats come every 5 s: what is silent for so long is dead.
SILENCE_SECONDS = 15.0
GIVE_UP_SECONDS = 120.0

_COMPLETE = {
    timeline_pb2.CLOSING_REASON_END,
    timeline_pb2.CLOSING_REASON_STOPPED,
    timeline_pb2.CLOSING_REASON_HALF_CLOSED,
    timeline_pb2.CLOSING_REASON_IDLE,
}
_TRANSIENT = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED}
_WORTH_A_TRY = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED}


class Cut(Exception):
    """A call that ended before the playback did. `error` is the grpc.aio.AioRpcError, or None where there was none."""

    def __init__(self, code, error=None):
        super().__init__(code)
        self.code, self.error = code, error


async def play(stub, request, on_cut=lambda cut, seconds: None):
    """Yields the responses to `request`, also over the death of a server: each item once and in order.

    `stub` is a TimelineServiceStub. `on_cut` is told of each cut, and after how many seconds playback is resumed.
    Raises the error of the last call where resuming would not help, or did not for two minutes.
    """
    next_request = type(request)()
    next_request.CopyFrom(request)
    begun, failures, failing_since = False, 0, 0.0
    while True:
        closing = None
        try:
            async for response in _one_call(stub, next_request):
                begun = True
                if response.items or response.HasField("heartbeat"):
                    failures = 0
                if response.HasField("closing"):
                    closing = response.closing
                if response.position:
                    next_request.from_position = response.position
                yield response
            cut = Cut("OK")
        except Cut as caught:
            cut = caught
        if closing is not None and closing.reason in _COMPLETE:
            return
        failures += 1
        if failures == 1:
            failing_since = time.monotonic()
        if _is_final(cut, begun) or time.monotonic() - failing_since > GIVE_UP_SECONDS:
            raise cut.error or cut
        wait = _asked_to_wait(closing, cut) + random.uniform(0, min(5.0, 0.2 * 2 ** (failures - 1)))
        on_cut(cut, wait)
        await asyncio.sleep(wait)


async def _one_call(stub, request):
    """Yields the responses of one call. Raises Cut where it ends with an error, or goes silent."""
    call = stub.StreamTimeline(request)
    try:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                response = await call.read()
            if response is grpc.aio.EOF:
                break
            yield response
        if await call.code() != grpc.StatusCode.OK:
            await call  # raises the error with its details
    except TimeoutError:
        raise Cut("silence") from None
    except grpc.aio.AioRpcError as error:
        raise Cut(error.code().name, error) from error
    finally:
        call.cancel()


def _is_final(cut, begun):
    """Whether a call that ended so shows that another one would end so, too."""
    if cut.error is None or cut.error.code() in _TRANSIENT:
        return False
    info = errors.error_info(cut.error)
    if info is not None and info.domain == "hotline":
        return True
    # A playback that ran was cut on the way, and proxies give a cut call many codes.
    return not begun and cut.error.code() not in _WORTH_A_TRY


def _asked_to_wait(closing, cut):
    if closing is not None and closing.HasField("retry_after"):
        return closing.retry_after.ToTimedelta().total_seconds()
    return errors.retry_delay(cut.error) if cut.error else 0.0
