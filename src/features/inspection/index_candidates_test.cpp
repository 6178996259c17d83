// What is proposed for a query, in which order of columns, and what is not.
#include "features/inspection/index_candidates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::inspection {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

table_facts orders()
{
    return {
        .name = {"public", "orders"},
        .asked = {"", "orders"},
        .rows = 100'000,
        .columns =
            {{"id", 100'000, 8, true},
             {"customer_id", 5'000, 8, true},
             {"status", 4, 6, true},
             {"created", 90'000, 8, true},
             {"body", 100'000, 900, true},
             {"extra", 100'000, 40, false}},
        .indexes = {{"id"}},
    };
}

std::vector<std::string> texts(std::string_view query, table_facts table = orders())
{
    std::vector<std::string> out;
    for (const auto& c : candidates(sql::columns_of(query).value(), {table})) {
        std::string keys;
        for (const auto& key : c.index.keys)
            keys += (keys.empty() ? "" : ",") + key.column;
        out.push_back(keys);
        EXPECT_GT(c.bytes, 1'000'000) << keys;
        EXPECT_EQ(c.index.table.schema, "public");
    }
    return out;
}

TEST(index_candidates, put_equality_before_range_and_the_selective_column_first)
{
    const auto got = texts("select * from orders where status = $1 and created > $2 and customer_id = $3");
    EXPECT_EQ(got.front(), "customer_id,status,created");
    EXPECT_THAT(got, Contains("customer_id,status"));
    EXPECT_THAT(got, Contains("customer_id"));
    EXPECT_THAT(got, Contains("created"));
}

TEST(index_candidates, serve_the_order_after_what_is_filtered)
{
    EXPECT_THAT(
        texts("select * from orders o where o.customer_id = 5 order by o.created limit 10"),
        ElementsAre("customer_id,created", "customer_id", "created")
    );
    EXPECT_THAT(texts("select status, count(*) from orders group by status"), ElementsAre("status"));
}

TEST(index_candidates, leave_out_what_exists_what_is_wide_and_what_cannot_be_indexed)
{
    EXPECT_THAT(texts("select * from orders where id = 5"), IsEmpty());
    EXPECT_THAT(texts("select * from orders where body = 'x' or extra = 'y'"), IsEmpty());
    auto covered = orders();
    covered.indexes.push_back({"customer_id", "created", "status"});
    EXPECT_THAT(
        texts("select * from orders where customer_id = 1 and created > $1", covered),
        Not(Contains("customer_id,created"))
    );
}

TEST(index_candidates, leave_small_tables_and_other_tables_alone)
{
    auto small = orders();
    small.rows = 999;
    EXPECT_THAT(texts("select * from orders where customer_id = 5", small), IsEmpty());
    EXPECT_THAT(texts("select * from orders, other o where o.customer_id = 5"), IsEmpty());
    EXPECT_THAT(texts("select * from orders, other o where customer_id = 5"), ElementsAre("customer_id"));
}

} // namespace
} // namespace basekeeper::inspection
