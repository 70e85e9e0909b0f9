#ifndef HOTLINE_SERVER_CORPUS_MERGE_H_
#define HOTLINE_SERVER_CORPUS_MERGE_H_

#include <string>
#include <vector>

#include "hotline/v1/corpus.pb.h"
#include "hotline/v1/document.pb.h"
#include "server/corpus/curation.h"
#include "server/corpus/diagnostic.h"
#include "server/corpus/finding_aid.h"

namespace hotline::server {

// Where something stands: file name and line.
struct Place {
  std::string file;
  int line = 0;
};

// What a claim was made of: an entry of the finding aid, or a claim of the curation. The other one is null.
struct ClaimOrigin {
  const FindingAidEntry* entry;
  const curation::Claim* claim;
};
// `lines` are those of its document.
Place PlaceOf(const ClaimOrigin& origin, const CurationLines& lines);

// A document with what it was merged from, which lives as long as the finding aid and the curation.
struct MergedDocument {
  v1::Document document;
  const curation::Document* curation = nullptr;
  std::vector<ClaimOrigin> claim_origins;  // one for each of `document.dates`, in the same order
};

struct Merged {
  v1::Corpus summary;                     // without counts and days
  std::vector<MergedDocument> documents;  // in the curation's order
};

// Puts a finding aid and its curation together. Each entry adds the date of its heading to its document, as the finding
// aid's claim, in the zone of the first author; equal claims of two entries become one, and the one whose year is not
// inferred stays. Claims are put in order of trust.
//
// A date that is no date, a claim that a source makes twice and a name in a heading that no participant claims are
// reported. References that lead nowhere are left out here; CheckCuration reports them.
Merged Merge(const FindingAid& aid, const CurationFile& curation, std::vector<Diagnostic>* diagnostics);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_MERGE_H_
