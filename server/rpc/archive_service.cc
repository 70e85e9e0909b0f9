#include "server/rpc/archive_service.h"

#include <memory>
#include <utility>

#include "server/corpus/errors.h"
#include "server/corpus/read_mask.h"
#include "server/corpus/references.h"
#include "server/corpus/request_fields.h"
#include "server/corpus/thread.h"
#include "server/rpc/document_list.h"
#include "server/rpc/source_comparison.h"
#include "server/rpc/status.h"
#include "server/rpc/unary.h"

namespace hotline::server {
namespace {

absl::StatusOr<const v1::Document*> Find(const Corpus& corpus, const std::string& name) {
  if (absl::Status status = CheckName(name, "documents", "name"); !status.ok()) return status;
  if (const v1::Document* document = corpus.FindDocument(name)) return document;
  return ResourceNotFound("document", name, "ListDocuments gives the valid names", "DOCUMENT_NOT_FOUND");
}

}  // namespace

ArchiveService::ArchiveService(const Holdings* holdings, const SearchLimits& limits)
    : holdings_(holdings), search_(holdings, limits) {}

grpc::ServerUnaryReactor* ArchiveService::GetCorpus(grpc::CallbackServerContext* context, const v1::GetCorpusRequest*,
                                                    v1::GetCorpusResponse* response) {
  const std::shared_ptr<const Archive> archive = holdings_->current();
  *response->mutable_corpus() = archive->corpus().summary();
  response->set_revision(archive->corpus().revision());
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::GetDocument(grpc::CallbackServerContext* context,
                                                      const v1::GetDocumentRequest* request,
                                                      v1::GetDocumentResponse* response) {
  const std::shared_ptr<const Archive> archive = holdings_->current();
  const absl::StatusOr<const v1::Document*> document = Find(archive->corpus(), request->name());
  if (!document.ok()) return Answer(context, document.status());
  const absl::StatusOr<ReadMask> mask = ReadMask::Make(request->read_mask(), "read_mask");
  if (!mask.ok()) return Answer(context, mask.status());
  mask->Copy(**document, response->mutable_document());
  response->set_revision(archive->corpus().revision());
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::ListDocuments(grpc::CallbackServerContext* context,
                                                        const v1::ListDocumentsRequest* request,
                                                        v1::ListDocumentsResponse* response) {
  absl::StatusOr<v1::ListDocumentsResponse> page = ListPage(*request, *holdings_);
  if (!page.ok()) return Answer(context, page.status());
  *response = *std::move(page);
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::SearchDocuments(grpc::CallbackServerContext* context,
                                                          const v1::SearchDocumentsRequest* request,
                                                          v1::SearchDocumentsResponse* response) {
  // Context, request and response live until the call is finished, which the answer does.
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  search_.Search(
      *request, [context] { return context->IsCancelled(); },
      [reactor, response](absl::StatusOr<v1::SearchDocumentsResponse> page) {
        if (page.ok()) *response = *std::move(page);
        reactor->Finish(ToGrpcStatus(page.status()));
      });
  return reactor;
}

grpc::ServerUnaryReactor* ArchiveService::CompareSources(grpc::CallbackServerContext* context,
                                                         const v1::CompareSourcesRequest* request,
                                                         v1::CompareSourcesResponse* response) {
  absl::StatusOr<v1::CompareSourcesResponse> page = ComparePage(*request, *holdings_);
  if (!page.ok()) return Answer(context, page.status());
  *response = *std::move(page);
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::ResolveReference(grpc::CallbackServerContext* context,
                                                           const v1::ResolveReferenceRequest* request,
                                                           v1::ResolveReferenceResponse* response) {
  const std::shared_ptr<const Archive> archive = holdings_->current();
  const absl::StatusOr<ReadMask> mask = ReadMask::Make(request->read_mask(), "read_mask");
  if (!mask.ok()) return Answer(context, mask.status());
  absl::StatusOr<v1::ResolveReferenceResponse> resolved =
      server::ResolveReference(archive->corpus(), request->reference(), *mask);
  if (!resolved.ok()) return Answer(context, resolved.status());
  *response = *std::move(resolved);
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::GetThread(grpc::CallbackServerContext* context,
                                                    const v1::GetThreadRequest* request,
                                                    v1::GetThreadResponse* response) {
  const std::shared_ptr<const Archive> archive = holdings_->current();
  const absl::StatusOr<const v1::Document*> document = Find(archive->corpus(), request->name());
  if (!document.ok()) return Answer(context, document.status());
  const absl::StatusOr<ReadMask> mask = ReadMask::Make(request->read_mask(), "read_mask");
  if (!mask.ok()) return Answer(context, mask.status());
  absl::StatusOr<v1::GetThreadResponse> thread = MakeThread(archive->corpus(), **document, *mask);
  if (!thread.ok()) return Answer(context, thread.status());
  *response = *std::move(thread);
  return Answer(context, absl::OkStatus());
}

}  // namespace hotline::server
