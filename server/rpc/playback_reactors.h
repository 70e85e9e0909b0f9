#ifndef HOTLINE_SERVER_RPC_PLAYBACK_REACTORS_H_
#define HOTLINE_SERVER_RPC_PLAYBACK_REACTORS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "server/rpc/call_record.h"
#include "server/rpc/playback_stream.h"

namespace hotline::server {

// What gRPC calls for one playback: passes everything on to a PlaybackStream, and its operations back to gRPC. Owns
// itself: gRPC ends its life by OnDone().
template <typename Reactor>
class PlaybackReactor : public Reactor, private PlaybackCall {
 public:
  PlaybackStream& stream() { return *stream_; }

  // The client's address without its port.
  std::string Peer() const {
    const std::string peer = context_->peer();
    return peer.substr(0, peer.rfind(':'));
  }

  void OnWriteDone(bool ok) override { stream_->OnWriteDone(ok); }
  void OnCancel() override { stream_->OnCancel(); }
  void OnDone() override {
    stream_->OnDone();
    delete this;
  }

 protected:
  CallRecord& record() { return record_; }

  // `method` outlives the call, `context` lives as long.
  PlaybackReactor(const ObservedMethod& method, grpc::CallbackServerContext* context,
                  const PlaybackEnvironment& environment, bool controlled)
      : context_(context),
        record_(&method, context),
        stream_(std::make_shared<PlaybackStream>(environment, static_cast<PlaybackCall*>(this), controlled)) {}

  // Of PlaybackCall.
  void BeginWrite(const grpc::ByteBuffer* response) override {
    record_.Sent();
    this->StartWrite(response);
  }
  void BeginRead(grpc::ByteBuffer*) override {}
  void End(const absl::Status& status) override { this->Finish(record_.End(status)); }
  void Cancel() override { context_->TryCancel(); }

 private:
  grpc::CallbackServerContext* const context_;
  CallRecord record_;
  const std::shared_ptr<PlaybackStream> stream_;
};

class StreamTimelineReactor final : public PlaybackReactor<grpc::ServerWriteReactor<grpc::ByteBuffer>> {
 public:
  StreamTimelineReactor(const ObservedMethod& method, grpc::CallbackServerContext* context,
                        const PlaybackEnvironment& environment)
      : PlaybackReactor(method, context, environment, /*controlled=*/false) {
    record().Received();
  }
};

class PlayTimelineReactor final : public PlaybackReactor<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>> {
 public:
  PlayTimelineReactor(const ObservedMethod& method, grpc::CallbackServerContext* context,
                      const PlaybackEnvironment& environment)
      : PlaybackReactor(method, context, environment, /*controlled=*/true) {}

  void OnReadDone(bool ok) override {
    if (ok) record().Received();
    stream().OnReadDone(ok);
  }

 private:
  void BeginRead(grpc::ByteBuffer* request) override { StartRead(request); }
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PLAYBACK_REACTORS_H_
