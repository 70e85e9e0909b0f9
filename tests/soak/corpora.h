#ifndef HOTLINE_TESTS_SOAK_CORPORA_H_
#define HOTLINE_TESTS_SOAK_CORPORA_H_

#include <string>

#include "tests/support/temporary_folder.h"

namespace hotline::soak {

// Folders with corpora that differ, of which one at a time stands where the server looks. They are like archives
// (tests/bench/archive_corpus.h), have the same names of documents, participants and sources, and are so many that a
// server does not hold all of them.
class Corpora {
 public:
  static constexpr int kCorpora = 6;
  static constexpr int kDocuments = 1'000;

  Corpora();

  // The path to serve.
  std::string served() const { return folder_.path() + "/served"; }

  // Puts another one there, from `number` 0 on, all at once. The one behind the last cannot be served.
  void Place(int number) const;

 private:
  tests::TemporaryFolder folder_;
};

}  // namespace hotline::soak

#endif  // HOTLINE_TESTS_SOAK_CORPORA_H_
