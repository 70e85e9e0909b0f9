#include "server/rpc/archive_service.h"

#include <memory>
#include <utility>

#include "server/corpus/errors.h"
#include "server/corpus/read_mask.h"
#include "server/corpus/references.h"
#include "server/corpus/request_fields.h"
#include "server/corpus/thread.h"
#include "server/rpc/document_list.h"
#include "server/rpc/raw_message.h"
#include "server/rpc/source_comparison.h"

namespace hotline::server {
namespace {

absl::StatusOr<const v1::Document*> Find(const Corpus& corpus, const std::string& name) {
  if (absl::Status status = CheckName(name, "documents", "name"); !status.ok()) return status;
  if (const v1::Document* document = corpus.FindDocument(name)) return document;
  return ResourceNotFound("document", name, "ListDocuments gives the valid names", "DOCUMENT_NOT_FOUND");
}

}  // namespace

ArchiveService::ArchiveService(const Holdings* holdings, const SearchLimits& limits, const CallObserver* observer)
    : holdings_(holdings),
      get_corpus_(observer, "/hotline.v1.ArchiveService/GetCorpus"),
      get_document_(observer, "/hotline.v1.ArchiveService/GetDocument"),
      list_documents_(observer, "/hotline.v1.ArchiveService/ListDocuments"),
      search_documents_(observer, "/hotline.v1.ArchiveService/SearchDocuments"),
      compare_sources_(observer, "/hotline.v1.ArchiveService/CompareSources"),
      resolve_reference_(observer, "/hotline.v1.ArchiveService/ResolveReference"),
      get_thread_(observer, "/hotline.v1.ArchiveService/GetThread"),
      search_(holdings, limits) {}

grpc::ServerUnaryReactor* ArchiveService::GetCorpus(grpc::CallbackServerContext* context, const v1::GetCorpusRequest*,
                                                    v1::GetCorpusResponse* response) {
  UnaryCall call(get_corpus_, context, response);
  const std::shared_ptr<const Archive> archive = holdings_->current();
  *response->mutable_corpus() = archive->corpus().summary();
  response->set_revision(archive->corpus().revision());
  return call.Answer(absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::GetDocument(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  UnaryCall call(get_document_, context, response);
  return call.Answer(AnswerDocument(*request, response));
}

absl::Status ArchiveService::AnswerDocument(const grpc::ByteBuffer& bytes, grpc::ByteBuffer* response) const {
  const absl::StatusOr<v1::GetDocumentRequest> request = ParseRaw<v1::GetDocumentRequest>(bytes);
  if (!request.ok()) return request.status();
  const std::shared_ptr<const Archive> archive = holdings_->current();
  const absl::StatusOr<const v1::Document*> document = Find(archive->corpus(), request->name());
  if (!document.ok()) return document.status();
  const absl::StatusOr<ReadMask> mask = ReadMask::Make(request->read_mask(), "read_mask");
  if (!mask.ok()) return mask.status();
  absl::string_view at_hand;
  if (!request->has_read_mask()) at_hand = archive->document_responses().Find(archive->corpus().IndexOf(**document));
  if (!at_hand.empty()) {
    *response = ToByteBuffer(at_hand);
    return absl::OkStatus();
  }
  v1::GetDocumentResponse answer;
  mask->Copy(**document, answer.mutable_document());
  answer.set_revision(archive->corpus().revision());
  *response = ToByteBuffer(answer.SerializeAsString());
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ArchiveService::ListDocuments(grpc::CallbackServerContext* context,
                                                        const v1::ListDocumentsRequest* request,
                                                        v1::ListDocumentsResponse* response) {
  UnaryCall call(list_documents_, context, response);
  absl::StatusOr<v1::ListDocumentsResponse> page = ListPage(*request, *holdings_);
  if (!page.ok()) return call.Answer(page.status());
  *response = *std::move(page);
  return call.Answer(absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::SearchDocuments(grpc::CallbackServerContext* context,
                                                          const v1::SearchDocumentsRequest* request,
                                                          v1::SearchDocumentsResponse* response) {
  // Context, request and response live until the call is finished, which the answer does.
  const auto call = std::make_shared<UnaryCall>(search_documents_, context, response);
  search_.Search(
      *request, [context] { return context->IsCancelled(); },
      [call, response](absl::StatusOr<v1::SearchDocumentsResponse> page) {
        if (page.ok()) *response = *std::move(page);
        call->Answer(page.status());
      });
  return call->reactor();
}

grpc::ServerUnaryReactor* ArchiveService::CompareSources(grpc::CallbackServerContext* context,
                                                         const v1::CompareSourcesRequest* request,
                                                         v1::CompareSourcesResponse* response) {
  UnaryCall call(compare_sources_, context, response);
  absl::StatusOr<v1::CompareSourcesResponse> page = ComparePage(*request, *holdings_);
  if (!page.ok()) return call.Answer(page.status());
  *response = *std::move(page);
  return call.Answer(absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::ResolveReference(grpc::CallbackServerContext* context,
                                                           const v1::ResolveReferenceRequest* request,
                                                           v1::ResolveReferenceResponse* response) {
  UnaryCall call(resolve_reference_, context, response);
  const std::shared_ptr<const Archive> archive = holdings_->current();
  const absl::StatusOr<ReadMask> mask = ReadMask::Make(request->read_mask(), "read_mask");
  if (!mask.ok()) return call.Answer(mask.status());
  absl::StatusOr<v1::ResolveReferenceResponse> resolved =
      server::ResolveReference(archive->corpus(), request->reference(), *mask);
  if (!resolved.ok()) return call.Answer(resolved.status());
  *response = *std::move(resolved);
  return call.Answer(absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::GetThread(grpc::CallbackServerContext* context,
                                                    const v1::GetThreadRequest* request,
                                                    v1::GetThreadResponse* response) {
  UnaryCall call(get_thread_, context, response);
  const std::shared_ptr<const Archive> archive = holdings_->current();
  const absl::StatusOr<const v1::Document*> document = Find(archive->corpus(), request->name());
  if (!document.ok()) return call.Answer(document.status());
  const absl::StatusOr<ReadMask> mask = ReadMask::Make(request->read_mask(), "read_mask");
  if (!mask.ok()) return call.Answer(mask.status());
  absl::StatusOr<v1::GetThreadResponse> thread = MakeThread(archive->corpus(), **document, *mask);
  if (!thread.ok()) return call.Answer(thread.status());
  *response = *std::move(thread);
  return call.Answer(absl::OkStatus());
}

}  // namespace hotline::server
