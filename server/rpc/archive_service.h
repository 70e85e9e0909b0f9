#ifndef HOTLINE_SERVER_RPC_ARCHIVE_SERVICE_H_
#define HOTLINE_SERVER_RPC_ARCHIVE_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include "hotline/v1/archive_service.grpc.pb.h"
#include "server/rpc/document_search.h"
#include "server/rpc/holdings.h"

namespace hotline::server {

// ArchiveService: checks each request, asks the archive, answers. Nothing in it blocks.
//
// Lifetime: outlives the gRPC server that it is registered with.
class ArchiveService final : public v1::ArchiveService::CallbackService {
 public:
  // `holdings` outlive it.
  ArchiveService(const Holdings* holdings, const SearchLimits& limits);

  grpc::ServerUnaryReactor* GetCorpus(grpc::CallbackServerContext* context, const v1::GetCorpusRequest* request,
                                      v1::GetCorpusResponse* response) override;
  grpc::ServerUnaryReactor* GetDocument(grpc::CallbackServerContext* context, const v1::GetDocumentRequest* request,
                                        v1::GetDocumentResponse* response) override;
  grpc::ServerUnaryReactor* ListDocuments(grpc::CallbackServerContext* context, const v1::ListDocumentsRequest* request,
                                          v1::ListDocumentsResponse* response) override;
  grpc::ServerUnaryReactor* SearchDocuments(grpc::CallbackServerContext* context,
                                            const v1::SearchDocumentsRequest* request,
                                            v1::SearchDocumentsResponse* response) override;
  grpc::ServerUnaryReactor* CompareSources(grpc::CallbackServerContext* context,
                                           const v1::CompareSourcesRequest* request,
                                           v1::CompareSourcesResponse* response) override;
  grpc::ServerUnaryReactor* ResolveReference(grpc::CallbackServerContext* context,
                                             const v1::ResolveReferenceRequest* request,
                                             v1::ResolveReferenceResponse* response) override;
  grpc::ServerUnaryReactor* GetThread(grpc::CallbackServerContext* context, const v1::GetThreadRequest* request,
                                      v1::GetThreadResponse* response) override;

 private:
  const Holdings* const holdings_;
  DocumentSearch search_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_ARCHIVE_SERVICE_H_
