#ifndef HOTLINE_SERVER_RPC_ARCHIVE_SERVICE_H_
#define HOTLINE_SERVER_RPC_ARCHIVE_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>

#include "hotline/v1/archive_service.grpc.pb.h"
#include "server/rpc/call_record.h"
#include "server/rpc/document_search.h"
#include "server/rpc/holdings.h"

namespace hotline::server {

// ArchiveService: checks each request, asks the archive, answers. Nothing in it blocks. GetDocument is served raw,
// since most documents are at hand as bytes.
//
// Lifetime: outlives the gRPC server that it is registered with.
class ArchiveService final
    : public v1::ArchiveService::WithCallbackMethod_GetCorpus<v1::ArchiveService::WithRawCallbackMethod_GetDocument<
          v1::ArchiveService::WithCallbackMethod_ListDocuments<v1::ArchiveService::WithCallbackMethod_SearchDocuments<
              v1::ArchiveService::WithCallbackMethod_CompareSources<
                  v1::ArchiveService::WithCallbackMethod_ResolveReference<
                      v1::ArchiveService::WithCallbackMethod_GetThread<v1::ArchiveService::Service>>>>>>> {
 public:
  // What is pointed to outlives it.
  ArchiveService(const Holdings* holdings, const SearchLimits& limits, const CallObserver* observer);

  grpc::ServerUnaryReactor* GetCorpus(grpc::CallbackServerContext* context, const v1::GetCorpusRequest* request,
                                      v1::GetCorpusResponse* response) override;
  grpc::ServerUnaryReactor* GetDocument(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
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

  // Searches that wait for a thread.
  std::size_t searches_waiting() const { return search_.waiting(); }

 private:
  absl::Status AnswerDocument(const grpc::ByteBuffer& bytes, grpc::ByteBuffer* response) const;

  const Holdings* const holdings_;
  const ObservedMethod get_corpus_;
  const ObservedMethod get_document_;
  const ObservedMethod list_documents_;
  const ObservedMethod search_documents_;
  const ObservedMethod compare_sources_;
  const ObservedMethod resolve_reference_;
  const ObservedMethod get_thread_;
  DocumentSearch search_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_ARCHIVE_SERVICE_H_
