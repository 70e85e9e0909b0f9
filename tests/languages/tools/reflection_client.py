"""A client that knows nothing of a server but what its reflection tells, as Postman does."""

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha import proto_reflection_descriptor_database, reflection_pb2

DEADLINE_SECONDS = 10


class ReflectionClient:
    def __init__(self, channel):
        self._channel = channel
        self._database = proto_reflection_descriptor_database.ProtoReflectionDescriptorDatabase(channel)
        # Asks the server for whatever is looked up, and for the files that its file imports.
        self._pool = descriptor_pool.DescriptorPool(self._database)

    def services(self):
        return list(self._database.get_services())

    def methods(self, service):
        return [method.name for method in self._pool.FindServiceByName(service).methods]

    def message_class(self, name):
        """Raises KeyError where the server knows no such message."""
        return message_factory.GetMessageClass(self._pool.FindMessageTypeByName(name))

    def call(self, service, method, request):
        """Calls with a request in Protobuf's JSON form, and returns the response, or an iterator over them."""
        descriptor = self._pool.FindServiceByName(service).FindMethodByName(method)
        request_class = message_factory.GetMessageClass(descriptor.input_type)
        kind = self._channel.unary_stream if descriptor.server_streaming else self._channel.unary_unary
        call = kind(f"/{service}/{method}", request_class.SerializeToString,
                    message_factory.GetMessageClass(descriptor.output_type).FromString)
        return call(json_format.ParseDict(request, request_class()), timeout=DEADLINE_SECONDS)


def ask_v1(channel):
    """Lists the services by grpc.reflection.v1, whose messages are those of v1alpha, and returns the call."""
    ask = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                                reflection_pb2.ServerReflectionRequest.SerializeToString,
                                reflection_pb2.ServerReflectionResponse.FromString)
    return ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]), timeout=DEADLINE_SECONDS)
