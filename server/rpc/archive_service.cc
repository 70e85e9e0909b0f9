#include "server/rpc/archive_service.h"

#include <utility>

#include "server/corpus/errors.h"
#include "server/corpus/references.h"
#include "server/corpus/request_fields.h"
#include "server/corpus/thread.h"
#include "server/rpc/document_list.h"
#include "server/rpc/unary.h"

namespace hotline::server {
namespace {

absl::StatusOr<const v1::Document*> Find(const Corpus& corpus, const std::string& name) {
  if (absl::Status status = CheckName(name, "documents", "name"); !status.ok()) return status;
  if (const v1::Document* document = corpus.FindDocument(name)) return document;
  return ResourceNotFound("document", name, "ListDocuments gives the valid names", "DOCUMENT_NOT_FOUND");
}

}  // namespace

ArchiveService::ArchiveService(std::shared_ptr<const Corpus> corpus) : corpus_(std::move(corpus)) {}

grpc::ServerUnaryReactor* ArchiveService::GetCorpus(grpc::CallbackServerContext* context, const v1::GetCorpusRequest*,
                                                    v1::GetCorpusResponse* response) {
  *response->mutable_corpus() = corpus_->summary();
  response->set_revision(corpus_->revision());
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::GetDocument(grpc::CallbackServerContext* context,
                                                      const v1::GetDocumentRequest* request,
                                                      v1::GetDocumentResponse* response) {
  const absl::StatusOr<const v1::Document*> document = Find(*corpus_, request->name());
  if (!document.ok()) return Answer(context, document.status());
  *response->mutable_document() = **document;
  response->set_revision(corpus_->revision());
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::ListDocuments(grpc::CallbackServerContext* context,
                                                        const v1::ListDocumentsRequest* request,
                                                        v1::ListDocumentsResponse* response) {
  absl::StatusOr<v1::ListDocumentsResponse> page = ListPage(*request, *corpus_);
  if (!page.ok()) return Answer(context, page.status());
  *response = *std::move(page);
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::SearchDocuments(grpc::CallbackServerContext* context,
                                                          const v1::SearchDocumentsRequest*,
                                                          v1::SearchDocumentsResponse*) {
  return Answer(context, NotBuiltYet("SearchDocuments"));
}

grpc::ServerUnaryReactor* ArchiveService::ResolveReference(grpc::CallbackServerContext* context,
                                                           const v1::ResolveReferenceRequest* request,
                                                           v1::ResolveReferenceResponse* response) {
  absl::StatusOr<std::vector<v1::ReferenceMatch>> matches = server::ResolveReference(*corpus_, request->reference());
  if (!matches.ok()) return Answer(context, matches.status());
  // Two matches may be two ways to the same document.
  const bool unique = matches->front().document().name() == matches->back().document().name();
  response->set_outcome(unique ? v1::REFERENCE_OUTCOME_UNIQUE : v1::REFERENCE_OUTCOME_AMBIGUOUS);
  for (v1::ReferenceMatch& match : *matches) *response->add_matches() = std::move(match);
  response->set_revision(corpus_->revision());
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ArchiveService::GetThread(grpc::CallbackServerContext* context,
                                                    const v1::GetThreadRequest* request,
                                                    v1::GetThreadResponse* response) {
  const absl::StatusOr<const v1::Document*> document = Find(*corpus_, request->name());
  if (!document.ok()) return Answer(context, document.status());
  absl::StatusOr<v1::GetThreadResponse> thread = MakeThread(*corpus_, **document);
  if (!thread.ok()) return Answer(context, thread.status());
  *response = *std::move(thread);
  return Answer(context, absl::OkStatus());
}

}  // namespace hotline::server
