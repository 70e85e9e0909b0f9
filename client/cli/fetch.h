#ifndef HOTLINE_CLIENT_CLI_FETCH_H_
#define HOTLINE_CLIENT_CLI_FETCH_H_

#include "absl/status/statusor.h"
#include "client/cli/item_renderer.h"
#include "client/cli/player/player_model.h"
#include "client/cli/vocabulary.h"
#include "hotline/client.h"
#include "hotline/v1/timeline.pb.h"

namespace hotline::cli {

// What several commands ask a server for first. Errors are those of the calls.

absl::StatusOr<Vocabulary> FetchVocabulary(const Client& client);

// All documents with everything about them: a playback's items carry only what is needed to name them.
absl::StatusOr<Documents> FetchDocuments(const Client& client);

// All items of a selection, or where they are thousands, its days.
absl::StatusOr<KnownTimeline> FetchTimeline(const Client& client, const v1::TimelineSelection& selection);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_FETCH_H_
