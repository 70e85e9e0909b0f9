#include "tests/balancer/item_check.h"

#include "gtest/gtest.h"

namespace hotline::balancer {
namespace {

ItemCheck Taken(const std::vector<std::int64_t>& ordinals) {
  ItemCheck check;
  for (const std::int64_t ordinal : ordinals) check.Take(ordinal);
  return check;
}

TEST(ItemCheckTest, FindsNothingWrongWithEveryOrdinalOnce) {
  const ItemCheck check = Taken({0, 1, 2, 3});
  EXPECT_EQ(check.items(), 4);
  EXPECT_EQ(check.Lost(4), 0);
  EXPECT_EQ(check.repeated(), 0);
  EXPECT_EQ(check.out_of_order(), 0);
}

TEST(ItemCheckTest, CountsWhatIsMissingWithinAndAtTheEnd) {
  const ItemCheck check = Taken({0, 3});
  EXPECT_EQ(check.Lost(4), 2);
  EXPECT_EQ(check.Lost(6), 4);
}

TEST(ItemCheckTest, CountsARepeatAsSuchEachTime) {
  const ItemCheck check = Taken({0, 1, 1, 0});
  EXPECT_EQ(check.repeated(), 2);
  EXPECT_EQ(check.out_of_order(), 0);
  EXPECT_EQ(check.Lost(2), 0);
}

TEST(ItemCheckTest, CountsAnItemBehindAHigherOneAsOutOfOrderAndNotLost) {
  const ItemCheck check = Taken({0, 2, 1, -1});
  EXPECT_EQ(check.out_of_order(), 2);
  EXPECT_EQ(check.repeated(), 0);
  EXPECT_EQ(check.Lost(3), 0);
}

}  // namespace
}  // namespace hotline::balancer
