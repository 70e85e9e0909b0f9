#include "server/rpc/unknown_methods.h"

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  Refusal(const ObservedMethod* method, const grpc::GenericCallbackServerContext* context) {
    CallRecord record(method, context, context->method());
    Finish(record.End(Failure(absl::StatusCode::kUnimplemented, "METHOD_UNKNOWN",
                              absl::StrCat("there is no method ", Quoted(context->method())))));
  }

  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(grpc::GenericCallbackServerContext* context) {
  return new Refusal(&method_, context);
}

}  // namespace hotline::server
