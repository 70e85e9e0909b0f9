#ifndef HOTLINE_CLIENT_CLI_LANES_H_
#define HOTLINE_CLIENT_CLI_LANES_H_

#include <cstddef>
#include <optional>

#include "client/cli/text_layout.h"
#include "client/cli/vocabulary.h"
#include "hotline/v1/document.pb.h"

namespace hotline::cli {

// The page divided between the two capitals; one lane over the whole page where there is only one capital.
class Lanes {
 public:
  // Both must outlive it.
  Lanes(const Page& page, const Vocabulary& vocabulary) : page_(page), vocabulary_(vocabulary) {}

  // Number of lanes, 1 or 2.
  std::size_t count() const { return vocabulary_.capitals().size(); }

  // Columns of one lane.
  int width() const;

  // How the lane's own text looks.
  Role role(std::size_t lane) const { return lane == 0 ? Role::kLeft : Role::kRight; }

  // The line with the capitals' names.
  Block Header() const;

  // `own` in its lane, with `other` in the opposite one; `other` is left out where there is only one lane. Lines of
  // either are at most width() wide.
  Block Place(std::size_t lane, const Block& own, const Block& other) const;

 private:
  const Page& page_;
  const Vocabulary& vocabulary_;
};

// The first event, in order of time, by which `audience` knew the document; null where none is recorded.
const v1::Event* FirstKnownTo(const v1::Document& document, const std::string& audience);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_LANES_H_
