#ifndef HOTLINE_TESTS_BALANCER_REPORT_H_
#define HOTLINE_TESTS_BALANCER_REPORT_H_

#include <string>

#include "tests/balancer/playback_load.h"
#include "tests/balancer/unary_load.h"

namespace hotline::balancer {

// One line of JSON for whoever started the program: durations in seconds, moments in seconds since 1970.
std::string ToJson(const PlaybackFigures& playbacks, const UnaryFigures& unary);

}  // namespace hotline::balancer

#endif  // HOTLINE_TESTS_BALANCER_REPORT_H_
