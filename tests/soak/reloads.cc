#include "tests/soak/loads.h"

namespace hotline::soak {

absl::Status Reload(const Soak& soak, Random* random) {
  const int corpus = Below(Corpora::kCorpora + 1, random);
  soak.corpora().Place(corpus);
  return soak.server().Reload(corpus < Corpora::kCorpora);
}

}  // namespace hotline::soak
