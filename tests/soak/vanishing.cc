#include "absl/strings/str_cat.h"
#include "tests/soak/loads.h"
#include "tests/support/process.h"

namespace hotline::soak {

absl::Status Vanish(const Soak& soak, Random* random) {
  tests::Process play({soak.hotline(), "--server=" + soak.server().address(), "play", "--speed=1000000"});
  if (!play.WaitForLine("1961", absl::Seconds(30)).has_value()) {
    return absl::InternalError(absl::StrCat("hotline play shows nothing: ", play.standard_error()));
  }
  soak.Pause(Between(absl::ZeroDuration(), absl::Seconds(1), random));
  return absl::OkStatus();  // and kills it
}

}  // namespace hotline::soak
