"""A server of a later version of the contract: it sends values of enums, fields and items that clients do not know.

usage: later_server.py --listen=HOST:PORT, in a Python that has grpcio and grpcio-tools, with proto/ in PYTHONPATH
"""

import sys
from concurrent import futures

import grpc

archive = grpc.protos("hotline/v1/archive_service.proto")
document = grpc.protos("hotline/v1/document.proto")
timeline = grpc.protos("hotline/v1/timeline.proto")
timeline_service = grpc.protos("hotline/v1/timeline_service.proto")

# Field 1000, a string, as the wire has it.
UNKNOWN_FIELD = b"\xc2\x3e\x05later"


def get_document(request, context):
    # 99 is a kind of document, -1 one that only later and stranger versions have; both are open enums in proto3.
    answer = archive.GetDocumentResponse(revision="later")
    answer.document.name, answer.document.kind, answer.document.publicity = request.name, 99, -1
    answer.document.relations.add(type=7, document="documents/kk-01")
    return answer.SerializeToString() + UNKNOWN_FIELD


def list_documents(request, context):
    answer = archive.ListDocumentsResponse(certainties=[2, 99, 0], revision="later")
    return answer.SerializeToString() + UNKNOWN_FIELD


def stream_timeline(request, context):
    strange = timeline_service.StreamTimelineResponse(epoch=1, position="p")
    item = strange.items.add(ordinal=2**53 + 1)
    item.MergeFromString(UNKNOWN_FIELD)  # an item of a kind that is not known
    strange.items.add(ordinal=2**63 - 1).event.event.type = 99
    yield strange.SerializeToString()
    closing = timeline_service.StreamTimelineResponse(epoch=-(2**63), position="p")
    closing.closing.reason = 99
    yield closing.SerializeToString() + UNKNOWN_FIELD


def serve(address):
    def handler(make, function, request_type):
        return make(function, request_deserializer=request_type.FromString, response_serializer=None)

    server = grpc.server(futures.ThreadPoolExecutor(8))
    unary, stream = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
    server.add_generic_rpc_handlers([
        grpc.method_handlers_generic_handler("hotline.v1.ArchiveService", {
            "GetDocument": handler(unary, get_document, archive.GetDocumentRequest),
            "ListDocuments": handler(unary, list_documents, archive.ListDocumentsRequest),
        }),
        grpc.method_handlers_generic_handler("hotline.v1.TimelineService", {
            "StreamTimeline": handler(stream, stream_timeline, timeline_service.StreamTimelineRequest),
        }),
    ])
    port = server.add_insecure_port(address)
    server.start()
    print(f"later_server.py listening on {address.rpartition(':')[0]}:{port}", file=sys.stderr, flush=True)
    server.wait_for_termination()


serve(sys.argv[1].partition("=")[2])
