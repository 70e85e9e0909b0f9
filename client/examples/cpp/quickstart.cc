// Lists the letters, then plays the crisis as Washington knew it, as fast as it can be read.
#include <hotline/client.h>

#include <iostream>

absl::Status Show(const hotline::Client& client) {
  for (const auto& listed : client.ListDocuments()) {
    if (!listed.ok()) return listed.status();
    std::cout << listed->document.name() << "  " << listed->document.title() << "\n";
  }
  hotline::v1::StreamTimelineRequest request;
  request.mutable_selection()->set_audience("washington");
  request.mutable_pace()->set_unpaced(true);
  for (const auto& response : client.StreamTimeline(request)) {
    if (!response.ok()) return response.status();
    for (const auto& item : response->items()) {
      if (!item.has_event()) continue;
      const auto& event = item.event().event();
      std::cout << event.date().edtf() << "  " << hotline::v1::EventType_Name(event.type()) << "  "
                << item.event().document().title() << "\n";
    }
  }
  return absl::OkStatus();
}

int main(int argc, char** argv) {
  const hotline::Client client(hotline::MakeConnection(argc > 1 ? argv[1] : "localhost:50051"));
  const absl::Status status = Show(client);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
