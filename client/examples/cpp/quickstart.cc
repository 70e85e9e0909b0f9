// Lists the letters, then plays the crisis as Washington knew it, as fast as it can be read.
#include <hotline/client.h>

#include <iostream>

absl::Status List(const hotline::Client& client) {
  for (const auto& listed : client.ListDocuments()) {
    if (!listed.ok()) return listed.status();
    std::cout << listed->document.name() << "  " << listed->document.title() << "\n";
  }
  return absl::OkStatus();
}

void Print(const hotline::v1::TimelineEvent& happened) {
  std::cout << happened.event().date().edtf() << "  " << hotline::v1::EventType_Name(happened.event().type()) << "  "
            << happened.document().title() << "\n";
}

absl::Status PlayAsWashingtonKnewIt(const hotline::Client& client) {
  hotline::v1::StreamTimelineRequest request;
  request.mutable_selection()->set_audience("washington");
  request.mutable_pace()->set_unpaced(true);
  for (const auto& response : client.StreamTimeline(request)) {
    if (!response.ok()) return response.status();
    for (const auto& item : response->items()) {
      if (item.has_event()) Print(item.event());
    }
  }
  return absl::OkStatus();
}

int main(int argc, char** argv) {
  const hotline::Client client(hotline::MakeConnection(argc > 1 ? argv[1] : "localhost:50051"));
  absl::Status status = List(client);
  if (status.ok()) status = PlayAsWashingtonKnewIt(client);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
