// Columns are found where an index could serve them, and nowhere else.
#include "sql/column_uses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

used_column column(std::string qualifier, std::string name, column_use use)
{
    return {std::move(qualifier), std::move(name), use};
}

query_columns of(std::string_view text)
{
    auto got = columns_of(text);
    EXPECT_TRUE(got) << text;
    return got ? *std::move(got) : query_columns{};
}

TEST(column_uses, are_found_in_where_join_group_and_order)
{
    const auto got = of("select o.total from shop.orders o join customers using (region) where o.customer_id = $2 and "
                        "o.created > $1 and status in ('a', 'b') group by o.total order by o.created desc, total");
    EXPECT_THAT(
        got.relations,
        UnorderedElementsAre(used_relation{{"shop", "orders"}, "o"}, used_relation{{"", "customers"}, "customers"})
    );
    EXPECT_THAT(
        got.columns,
        UnorderedElementsAre(
            column("", "region", column_use::equality),
            column("o", "customer_id", column_use::equality),
            column("o", "created", column_use::range),
            column("", "status", column_use::equality),
            column("o", "total", column_use::group),
            column("o", "created", column_use::order),
            column("", "total", column_use::order)
        )
    );
    EXPECT_EQ(got.parameters, 2U);
}

TEST(column_uses, of_both_sides_of_a_join_and_of_subqueries_are_found)
{
    const auto got =
        of("select 1 from a left join b on a.x = b.y where exists (select from c where c.z between 1 and 2) "
           "and a.w = any ($1) and a.v like 'x%'");
    EXPECT_THAT(
        got.columns,
        UnorderedElementsAre(
            column("a", "x", column_use::equality),
            column("b", "y", column_use::equality),
            column("c", "z", column_use::range),
            column("a", "w", column_use::equality),
            column("a", "v", column_use::range)
        )
    );
    EXPECT_EQ(got.relations.size(), 3U);
}

TEST(column_uses, within_expressions_and_outside_of_conditions_do_not_count)
{
    EXPECT_THAT(of("select a = b, c from t where lower(d) = 'x' and e <> 1 and f + 1 = 2").columns, IsEmpty());
    EXPECT_THAT(of("select * from t order by 1, lower(x)").columns, IsEmpty());
    EXPECT_THAT(
        of("with w as (select g from u where g = 1) select * from w").columns,
        ElementsAre(column("", "g", column_use::equality))
    );
}

TEST(column_uses, of_anything_but_one_select_are_refused)
{
    for (const auto* text : {"delete from t where a = 1", "select 1; select 2", "", "select from where"})
        EXPECT_FALSE(columns_of(text)) << text;
}

} // namespace
} // namespace basekeeper::sql
