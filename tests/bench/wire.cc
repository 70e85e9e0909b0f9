#include "tests/bench/wire.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::bench {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr std::uint32_t Varint(int field) { return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_VARINT); }
constexpr std::uint32_t Delimited(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

using Stream = v1::StreamTimelineResponse;
using Play = v1::PlayTimelineResponse;
static_assert(int{Stream::kOpenedFieldNumber} == int{Play::kOpenedFieldNumber});
static_assert(int{Stream::kHeartbeatFieldNumber} == int{Play::kHeartbeatFieldNumber});
static_assert(int{Stream::kClosingFieldNumber} == int{Play::kClosingFieldNumber});
static_assert(int{Stream::kItemsFieldNumber} == int{Play::kItemsFieldNumber});
static_assert(int{Stream::kLateByFieldNumber} == int{Play::kLateByFieldNumber});

class Reader {
 public:
  explicit Reader(CodedInputStream* input) : input_(input) {}

  absl::StatusOr<Response> Read() {
    while (const std::uint32_t tag = input_->ReadTag()) {
      if (!ReadField(tag)) return NoResponse();
      if (!in_order_) {
        return absl::InternalError(
            absl::StrCat("item ", response_.last_ordinal, " is not behind the one before it in its message"));
      }
    }
    if (!input_->ConsumedEntireMessage()) return NoResponse();
    return response_;
  }

 private:
  static absl::Status NoResponse() { return absl::InternalError("the bytes are no response of a playback"); }

  bool ReadField(std::uint32_t tag) {
    switch (tag) {
      case Delimited(Stream::kItemsFieldNumber):
        return ReadItem();
      case Delimited(Stream::kLateByFieldNumber):
        return ReadLateBy();
      case Delimited(Play::kControlAppliedFieldNumber):
        response_.content = Response::Content::kControlApplied;
        return ReadControlApplied();
      case Delimited(Stream::kOpenedFieldNumber):
        response_.content = Response::Content::kOpened;
        break;
      case Delimited(Stream::kHeartbeatFieldNumber):
        response_.content = Response::Content::kHeartbeat;
        break;
      case Delimited(Stream::kClosingFieldNumber):
        response_.content = Response::Content::kClosing;
        break;
      default:
        break;
    }
    return WireFormatLite::SkipField(input_, tag);
  }

  // Only the ordinal, which is the first field, and absent where it is 0.
  bool ReadItem() {
    std::uint32_t size = 0;
    if (!input_->ReadVarint32(&size)) return false;
    const int begin = input_->CurrentPosition();
    std::uint64_t ordinal = 0;
    if (size > 0 && input_->ReadTag() == Varint(v1::TimelineItem::kOrdinalFieldNumber) &&
        !input_->ReadVarint64(&ordinal)) {
      return false;
    }
    const int rest = static_cast<int>(size) - (input_->CurrentPosition() - begin);
    if (rest < 0 || !input_->Skip(rest)) return false;
    const auto number = static_cast<std::int64_t>(ordinal);
    if (response_.items == 0) response_.first_ordinal = number;
    in_order_ = response_.items == 0 || number == response_.last_ordinal + 1;
    response_.last_ordinal = number;
    ++response_.items;
    response_.item_bytes += static_cast<std::int64_t>(size) + 1 +
                            static_cast<std::int64_t>(google::protobuf::io::CodedOutputStream::VarintSize32(size));
    return true;
  }

  template <typename Message>
  bool ReadMessage(Message* message) {
    std::string bytes;
    std::uint32_t size = 0;
    return input_->ReadVarint32(&size) && input_->ReadString(&bytes, static_cast<int>(size)) &&
           message->ParseFromString(bytes);
  }

  bool ReadLateBy() {
    google::protobuf::Duration late_by;
    if (!ReadMessage(&late_by)) return false;
    response_.late_by = absl::Seconds(late_by.seconds()) + absl::Nanoseconds(late_by.nanos());
    return true;
  }

  bool ReadControlApplied() {
    v1::ControlApplied applied;
    if (!ReadMessage(&applied)) return false;
    response_.control_id = applied.control_id();
    response_.control_code = applied.code();
    return true;
  }

  CodedInputStream* const input_;
  Response response_;
  bool in_order_ = true;
};

}  // namespace

absl::StatusOr<Response> ReadResponse(grpc::ByteBuffer* bytes) {
  grpc::ProtoBufferReader stream(bytes);
  CodedInputStream input(&stream);
  return Reader(&input).Read();
}

}  // namespace hotline::bench
