#ifndef HOTLINE_TESTS_SUPPORT_TINY_CORPUS_H_
#define HOTLINE_TESTS_SUPPORT_TINY_CORPUS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/corpus/corpus.h"

namespace hotline::server {

// A document of a corpus made for a test.
struct TinyDocument {
  std::string id;
  std::string author;     // "kennedy" or "khrushchev"
  std::string recipient;  // the same
  std::string date;       // as ParseDate reads it; empty: none
  struct TinyEvent {
    v1::EventType type;
    std::string date;  // with an offset
    std::vector<std::string> known_to;
    std::optional<absl::Time> time = std::nullopt;  // default: the middle of `date`
  };
  std::vector<TinyEvent> events;
  std::vector<std::string> replies_to = {};  // ids
  v1::Publicity publicity = v1::PUBLICITY_PRIVATE;
  v1::DocumentKind kind = v1::DOCUMENT_KIND_LETTER;
  std::string text = {};
};

// A corpus with the participants kennedy and khrushchev, the sources edition and aid (the first one preferred), the
// audiences washington and moscow, and America/New_York as its zone. Dates are the edition's claims.
std::shared_ptr<const Corpus> TinyCorpus(const std::vector<TinyDocument>& documents);

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_SUPPORT_TINY_CORPUS_H_
