#ifndef HOTLINE_TESTS_CORPUS_LINE_ACCOUNTING_H_
#define HOTLINE_TESTS_CORPUS_LINE_ACCOUNTING_H_

#include <string>
#include <vector>

#include "server/corpus/finding_aid.h"

namespace hotline::server {

// The lines of `text`, not blank and valid UTF-8, that are neither in an entry, at their place, nor in a diagnostic;
// then, for each line of an entry that the file does not have, what it says. Empty: nothing was lost or made up.
std::vector<std::string> UnaccountedLines(const std::string& text, const FindingAid& aid);

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_CORPUS_LINE_ACCOUNTING_H_
