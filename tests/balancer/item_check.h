#ifndef HOTLINE_TESTS_BALANCER_ITEM_CHECK_H_
#define HOTLINE_TESTS_BALANCER_ITEM_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hotline::balancer {

// Whether one playback brings every ordinal from 0 on exactly once and in order. It trusts nobody's word for it:
// neither the server's nor that of the SDK, whose own checks are part of what is tested.
class ItemCheck {
 public:
  void Take(std::int64_t ordinal) {
    ++items_;
    if (ordinal < 0) {
      ++out_of_order_;
      return;
    }
    const auto index = static_cast<std::size_t>(ordinal);
    if (index < seen_.size()) {
      ++(seen_[index] ? repeated_ : out_of_order_);
      seen_[index] = true;
      return;
    }
    seen_.resize(index);
    seen_.push_back(true);
  }

  // How many of the ordinals below `item_count` have not come.
  std::int64_t Lost(std::int64_t item_count) const {
    std::int64_t lost = item_count;
    for (std::size_t i = 0; i < seen_.size() && static_cast<std::int64_t>(i) < item_count; ++i)
      lost -= seen_[i] ? 1 : 0;
    return lost;
  }

  std::int64_t items() const { return items_; }
  std::int64_t repeated() const { return repeated_; }
  // Those that came behind a higher one, or are negative.
  std::int64_t out_of_order() const { return out_of_order_; }

 private:
  std::vector<bool> seen_;
  std::int64_t items_ = 0;
  std::int64_t repeated_ = 0;
  std::int64_t out_of_order_ = 0;
};

}  // namespace hotline::balancer

#endif  // HOTLINE_TESTS_BALANCER_ITEM_CHECK_H_
