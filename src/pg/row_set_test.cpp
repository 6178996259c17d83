// The arena keeps values, NULLs and empty texts apart.
#include "pg/row_set.hpp"

#include <gtest/gtest.h>

namespace basekeeper::pg {
namespace {

TEST(row_set, values_nulls_and_empty_texts_are_told_apart)
{
    row_set rows({{"a"}, {"b"}});
    rows.append("x");
    rows.append(std::nullopt);
    rows.append("");
    rows.append("yz");
    rows.append(std::nullopt);
    rows.append("w");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows.value(0, 0U), "x");
    EXPECT_EQ(rows.value(0, 1U), std::nullopt);
    EXPECT_EQ(rows.value(1, 0U), "");
    EXPECT_EQ(rows.value(1, 1U), "yz");
    EXPECT_EQ(rows.value(2, 0U), std::nullopt);
    EXPECT_EQ(rows.value(2, "b"), "w");
    EXPECT_EQ(rows.value(2, "c"), std::nullopt);
    EXPECT_EQ(rows.bytes(), 4U);
}

TEST(row_set, without_columns_rows_are_only_counted)
{
    row_set rows;
    EXPECT_TRUE(rows.empty());
    rows.append_empty_row();
    rows.append_empty_row();
    EXPECT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.find("a"), std::nullopt);
}

} // namespace
} // namespace basekeeper::pg
