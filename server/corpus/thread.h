#ifndef HOTLINE_SERVER_CORPUS_THREAD_H_
#define HOTLINE_SERVER_CORPUS_THREAD_H_

#include "absl/status/statusor.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/corpus/read_mask.h"

namespace hotline::server {

// The thread that `document`, which must be of `corpus`, belongs to: every document that can be reached from it by
// relations in either direction, the edges between them, and the pairs that crossed. The response's revision is set
// too; `mask` says how much of the documents it has, and nothing else hangs on it.
//
// A document was sent at its first event of the types SENT, HANDED_OVER, BROADCAST and RELEASED, and had arrived with
// an audience at the first event known to it, by whichever channel. Two documents crossed where their authors'
// audiences differ, each had arrived with the other's author, and each was sent before that. What answers or mentions a
// document did not cross it, whatever the recorded times: its author knew of the other.
//
// FAILED_PRECONDITION (THREAD_TOO_LARGE) for one of more than 1,000 documents, or of more than clients take at once.
// Its cost is that of the thread's own documents, of at most 1,001, whatever the size of the corpus.
absl::StatusOr<v1::GetThreadResponse> MakeThread(const Corpus& corpus, const v1::Document& document,
                                                 const ReadMask& mask = {});

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_THREAD_H_
