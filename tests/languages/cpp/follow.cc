// Prints the ordinals of the whole crisis, as the C++ SDK gets them.

#include <cstdlib>
#include <iostream>

#include "hotline/client.h"

int main() {
  const hotline::Client client(hotline::MakeConnection(std::getenv("HOTLINE_SERVER")));
  hotline::v1::StreamTimelineRequest request;
  request.mutable_pace()->mutable_day_length()->set_seconds(1);
  request.mutable_pace()->mutable_longest_wait()->set_nanos(500'000'000);
  for (const auto& response : client.StreamTimeline(request)) {
    if (!response.ok()) {
      std::cerr << response.status() << "\n";
      return EXIT_FAILURE;
    }
    for (const auto& item : response->items()) std::cout << item.ordinal() << std::endl;
  }
}
