#include "server/rpc/document_search.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/read_mask.h"
#include "server/rpc/status.h"
#include "server/search/field_matches.h"
#include "server/search/tokenizer.h"

namespace hotline::server {
namespace {

// Of all results that are kept together.
constexpr std::size_t kMostKeptHits = 4'000'000;
constexpr std::size_t kMostKept = 64;
constexpr absl::Duration kRetryWhenFull = absl::Seconds(1);

absl::Status TooManySearches(std::size_t most) {
  return RetryLater("SEARCHES_EXHAUSTED", absl::StrCat(most, " searches wait already, as many as may"), kRetryWhenFull);
}

absl::Status TookTooLong(absl::Duration longest) {
  return Failure(absl::StatusCode::kDeadlineExceeded, "SEARCH_TOO_LONG",
                 absl::StrCat("the search took longer than ", absl::FormatDuration(longest),
                              "; ask for rarer words, or for longer beginnings of them"));
}

absl::Status GivenUp() { return absl::CancelledError("nobody waits for the answer"); }

}  // namespace

struct DocumentSearch::Worker {
  std::shared_ptr<const Archive> archive;
  std::unique_ptr<const Searcher> searcher;
  Tokenizer tokenizer;

  void Close() {
    searcher = nullptr;  // before the archive that it reads
    archive = nullptr;
  }

  const Searcher& SearcherOf(const std::shared_ptr<const Archive>& wanted) {
    if (archive != wanted) {
      Close();
      archive = wanted;
      searcher = std::make_unique<Searcher>(archive->index());
    }
    return *searcher;
  }
};

DocumentSearch::DocumentSearch(const Holdings* holdings, const SearchLimits& limits)
    : holdings_(holdings), limits_(limits) {
  for (std::size_t i = 0; i < limits.threads; ++i) threads_.emplace_back([this] { Run(); });
}

DocumentSearch::~DocumentSearch() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void DocumentSearch::Search(const v1::SearchDocumentsRequest& request, std::function<bool()> given_up,
                            std::function<void(Response)> done) {
  absl::StatusOr<Job> job = MakeJob(request);
  if (!job.ok()) return done(job.status());
  {
    const absl::MutexLock lock(&mutex_);
    if (waiting_.size() < limits_.most_waiting) {
      job->given_up = std::move(given_up);
      job->done = std::move(done);
      waiting_.push_back(*std::move(job));
      return;
    }
  }
  done(TooManySearches(limits_.most_waiting));
}

absl::StatusOr<DocumentSearch::Job> DocumentSearch::MakeJob(const v1::SearchDocumentsRequest& request) {
  absl::StatusOr<Page> page = Page::Read(request, *holdings_);
  if (!page.ok()) return page.status();
  absl::StatusOr<Filter> filter = Filter::Make(request.filter(), page->corpus(), "filter");
  if (!filter.ok()) return filter.status();
  absl::StatusOr<ReadMask> mask = ReadMask::Make(request.read_mask(), "read_mask");
  if (!mask.ok()) return mask.status();
  absl::StatusOr<Query> query;
  {
    const absl::MutexLock lock(&tokenizer_mutex_);
    query = ParseQuery(request.query(), "query", tokenizer_);
  }
  if (!query.ok()) return query.status();
  return Job{*std::move(query), *std::move(page), *std::move(filter), *std::move(mask), {}, {}};
}

void DocumentSearch::Run() {
  Worker worker;
  for (;;) {
    std::optional<Job> job;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(
                                  +[](DocumentSearch* search) ABSL_EXCLUSIVE_LOCKS_REQUIRED(search->mutex_) {
                                    return search->stopping_ || !search->waiting_.empty();
                                  },
                                  this),
                              worker.archive == nullptr ? absl::InfiniteDuration() : limits_.longest_idle);
      if (stopping_) return;
      if (!waiting_.empty()) {
        job = std::move(waiting_.front());
        waiting_.pop_front();
      }
    }
    if (job.has_value()) {
      job->done(Answer(*job, worker));
    } else {
      worker.Close();
    }
  }
}

DocumentSearch::Response DocumentSearch::Answer(Job& job, Worker& worker) {
  const absl::StatusOr<std::shared_ptr<const SearchResult>> result = Find(job, worker);
  if (!result.ok()) return result.status();
  const Corpus& corpus = job.page.corpus();
  v1::SearchDocumentsResponse response;
  response.set_time_zone(job.filter.time_zone());
  const std::vector<Hit>& hits = (*result)->hits;
  for (std::size_t i = job.page.offset(); i < hits.size() && !job.page.full(); ++i) {
    const v1::Document& document = corpus.documents()[hits[i].document];
    v1::SearchHit hit;
    hit.set_score(hits[i].score);
    for (v1::FieldMatch& match :
         FindFieldMatches(job.query, job.page.archive()->index().texts(), document, worker.tokenizer)) {
      *hit.add_matches() = std::move(match);
    }
    // Of the whole document, since all of it was looked through.
    if (!job.page.Take(document.ByteSizeLong() + hit.ByteSizeLong())) break;
    job.mask.Copy(document, hit.mutable_document());
    if (job.filter.has_window()) {
      const std::optional<DateMatch> match = job.filter.Match(hits[i].document);
      hit.set_certainty(match->certainty);
      if (match->date != nullptr) hit.set_date_source(*corpus.columns().source_names()[match->date->source]);
    }
    *response.add_hits() = std::move(hit);
  }
  for (const v1::Facet& facet : (*result)->facets) *response.add_facets() = facet;
  job.page.End(hits.size(), &response);
  return response;
}

absl::StatusOr<std::shared_ptr<const SearchResult>> DocumentSearch::Find(Job& job, Worker& worker) {
  if (job.given_up()) return GivenUp();
  if (std::shared_ptr<const SearchResult> kept = FindKept(job.page)) return kept;
  const absl::Time give_up_at = absl::Now() + limits_.longest;
  std::optional<SearchResult> found =
      server::Search(job.query, job.filter, job.page.corpus(), worker.SearcherOf(job.page.archive()),
                     [&] { return job.given_up() || absl::Now() > give_up_at; });
  if (!found.has_value()) return job.given_up() ? GivenUp() : TookTooLong(limits_.longest);
  auto result = std::make_shared<const SearchResult>(*std::move(found));
  Keep(job.page, result);
  return result;
}

std::shared_ptr<const SearchResult> DocumentSearch::FindKept(const Page& page) {
  const absl::MutexLock lock(&mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&page](const Kept& kept) {
    return kept.fingerprint == page.fingerprint() && kept.archive.lock() == page.archive();
  });
  if (found == kept_.end()) return nullptr;
  std::rotate(kept_.begin(), found, found + 1);
  return kept_.front().result;
}

void DocumentSearch::Keep(const Page& page, std::shared_ptr<const SearchResult> result) {
  const absl::MutexLock lock(&mutex_);
  kept_.push_front({page.archive(), page.fingerprint(), std::move(result)});
  std::size_t hits = 0;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    hits += kept_[i].result->hits.size();
    if (hits <= kMostKeptHits && i < kMostKept && !kept_[i].archive.expired()) continue;
    kept_.resize(i);
    return;
  }
}

}  // namespace hotline::server
