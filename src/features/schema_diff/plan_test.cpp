// Plans from facts made by hand: order, what is held back, what is folded, and that the same facts give the same text.
#include "features/schema_diff/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::schema_diff {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// A side of a comparison, written down.
class side
{
public:
    side()
    {
        made_.login = "owner";
        made_.roles.emplace("owner", "owner");
    }

    side& table(const std::string& name)
    {
        made_.add({.id = {kind::table, "public", name, ""}, .attributes = {{"owner", "owner"}}}, next(name));
        return *this;
    }

    side& column(const std::string& table, const std::string& name, const std::string& type)
    {
        made_.add(
            {.id = {kind::column, "public", table, name},
             .attributes = {{"type", type}, {"_base", type}, {"_local", "t"}}},
            next(table + "." + name)
        );
        return *this;
    }

    side& value(const std::string& table, const std::string& name, const std::string& expression)
    {
        made_.add(
            {.id = {kind::column_default, "public", table, name}, .attributes = {{"expression", expression}}},
            next("default " + table + "." + name)
        );
        return *this;
    }

    side& view(const std::string& name, const std::string& definition, const std::vector<std::string>& needs)
    {
        made_.add(
            {.id = {kind::view, "public", name, ""}, .attributes = {{"definition", definition}, {"_columns", "a int 0"}}
            },
            next(name)
        );
        for (const auto& needed : needs)
            made_.depend(places_.at(name), places_.at(needed));
        return *this;
    }

    snapshot done()
    {
        made_.settle();
        return std::move(made_);
    }

private:
    address next(const std::string& name)
    {
        places_[name] = {1, static_cast<std::uint32_t>(places_.size() + 1), 0};
        return places_[name];
    }

    snapshot made_;
    std::map<std::string, address> places_;
};

std::vector<std::string> sql_of(const std::vector<step>& steps)
{
    std::vector<std::string> out;
    for (const auto& s : steps)
        out.push_back(s.sql);
    return out;
}

plan between(const snapshot& a, const snapshot& b, destructive_steps d = destructive_steps::included)
{
    return make_plan(a, b, {.grants = false}, d);
}

TEST(plan_of_facts, is_empty_for_equal_sides)
{
    const auto a = side().table("t").column("t", "a", "integer").done();
    const auto b = side().table("t").column("t", "a", "integer").done();
    EXPECT_TRUE(between(a, b).empty());
}

TEST(plan_of_facts, makes_a_table_with_its_columns_and_defaults_in_one_statement)
{
    const auto a = side().done();
    const auto b = side().table("t").column("t", "a", "integer").value("t", "a", "5").done();
    EXPECT_THAT(sql_of(between(a, b).steps), ElementsAre("create table public.t (\n  a integer default 5\n)"));
}

TEST(plan_of_facts, makes_what_is_needed_first)
{
    const auto a = side().done();
    auto b =
        side().table("z").column("z", "a", "integer").view("b", "select 1", {"z"}).view("a", "select 1", {"b"}).done();
    EXPECT_THAT(
        sql_of(between(a, b).steps),
        ElementsAre(
            StartsWith("create table public.z"), StartsWith("create view public.b"), StartsWith("create view public.a")
        )
    );
    EXPECT_THAT(
        sql_of(between(b, a).steps), ElementsAre("drop view public.a", "drop view public.b", "drop table public.z")
    );
}

TEST(plan_of_facts, makes_views_anew_around_a_column_of_another_type)
{
    const auto a = side().table("t").column("t", "a", "integer").view("v", "select a", {"t.a"}).done();
    const auto b = side().table("t").column("t", "a", "bigint").view("v", "select a", {"t.a"}).done();
    EXPECT_THAT(
        sql_of(between(a, b).steps),
        ElementsAre(
            "drop view public.v",
            StartsWith("alter table public.t alter column a type bigint"),
            StartsWith("create view public.v")
        )
    );
}

TEST(plan_of_facts, holds_back_what_loses_data_and_what_needs_that)
{
    const auto a = side().table("gone").column("gone", "a", "integer").table("t").column("t", "a", "integer").done();
    const auto b =
        side().view("gone", "select 1", {}).table("t").column("t", "a", "integer").column("t", "b", "text").done();
    const auto got = between(a, b, destructive_steps::held_back);
    EXPECT_THAT(sql_of(got.steps), ElementsAre("alter table public.t add column b text"));
    EXPECT_THAT(sql_of(got.held_back), ElementsAre("drop table public.gone", StartsWith("create view public.gone")));
    EXPECT_EQ(got.held_back[0].loses, loss::data);
}

TEST(plan_of_facts, does_not_drop_a_view_that_it_may_not_make_again)
{
    const auto a = side().table("t").column("t", "a", "double precision").view("v", "select a", {"t.a"}).done();
    const auto b = side().table("t").column("t", "a", "integer").view("v", "select a", {"t.a"}).done();
    const auto got = between(a, b, destructive_steps::held_back);
    EXPECT_THAT(got.steps, IsEmpty());
    EXPECT_EQ(got.held_back.size(), 3U);
}

TEST(plan_of_facts, says_the_lock_and_the_work_of_a_new_type)
{
    const auto a = side().table("t").column("t", "a", "integer").done();
    const auto b = side().table("t").column("t", "a", "bigint").done();
    const auto got = between(a, b);
    ASSERT_EQ(got.steps.size(), 1U);
    EXPECT_EQ(got.steps[0].lock, lock_class::access_exclusive);
    EXPECT_EQ(got.steps[0].work, row_work::rewrite);
    EXPECT_THAT(to_script(got), HasSubstr("-- rewrites the table"));
}

TEST(plan_of_facts, never_takes_a_new_name_for_a_renaming)
{
    const auto a = side().table("t").column("t", "old", "integer").done();
    const auto b = side().table("t").column("t", "new", "integer").done();
    EXPECT_THAT(
        sql_of(between(a, b).steps),
        ElementsAre("alter table public.t drop column old", "alter table public.t add column new integer")
    );
}

TEST(enum_labels, can_be_added_but_not_moved)
{
    EXPECT_TRUE(only_adds_labels("'a'\x1f'c'", "'a'\x1f'b'\x1f'c'\x1f'd'"));
    EXPECT_FALSE(only_adds_labels("'a'\x1f'c'", "'c'\x1f'a'"));
    EXPECT_FALSE(only_adds_labels("'a'\x1f'c'", "'a'"));
}

} // namespace
} // namespace basekeeper::schema_diff
