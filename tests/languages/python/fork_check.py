"""Channels and forks: one that a forked child makes works; behind a channel of the parent, children are spawned."""

import asyncio
import multiprocessing
import os
import sys

from crisis.channel import connect
from hotline.v1 import archive_service_pb2, archive_service_pb2_grpc

SECONDS = 20


async def count_documents():
    async with connect(os.environ["HOTLINE_SERVER"]) as channel:
        archive = archive_service_pb2_grpc.ArchiveServiceStub(channel)
        return (await archive.GetCorpus(archive_service_pb2.GetCorpusRequest())).corpus.document_count


def child():
    sys.exit(0 if asyncio.run(count_documents()) == 13 else 1)


def run_in(method):
    process = multiprocessing.get_context(method).Process(target=child)
    process.start()
    process.join(SECONDS)
    if process.exitcode != 0:
        process.kill()
        sys.exit(f"a child by {method}: exit code {process.exitcode}")


if __name__ == "__main__":
    run_in("fork")
    asyncio.run(count_documents())
    run_in("spawn")
