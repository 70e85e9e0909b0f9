package hotline.crisis;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;

/** To copy: what an error says beside its code and message. */
public final class Details {
  private Details() {}

  /** The detail of this type, such as {@link com.google.rpc.ErrorInfo}; empty where the error has none. */
  public static <T extends Message> Optional<T> of(StatusException error, Class<T> type) {
    Status status = StatusProto.fromThrowable(error);
    try {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(type)) {
          return Optional.of(detail.unpack(type));
        }
      }
    } catch (InvalidProtocolBufferException damaged) {
      // As good as none.
    }
    return Optional.empty();
  }
}
