#ifndef HOTLINE_RANGE_ITERATOR_H_
#define HOTLINE_RANGE_ITERATOR_H_

#include <cstddef>
#include <iterator>

namespace hotline {

// The iterator of the library's ranges: an input iterator over absl::StatusOr<Element>. Valid until the range is moved
// or destroyed; incrementing it may block for what comes next.
template <typename Range, typename Value>
class RangeIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using pointer = value_type*;
  using reference = value_type&;

  // The end of every range.
  RangeIterator() = default;

  reference operator*() const { return *range_->current_; }
  pointer operator->() const { return &*range_->current_; }

  RangeIterator& operator++() {
    range_->Advance();
    return *this;
  }
  void operator++(int) { ++*this; }

  friend bool operator==(const RangeIterator& a, const RangeIterator& b) { return a.AtEnd() == b.AtEnd(); }
  friend bool operator!=(const RangeIterator& a, const RangeIterator& b) { return !(a == b); }

 private:
  friend Range;
  explicit RangeIterator(Range* range) : range_(range) {}
  bool AtEnd() const { return range_ == nullptr || !range_->current_.has_value(); }

  Range* range_ = nullptr;
};

}  // namespace hotline

#endif  // HOTLINE_RANGE_ITERATOR_H_
