"""Checks the descriptor files that were installed beside the protos.

Each must hold every installed proto and all that these import, so that it can be used alone. `hotline.binpb` has the
comments, for what makes documentation; `hotline-descriptors.pb` has the messages of google/rpc, for proxies.

usage: descriptors_test.py FOLDER_OF_THE_INSTALLED_PROTOS
"""

import pathlib
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICES = {
    "hotline.v1.ArchiveService": {
        "GetCorpus", "GetDocument", "ListDocuments", "SearchDocuments", "CompareSources", "ResolveReference", "GetThread"},
    "hotline.v1.TimelineService": {"ListDays", "StreamTimeline", "PlayTimeline"},
}
ERROR_DETAILS = {"google/rpc/status.proto", "google/rpc/error_details.proto"}


def expect(condition, fault):
    if not condition:
        raise SystemExit(fault)


def check(folder, name, beside_protos):
    """Checks what both files have in common, and returns the descriptors."""
    descriptors = descriptor_pb2.FileDescriptorSet.FromString((folder / name).read_bytes())
    names = {file.name for file in descriptors.file}
    own = {each for each in names if each.startswith("hotline/")}
    installed = {path.relative_to(folder).as_posix() for path in folder.rglob("*.proto")}
    expect(own == installed, f"{name} and the installed protos differ: {own ^ installed}")
    wanted = own | beside_protos | {each for file in descriptors.file for each in file.dependency}
    expect(names == wanted, f"{name} lacks an import, or has what nothing imports: {names ^ wanted}")
    expect(len(names) == len(descriptors.file), f"{name}: a file twice")
    services = {f"{file.package}.{each.name}": {method.name for method in each.method}
                for file in descriptors.file for each in file.service}
    expect(services == SERVICES, f"{name}: other services: {services}")

    pool = descriptor_pool.DescriptorPool()  # which refuses a file before what it imports, and any contradiction
    for file in descriptors.file:
        pool.Add(file)
    request = message_factory.GetMessageClass(pool.FindMessageTypeByName("hotline.v1.StreamTimelineRequest"))()
    request.from_time.FromJsonString("1962-10-27T00:00:00Z")
    expect(len(request.SerializeToString()) > 0, f"{name}: a message made from it is empty")
    return descriptors


def main():
    folder = pathlib.Path(sys.argv[1])
    image = check(folder, "hotline.binpb", set())
    for file in image.file:
        if file.name.startswith("hotline/"):
            comments = sum(bool(location.leading_comments) for location in file.source_code_info.location)
            expect(comments > 1, f"hotline.binpb: no comments of {file.name}")
    proxies = check(folder, "hotline-descriptors.pb", ERROR_DETAILS)
    print(f"as it should be: {len(image.file)} and {len(proxies.file)} files")


main()
