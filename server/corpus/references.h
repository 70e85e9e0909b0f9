#ifndef HOTLINE_SERVER_CORPUS_REFERENCES_H_
#define HOTLINE_SERVER_CORPUS_REFERENCES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/corpus/read_mask.h"

namespace hotline::server {

// Every way in which `reference` may mean a document of the corpus, in timeline order: as the document's id or name, as
// a number printed in the finding aid, as an identifier or one of its aliases. Case, blanks and punctuation do not
// matter. The response's revision is set too.
//
// INVALID_ARGUMENT where the reference has no letter and no digit or is longer than 200 bytes, NOT_FOUND where it means
// nothing, FAILED_PRECONDITION (REFERENCE_TOO_COMMON) where it means more than 1,000 documents, or more than clients
// take at once. Its cost is that of the documents it means, whatever the size of the corpus.
absl::StatusOr<v1::ResolveReferenceResponse> ResolveReference(const Corpus& corpus, absl::string_view reference,
                                                              const ReadMask& mask = {});

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_REFERENCES_H_
