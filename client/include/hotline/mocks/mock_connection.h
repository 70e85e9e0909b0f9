#ifndef HOTLINE_MOCKS_MOCK_CONNECTION_H_
#define HOTLINE_MOCKS_MOCK_CONNECTION_H_

#include <gmock/gmock.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "hotline/connection.h"

// For the tests of programs that use the SDK; needs GoogleMock, which hotline::client does not bring.
namespace hotline::mocks {

// A Connection to put under a Client.
class MockConnection : public Connection {
 public:
  MOCK_METHOD(absl::StatusOr<v1::GetCorpusResponse>, GetCorpus, (const v1::GetCorpusRequest&), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetDocumentResponse>, GetDocument, (const v1::GetDocumentRequest&), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListDocumentsResponse>, ListDocuments, (const v1::ListDocumentsRequest&), (override));
  MOCK_METHOD(absl::StatusOr<v1::SearchDocumentsResponse>, SearchDocuments, (const v1::SearchDocumentsRequest&),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::CompareSourcesResponse>, CompareSources, (const v1::CompareSourcesRequest&),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::ResolveReferenceResponse>, ResolveReference, (const v1::ResolveReferenceRequest&),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::GetThreadResponse>, GetThread, (const v1::GetThreadRequest&), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListDaysResponse>, ListDays, (const v1::ListDaysRequest&), (override));
  MOCK_METHOD(TimelineStream, StreamTimeline, (const v1::StreamTimelineRequest&), (override));
  MOCK_METHOD(Playback, PlayTimeline, (const v1::PlaybackStart&), (override));
  MOCK_METHOD(absl::StatusOr<bool>, IsServing, (const std::string&), (override));
};

// A list in place of a server, behind a TimelineStream or a Playback.
template <typename Source, typename Response>
class ListSource : public Source {
 public:
  ListSource(std::vector<Response> responses, absl::Status status)
      : responses_(std::move(responses)), status_(std::move(status)) {}

  std::optional<absl::StatusOr<Response>> Next() override {
    if (cancelled_) return absl::CancelledError("cancelled by the program");
    if (next_ < responses_.size()) return responses_[next_++];
    if (!status_.ok()) return status_;
    return std::nullopt;
  }
  void Cancel() override { cancelled_ = true; }
  int resumes() const override { return 0; }
  int violations() const override { return 0; }

 private:
  const std::vector<Response> responses_;
  const absl::Status status_;
  std::size_t next_ = 0;
  std::atomic<bool> cancelled_ = false;
};

using ListTimelineSource = ListSource<TimelineSource, v1::StreamTimelineResponse>;

class ListPlaybackSource : public ListSource<PlaybackSource, v1::PlayTimelineResponse> {
 public:
  using ListSource::ListSource;

  void Send(const v1::PlaybackControl&) override {}
  void FinishControls() override {}
  std::optional<absl::Status> interruption() const override { return std::nullopt; }
};

// A stream that yields the responses, then ends: without error for OK, otherwise with that error. After Cancel() it
// yields CANCELLED in place of what is left. Give it to a mock with testing::Return(testing::ByMove(...)).
inline TimelineStream MakeTimelineStream(std::vector<v1::StreamTimelineResponse> responses,
                                         absl::Status status = absl::OkStatus()) {
  return TimelineStream(std::make_unique<ListTimelineSource>(std::move(responses), std::move(status)));
}

// A playback that does the same. Controls change nothing in it: the first one given has the id 1, the next one 2, and
// the `control_applied` of that id in the list is its answer. One that obeys its controls is in fake_playback.h.
inline Playback MakePlayback(std::vector<v1::PlayTimelineResponse> responses, absl::Status status = absl::OkStatus()) {
  return Playback(std::make_unique<ListPlaybackSource>(std::move(responses), std::move(status)));
}

}  // namespace hotline::mocks

#endif  // HOTLINE_MOCKS_MOCK_CONNECTION_H_
