#ifndef HOTLINE_SERVER_CORPUS_CHRONOLOGY_H_
#define HOTLINE_SERVER_CORPUS_CHRONOLOGY_H_

#include <vector>

#include "hotline/v1/date.pb.h"
#include "hotline/v1/document.pb.h"
#include "server/corpus/curation.h"
#include "server/corpus/diagnostic.h"
#include "server/corpus/merge.h"

namespace hotline::server {

// Whether `a` must have been earlier than `b`: its whole interval lies before the other.
bool IsWhollyBefore(const v1::HistoricalDate& a, const v1::HistoricalDate& b);

// Indices into `document.dates` of the claims that contradict the preferred one: their intervals do not meet.
std::vector<int> Disagreements(const v1::Document& document);

// Reports what cannot have happened in this order, as errors: an answer wholly before what it answers (by the preferred
// claims), letters that answer each other in a circle, a receipt wholly before every sending of the same document.
// Where sources disagree about a document's date, a note says so.
void CheckChronology(const Merged& merged, const CurationFile& file, std::vector<Diagnostic>* diagnostics);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_CHRONOLOGY_H_
