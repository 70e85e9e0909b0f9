"""What the server says about an error besides its text: google.rpc's details."""

from google.rpc import error_details_pb2
from grpc_status import rpc_status


def _detail(error, kind):
    """Returns the first detail of this kind of a grpc.aio.AioRpcError, or None."""
    status = rpc_status.from_call(_Call(error))
    for any_message in status.details if status else ():
        detail = kind()
        if any_message.Unpack(detail):
            return detail
    return None


class _Call:
    """What rpc_status wants to see of a call, from the error that a call of grpc.aio ended with."""

    def __init__(self, error):
        self.code, self.details, self.trailing_metadata = error.code, error.details, error.trailing_metadata


def error_info(error):
    """Why, in a stable word: `reason`, `domain` and `metadata`. None where the server did not say."""
    return _detail(error, error_details_pb2.ErrorInfo)


def field_violations(error):
    """Every field of the request that was refused, with what was wrong and what is allowed."""
    bad_request = _detail(error, error_details_pb2.BadRequest)
    return bad_request.field_violations if bad_request else []


def resource(error):
    """The name of what was not found, or an empty string."""
    info = _detail(error, error_details_pb2.ResourceInfo)
    return info.resource_name if info else ""


def retry_delay(error):
    """How many seconds the server asked to wait; 0 where it did not ask."""
    info = _detail(error, error_details_pb2.RetryInfo)
    return info.retry_delay.ToTimedelta().total_seconds() if info else 0.0


def describe(error):
    """The error in lines for a person."""
    info = error_info(error)
    lines = [f"{error.code().name}{' ' + info.reason if info else ''}: {error.details()}"]
    lines += [f"  {violation.field}: {violation.description}" for violation in field_violations(error)]
    return "\n".join(lines)
