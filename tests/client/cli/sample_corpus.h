#ifndef HOTLINE_TESTS_CLIENT_CLI_SAMPLE_CORPUS_H_
#define HOTLINE_TESTS_CLIENT_CLI_SAMPLE_CORPUS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/item_renderer.h"
#include "client/cli/vocabulary.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::cli {

// A small corpus for the tests of the renderers: two capitals, the public, three sources, and four documents that have
// what is hard to show. Shaped like the real one, and cut down.

// "1962-10-27T10:00:00-04:00" and the like.
google::protobuf::Timestamp At(const std::string& rfc3339);

// An instant.
v1::HistoricalDate Minute(const std::string& rfc3339, const std::string& zone);
// A civil day of `zone`.
v1::HistoricalDate Day(const std::string& day, const std::string& zone);

v1::Corpus SampleCorpus();
Vocabulary SampleVocabulary();

// kk-08: a private letter, handed over on the 26th; Washington had it at 04:15 on the 27th by Moscow's clock.
// kk-09: public, broadcast on the 27th; two sources disagree on its day.
// kk-10: a statement whose hour is not recorded. kk-13: released on the 28th in Washington, the 29th in Moscow.
std::vector<v1::Document> SampleDocuments();
Documents SampleDocumentsByName();
v1::Document SampleDocument(const std::string& id);

// Without the line feeds.
std::vector<std::string> LinesOf(const std::string& text);

// How many columns the widest line has, escapes not counted.
int WidestLine(const std::string& text);

// `text` without colours.
std::string WithoutEscapes(const std::string& text);

}  // namespace hotline::cli

#endif  // HOTLINE_TESTS_CLIENT_CLI_SAMPLE_CORPUS_H_
