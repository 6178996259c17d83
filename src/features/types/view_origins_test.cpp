// Trees of views: what is read of them, what cannot mislead the reader, and views behind views.
#include "features/types/view_origins.hpp"

#include <gtest/gtest.h>

namespace basekeeper::types {
namespace {

std::string tree(std::string_view entries)
{
    return "({QUERY :commandType 1 :rtable ({RTE :alias {ALIAS :aliasname old :colnames <>}}) :targetList (" +
           std::string(entries) + ") :returningList <>})";
}

constexpr std::string_view entry =
    "{TARGETENTRY :expr {VAR :varno 3 :resno 99 :varattno 1} :resno 1 :resname id :ressortgroupref 0 :resorigtbl 16385 "
    ":resorigcol 2 :resjunk false}";

TEST(view_origins, reads_number_table_and_column_of_each_entry)
{
    const auto got = read_target_list(tree(
        std::string(entry) + " {TARGETENTRY :expr {CONST :constvalue 4 [ 1 0 0 0 ]} "
                             ":resno 2 :resname x :resorigtbl 0 :resorigcol 0}"
    ));
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0], (result_column{1, {16385, 2}}));
    EXPECT_EQ(got[1], (result_column{2, {0, 0}}));
}

TEST(view_origins, a_name_that_looks_like_a_field_or_a_brace_is_a_name)
{
    const auto got =
        read_target_list(tree(R"({TARGETENTRY :expr <> :resno 3 :resname :resno\ 7\}\) :resorigtbl 5 :resorigcol 6})"));
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0], (result_column{3, {5, 6}}));
}

TEST(view_origins, what_is_no_tree_gives_nothing)
{
    for (const auto* text :
         {"",
          "<>",
          "(",
          "({",
          "({QUERY",
          "({QUERY :targetList",
          "({QUERY :targetList (",
          "\\",
          "(\\",
          "({QUERY :targetList <>})",
          "))))",
          "({QUERY :targetList ({TARGETENTRY :resno"})
        EXPECT_LE(read_target_list(text).size(), 1U) << text;
}

TEST(view_origins, follows_views_through_views_and_ends_in_a_circle)
{
    // View 10 shows column 1 of table 1 as its column 2; view 20 shows that; 30 and 31 show each other.
    const auto got = follow({
        {10, {{2, {1, 1}}}},
        {20, {{5, {10, 2}}}},
        {30, {{1, {31, 1}}}},
        {31, {{1, {30, 1}}}},
    });
    const std::map<pg::oid, std::set<int>> table_is_shown{{10, {2}}, {20, {5}}};
    EXPECT_EQ(got.at({1, 1}), table_is_shown);
    EXPECT_EQ(got.at({30, 1}).size(), 2U);
}

} // namespace
} // namespace basekeeper::types
