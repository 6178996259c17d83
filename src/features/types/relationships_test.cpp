// Which views take part in a foreign key, and in how many combinations.
#include "features/types/order.hpp"
#include "features/types/relationships.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::types {
namespace {

using ::testing::UnorderedElementsAre;

/// events (1) (country 2, city 3) references places (2) (country 1, city 2).
foreign_key pair_key()
{
    return {
        .name = "k",
        .schema = "s",
        .relation = "events",
        .referenced_schema = "s",
        .referenced_relation = "places",
        .table = 1,
        .referenced_table = 2,
        .numbers = {2, 3},
        .referenced_numbers = {1, 2},
        .columns = {"country", "city"},
        .referenced_columns = {"country", "city"},
    };
}

std::vector<std::string> shown(const std::vector<foreign_key>& keys, const shown_in& origins, const view_names& view)
{
    const auto all = relate(keys, origins, {{10, view}});
    EXPECT_TRUE(all);
    std::vector<std::string> out;
    for (const auto& r : all.value_or(std::vector<relationship>{}))
        out.push_back(fmt::format(
            "{} {} -> {} {}", r.relation, list_text(r.columns), r.referenced_relation, list_text(r.referenced_columns)
        ));
    return out;
}

const view_names town{.schema = "s", .name = "v", .columns = {{1, "a"}, {2, "b"}, {3, "c"}}};

TEST(relationships, a_view_has_a_key_in_every_combination_of_its_columns)
{
    const shown_in origins{{{1, 2}, {{10, {1}}}}, {{1, 3}, {{10, {2, 3}}}}};
    EXPECT_THAT(
        shown({pair_key()}, origins, town),
        UnorderedElementsAre(
            R"(events ["country","city"] -> places ["country","city"])",
            R"(v ["a","b"] -> places ["country","city"])",
            R"(v ["a","c"] -> places ["country","city"])"
        )
    );
}

TEST(relationships, half_a_key_is_none)
{
    EXPECT_EQ(shown({pair_key()}, {{{1, 2}, {{10, {1}}}}}, town).size(), 1U);
}

TEST(relationships, a_view_may_be_on_both_sides)
{
    const shown_in origins{{{1, 2}, {{10, {1}}}}, {{1, 3}, {{10, {2}}}}, {{2, 1}, {{10, {2}}}}, {{2, 2}, {{10, {3}}}}};
    EXPECT_THAT(
        shown({pair_key()}, origins, town),
        UnorderedElementsAre(
            R"(events ["country","city"] -> places ["country","city"])",
            R"(v ["a","b"] -> places ["country","city"])",
            R"(events ["country","city"] -> v ["b","c"])",
            R"(v ["a","b"] -> v ["b","c"])"
        )
    );
}

TEST(relationships, copies_of_partitions_are_left_out_and_quoted_schemas_have_no_columns)
{
    auto key = pair_key();
    key.inherited = true;
    EXPECT_TRUE(shown({key}, {}, town).empty());
    key.inherited = false;
    key.plain_schema = false;
    EXPECT_THAT(shown({key}, {}, town), UnorderedElementsAre("events null -> places null"));
}

TEST(relationships, too_many_combinations_are_an_error_and_no_heap_of_memory)
{
    foreign_key wide{.name = "w", .schema = "s", .relation = "r", .table = 1, .referenced_table = 2};
    shown_in origins;
    view_names view{.schema = "s", .name = "v", .columns = {}};
    for (int number = 1; number <= 32; ++number) {
        wide.numbers.push_back(number);
        wide.referenced_numbers.push_back(number);
        for (int n = 0; n < 8; ++n) {
            origins[{1, number}][10].insert(number * 10 + n);
            view.columns.emplace(number * 10 + n, "c");
        }
    }
    const auto all = relate({wide}, origins, {{10, view}});
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().code, condition::invalid_argument);
}

} // namespace
} // namespace basekeeper::types
