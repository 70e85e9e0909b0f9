#ifndef HOTLINE_TESTS_BENCH_CORPUS_FILES_H_
#define HOTLINE_TESTS_BENCH_CORPUS_FILES_H_

#include <string>

namespace hotline::bench {

// The first day of every corpus that is written here.
inline constexpr char kFirstDay[] = "1962-01-01";

// Writes a corpus that hotlined can load into a folder: `documents` letters with `events_each` events each, one event a
// minute of history from the start of kFirstDay in UTC on. An event is about as long as one of the shipped corpus.
// Aborts where the folder cannot be written.
void WriteCorpus(const std::string& folder, int documents, int events_each);

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_CORPUS_FILES_H_
