#ifndef HOTLINE_SERVER_CORPUS_REPORT_H_
#define HOTLINE_SERVER_CORPUS_REPORT_H_

#include <string>

#include "server/corpus/loader.h"

namespace hotline::server {

// The text of `hotlined --check`, for people: what the corpus holds, the dates on which its sources disagree, the
// printed numbers that occur twice, every diagnostic, and at the end how many errors and warnings there are. Where
// there is no corpus, the diagnostics and their count. Lines have at most 80 characters, where words allow.
std::string CorpusReport(const LoadResult& result);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_REPORT_H_
