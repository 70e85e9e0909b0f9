#include "hotline/timeline_stream.h"

namespace hotline {

TimelineStream::Iterator TimelineStream::begin() {
  if (!started_) {
    started_ = true;
    Advance();
  }
  return Iterator(this);
}

void TimelineStream::Advance() {
  // An error is the last element.
  if (current_ && !current_->ok()) return current_.reset();
  current_ = source_->Next();
}

}  // namespace hotline
