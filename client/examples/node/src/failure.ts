// What an error of a call says, its google.rpc details among it.
import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { anyUnpack, type Duration } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";

import {
  BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema, RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "./gen/google/rpc/status_pb.js";

export interface Failure {
  // As in "NOT_FOUND".
  code: string;
  message: string;
  // A stable word such as "DOCUMENT_NOT_FOUND", and whose word it is. Empty where there is no ErrorInfo.
  reason: string;
  domain: string;
  metadata: Record<string, string>;
  // The fields of the request that were wrong.
  fields: { field: string; description: string }[];
  // Name of what was not found. Empty where it is not that.
  resource: string;
  // How long the server asks to wait before the next try.
  retryDelay: Duration | undefined;
}

export function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "metadata" in error;
}

export function failureOf(error: grpc.ServiceError): Failure {
  const [status] = error.metadata.get("grpc-status-details-bin");
  const details = status instanceof Uint8Array ? fromBinary(StatusSchema, status).details : [];
  const detail = <D extends DescMessage>(schema: D): MessageShape<D> | undefined =>
    details.map((any) => anyUnpack(any, schema)).find((message) => message !== undefined);
  const info = detail(ErrorInfoSchema);
  return {
    code: grpc.status[error.code],
    message: error.details,
    reason: info?.reason ?? "",
    domain: info?.domain ?? "",
    metadata: info?.metadata ?? {},
    fields: detail(BadRequestSchema)?.fieldViolations ?? [],
    resource: detail(ResourceInfoSchema)?.resourceName ?? "",
    retryDelay: detail(RetryInfoSchema)?.retryDelay,
  };
}
