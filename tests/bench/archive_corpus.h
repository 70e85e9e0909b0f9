#ifndef HOTLINE_TESTS_BENCH_ARCHIVE_CORPUS_H_
#define HOTLINE_TESTS_BENCH_ARCHIVE_CORPUS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace hotline::bench {

// The words of an archive, distributed as those of a language are: the word of rank R, counted from 0, is about one in
// (R + 1) ln(30,000) of all that are drawn. The first hundred or so are English, the commonest words and those of the
// subject; the others are made of syllables, each different, and look like nothing else.
class Vocabulary {
 public:
  static constexpr int kSize = 30'000;

  Vocabulary();

  const std::string& word(int rank) const { return words_[static_cast<std::size_t>(rank)]; }
  const std::string& Draw(std::mt19937_64* random) const;

 private:
  std::vector<std::string> words_;
};

// The resource name of a document of such a corpus, counted from 0 in the corpus's own order.
std::string ArchiveDocumentName(int number);

// How many participants it has, and their resource names.
inline constexpr int kArchiveParticipants = 40;
std::string ArchiveParticipantName(int number);

// Writes finding_aid.txt and curation.textproto of a corpus that hotlined can load without an error into a folder:
// `documents` letters, statements and addresses from 1961 to 1963, two events each, one or two claims about the date,
// which sometimes disagree by days and sometimes give only the month, and chains of answers of about eight. Every
// hundredth document, at most 9,999, is in the finding aid, too. There are three sources: frus-6, edition, finding-aid.
//
// Equal arguments give equal bytes. Served, a document has 900 bytes on average in Protobuf's serialisation, some
// thirty words of a Vocabulary among them. Aborts where the folder cannot be written.
void WriteArchiveCorpus(const std::string& folder, int documents, std::uint64_t seed);

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_ARCHIVE_CORPUS_H_
