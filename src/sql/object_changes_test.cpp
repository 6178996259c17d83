// The ledger keeps what was certainly made and not removed, and forgets where the text does not show enough.
#include "sql/object_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace basekeeper::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> after(std::initializer_list<std::string_view> statements)
{
    object_ledger ledger;
    for (const auto text : statements)
        ledger.add(text);
    std::vector<std::string> out;
    for (const auto& name : ledger.made())
        out.push_back(to_text(name));
    return out;
}

TEST(object_ledger, keeps_relations_that_were_made)
{
    EXPECT_THAT(
        after(
            {"create table s.t (a int)",
             "create view v as select 1",
             "create materialized view m as select 1",
             "create sequence q",
             "create table c as select 1 as a",
             "create foreign table f (a int) server x",
             "create temp table gone (a int)",
             "select 1"}
        ),
        ElementsAre("s.t", "v", "m", "q", "c", "f")
    );
}

TEST(object_ledger, follows_drops_and_renames)
{
    EXPECT_THAT(after({"create table a (x int)", "drop table a"}), IsEmpty());
    EXPECT_THAT(after({"create table public.a (x int)", "drop table a"}), IsEmpty()) << "the schema may be implied";
    EXPECT_THAT(after({"create table s.a (x int)", "drop table t.a"}), ElementsAre("s.a"));
    EXPECT_THAT(after({"create table a (x int)", "alter table a rename to b"}), ElementsAre("b"));
    EXPECT_THAT(after({"create table a (x int)", "alter table a set schema s"}), IsEmpty());
    EXPECT_THAT(after({"create table s.a (x int)", "create table t.b (x int)", "drop schema s"}), ElementsAre("t.b"));
    EXPECT_THAT(after({"create table s.a (x int)", "alter schema s rename to z"}), IsEmpty());
    EXPECT_THAT(after({"create view v as select 1", "create or replace view v as select 2"}), ElementsAre("v"));
}

TEST(object_ledger, forgets_what_cannot_be_seen)
{
    EXPECT_THAT(after({"create table a (x int)", "drop table b cascade"}), IsEmpty());
    EXPECT_THAT(after({"create table a (x int)", "alter table b drop column c cascade"}), IsEmpty());
    EXPECT_THAT(after({"create table a (x int)", "do $$ begin execute 'drop table a'; end $$"}), IsEmpty());
    EXPECT_THAT(after({"create table a (x int)", "this is no SQL"}), IsEmpty());
    EXPECT_THAT(
        after({"set search_path = s", "create table a (x int)", "create table s.b (x int)"}), ElementsAre("s.b")
    );
}

TEST(object_ledger, takes_names_at_their_login_meaning_again_in_the_next_script)
{
    object_ledger ledger;
    ledger.add("set search_path = s");
    ledger.begin_script();
    ledger.add("create table a (x int)");
    EXPECT_EQ(ledger.made().size(), 1U);
}

} // namespace
} // namespace basekeeper::sql
