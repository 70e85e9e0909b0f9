#include "hotline/client.h"

namespace hotline {

absl::StatusOr<v1::GetCorpusResponse> Client::GetCorpus() const { return connection_->GetCorpus({}); }

absl::StatusOr<v1::GetDocumentResponse> Client::GetDocument(const std::string& name) const {
  v1::GetDocumentRequest request;
  request.set_name(name);
  return GetDocument(request);
}

absl::StatusOr<v1::GetDocumentResponse> Client::GetDocument(const v1::GetDocumentRequest& request) const {
  return connection_->GetDocument(request);
}

DocumentRange Client::ListDocuments(const v1::ListDocumentsRequest& request) const {
  return DocumentRange(request, [connection = connection_](const v1::ListDocumentsRequest& page) {
    return connection->ListDocuments(page);
  });
}

absl::StatusOr<v1::ListDocumentsResponse> Client::ListDocumentsPage(const v1::ListDocumentsRequest& request) const {
  return connection_->ListDocuments(request);
}

SearchRange Client::SearchDocuments(const v1::SearchDocumentsRequest& request) const {
  return SearchRange(request, [connection = connection_](const v1::SearchDocumentsRequest& page) {
    return connection->SearchDocuments(page);
  });
}

absl::StatusOr<v1::SearchDocumentsResponse> Client::SearchDocumentsPage(
    const v1::SearchDocumentsRequest& request) const {
  return connection_->SearchDocuments(request);
}

ComparisonRange Client::CompareSources(const v1::CompareSourcesRequest& request) const {
  return ComparisonRange(request, [connection = connection_](const v1::CompareSourcesRequest& page) {
    return connection->CompareSources(page);
  });
}

absl::StatusOr<v1::CompareSourcesResponse> Client::CompareSourcesPage(const v1::CompareSourcesRequest& request) const {
  return connection_->CompareSources(request);
}

absl::StatusOr<v1::ResolveReferenceResponse> Client::ResolveReference(const std::string& reference) const {
  v1::ResolveReferenceRequest request;
  request.set_reference(reference);
  return ResolveReference(request);
}

absl::StatusOr<v1::ResolveReferenceResponse> Client::ResolveReference(
    const v1::ResolveReferenceRequest& request) const {
  return connection_->ResolveReference(request);
}

absl::StatusOr<v1::GetThreadResponse> Client::GetThread(const std::string& name) const {
  v1::GetThreadRequest request;
  request.set_name(name);
  return GetThread(request);
}

absl::StatusOr<v1::GetThreadResponse> Client::GetThread(const v1::GetThreadRequest& request) const {
  return connection_->GetThread(request);
}

absl::StatusOr<v1::ListDaysResponse> Client::ListDays(const v1::ListDaysRequest& request) const {
  return connection_->ListDays(request);
}

TimelineStream Client::StreamTimeline(const v1::StreamTimelineRequest& request) const {
  return connection_->StreamTimeline(request);
}

Playback Client::PlayTimeline(const v1::PlaybackStart& start) const { return connection_->PlayTimeline(start); }

absl::StatusOr<bool> Client::IsServing(const std::string& service) const { return connection_->IsServing(service); }

}  // namespace hotline
