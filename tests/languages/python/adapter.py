"""Runs the driver's cases through grpcio and the stubs of client/examples/python. ../README.md has the protocol."""

import asyncio
import json
import sys

import grpc
from crisis import errors
from crisis.channel import connect
from google.protobuf import json_format
from hotline.v1 import (
    archive_service_pb2,
    archive_service_pb2_grpc,
    timeline_service_pb2,
    timeline_service_pb2_grpc,
)

SERVICES = {
    "hotline.v1.ArchiveService": (archive_service_pb2, archive_service_pb2_grpc.ArchiveServiceStub),
    "hotline.v1.TimelineService": (timeline_service_pb2, timeline_service_pb2_grpc.TimelineServiceStub),
}


class Responses:
    """Those that came so far, and how to wait for more."""

    def __init__(self):
        self.received, self.over, self.changed = [], False, asyncio.Condition()

    async def add(self, response):
        async with self.changed:
            self.received.append(response)
            self.changed.notify_all()

    async def end(self):
        async with self.changed:
            self.over = True
            self.changed.notify_all()

    async def reach(self, count):
        """Waits for so many. False: the call ended before."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.over or len(self.received) >= count)
            return len(self.received) >= count


async def follow_script(call, script, requests, responses):
    """Does what the script says behind its first message, which the call began with unless the client streams."""
    for step, request in zip(script, requests):
        if not await responses.reach(step.get("after", 0)):
            return
        if request is not None:
            await call.write(request)
        elif "half_close" in step:
            await call.done_writing()
        else:
            call.cancel()


async def run(case, stubs):
    service, _, name = case["method"].partition("/")
    module, make_stub = SERVICES[service]
    method = module.DESCRIPTOR.services_by_name[service.rpartition(".")[2]].methods_by_name[name]
    request_type = getattr(module, method.input_type.name)
    script = case["script"]
    try:
        requests = [json_format.ParseDict(step["message"], request_type()) if "message" in step else None
                    for step in script]
    except json_format.ParseError as error:
        return {"refused": str(error)}
    key = (case["server"], service)
    if key not in stubs:
        stubs[key] = make_stub(connect(case["server"]))
    start_call = getattr(stubs[key], name)
    responses, rest = Responses(), None
    try:
        if method.client_streaming:
            call = start_call(timeout=case["deadline"])
            rest = asyncio.create_task(follow_script(call, script, requests, responses))
        else:
            call = start_call(requests[0], timeout=case["deadline"])
            rest = asyncio.create_task(follow_script(call, script[1:], requests[1:], responses))
        if method.server_streaming:
            async for response in call:
                await responses.add(response)
        else:
            await responses.add(await call)
        error = None
    except grpc.aio.AioRpcError as caught:
        error = caught
    except asyncio.CancelledError:  # what an own call.cancel() looks like
        error = grpc.aio.AioRpcError(await call.code(), await call.initial_metadata(), await call.trailing_metadata(),
                                     await call.details())
    finally:
        await responses.end()
        if rest is not None:
            rest.cancel()
    return {"responses": [json_format.MessageToDict(response) for response in responses.received], **outcome(error)}


def outcome(error):
    if error is None:
        return {"code": "OK", "message": "", "reason": "", "metadata": {}, "fields": [], "resource": ""}
    info = errors.error_info(error)
    return {
        "code": error.code().name,
        "message": error.details(),
        "reason": info.reason if info else "",
        "metadata": dict(info.metadata) if info else {},
        "fields": [violation.field for violation in errors.field_violations(error)],
        "resource": errors.resource(error),
    }


async def main():
    stubs = {}
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        case = json.loads(line)
        print(json.dumps({"name": case["name"], **await run(case, stubs)}), flush=True)


asyncio.run(main())
