#ifndef HOTLINE_TESTS_CORPUS_SMALL_CORPUS_H_
#define HOTLINE_TESTS_CORPUS_SMALL_CORPUS_H_

namespace hotline::server {

// A finding aid of three entries, two of which are one letter, and its curation without a fault.
inline constexpr char kSmallFindingAid[] = R"(Letters

1. Ann to Bob, 2 May 1960
Asks a question.
2. Bob to Ann - 3 May
1. Bob to Ann, 3 May 1960
Answers it.
)";

inline constexpr char kSmallCuration[] = R"(default_time_zone: "UTC"
finding_aid_source: "aid"
sources { id: "edition" short_name: "Edition" title: "The edition" }
sources { id: "aid" short_name: "Aid" title: "The aid" }
participants {
  id: "ann"
  display_name: "Ann A."
  time_zone: "America/New_York"
  audience: "west"
  also_written: "Ann"
}
participants {
  id: "bob"
  display_name: "Bob B."
  time_zone: "Europe/Moscow"
  also_written: "Bob"
}
audiences { id: "west" display_name: "West" time_zone: "America/New_York" }
documents {
  id: "ab-1"
  positions: 1
  claims { date: "1960-05-01" source: "edition" note: "Dated the first." }
  events {
    type: EVENT_TYPE_SENT
    date: "1960-05-01T10:00"
    known_to: "west"
    source: "edition"
  }
  events {
    type: EVENT_TYPE_RECEIVED
    date: "1960-05-02"
    source: "edition"
  }
}
documents {
  id: "ab-2"
  positions: [3, 2]
  relations {
    type: RELATION_TYPE_REPLIES_TO
    document: "ab-1"
    source: "aid"
  }
  identifiers { value: "e2" aliases: "Edition 2" source: "edition" }
}
)";

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_CORPUS_SMALL_CORPUS_H_
