// The input is a query.

#include <cstddef>
#include <cstdint>
#include <string>

#include "server/search/tokenizer.h"
#include "tests/fuzz/require.h"
#include "tests/search/query_check.h"
#include "tests/search/searched_table.h"

namespace hotline::server {
namespace {

void TryQuery(absl::string_view typed) {
  static Tokenizer tokenizer;
  static const SearchedTable table(
      {"Khrushchev to Kennedy: missiles in Cuba, naval quarantine", "", "kk-08 Soviet-American"});
  const std::string fault = FaultOf(typed, tokenizer, table);
  Require(fault.empty(), fault);
}

}  // namespace
}  // namespace hotline::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hotline::server::TryQuery(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
