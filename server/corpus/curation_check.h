#ifndef HOTLINE_SERVER_CORPUS_CURATION_CHECK_H_
#define HOTLINE_SERVER_CORPUS_CURATION_CHECK_H_

#include <vector>

#include "server/corpus/curation.h"
#include "server/corpus/diagnostic.h"
#include "server/corpus/finding_aid.h"

namespace hotline::server {

// Reports everything in a curation that leads nowhere or is missing, each with its line: required fields, ill-formed or
// repeated ids, references to what does not exist, zones, spellings claimed twice, and entries of the finding aid that
// are in no document or in two. All of it is an error. Dates and their order are Merge's and CheckChronology's.
void CheckCuration(const CurationFile& file, const FindingAid& aid, std::vector<Diagnostic>* diagnostics);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_CURATION_CHECK_H_
