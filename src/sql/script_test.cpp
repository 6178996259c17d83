// Scripts are cut where psql cuts them, and statements that PostgreSQL does not run in a transaction are known.
#include "sql/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace basekeeper::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> pieces(std::string_view script)
{
    std::vector<std::string> out;
    const auto read = read_script(script);
    if (!read)
        return {"error: " + read.error().message};
    for (const auto& one : *read)
        out.emplace_back(script.substr(one.begin, one.end - one.begin));
    return out;
}

script_statement only(std::string_view script)
{
    auto read = read_script(script);
    EXPECT_TRUE(read) << (read ? "" : describe(read.error()));
    if (!read || read->size() != 1)
        return {};
    return read->front();
}

TEST(read_script, cuts_at_semicolons_and_keeps_the_comments_before)
{
    EXPECT_THAT(pieces("select 1; select 2"), ElementsAre("select 1", "select 2"));
    EXPECT_THAT(pieces("-- a\nselect 1; -- b\nselect 2;\n-- c\n"), ElementsAre("-- a\nselect 1", "-- b\nselect 2"));
    EXPECT_THAT(pieces("select 1 -- a ;\n + 1;;; select 2"), ElementsAre("select 1 -- a ;\n + 1", "select 2"));
    EXPECT_THAT(pieces("  \n-- nothing\n/* here */ ;; "), IsEmpty());
    EXPECT_THAT(pieces(""), IsEmpty());
    EXPECT_THAT(pieces("-- a\n; select 1"), ElementsAre("-- a\n; select 1")) << "the comment goes with what follows";
}

TEST(read_script, keeps_literals_bodies_and_brackets_whole)
{
    EXPECT_THAT(pieces("select 'a;b', \"c;d\", E'\\';', $x$ ; $$ ; $x$"), testing::SizeIs(1));
    EXPECT_THAT(
        pieces("create function f() returns int language sql begin atomic select case when true then 1 end; select 2; "
               "end; select 3"),
        ElementsAre(
            "create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end",
            "select 3"
        )
    );
    EXPECT_THAT(
        pieces("create rule r as on insert to t do also (delete from a; delete from b); select 1"), testing::SizeIs(2)
    );
    EXPECT_THAT(pieces("begin; select 1; end; select 2"), testing::SizeIs(4));
}

TEST(read_script, loses_nothing_of_what_the_grammar_does_not_take)
{
    EXPECT_THAT(pieces("select 1; selec 2; select 3"), ElementsAre("select 1", "selec 2", "select 3"));
    const auto read = read_script("select 1; selec 2; select 3");
    ASSERT_TRUE(read);
    EXPECT_EQ((*read)[1].kind, "UNKNOWN");
    ASSERT_TRUE((*read)[1].unreadable);
    EXPECT_EQ((*read)[1].unreadable->sqlstate, "42601");
    EXPECT_FALSE((*read)[2].unreadable);
}

TEST(read_script, says_where_a_literal_does_not_end)
{
    const auto read = read_script("select 'é'; select 'x");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, condition::invalid_argument);
    EXPECT_EQ(read.error().position, 20) << "in characters";
    EXPECT_FALSE(read_script("select 1 /* x"));
    EXPECT_FALSE(read_script(std::string_view("select 1\0", 9)));
    EXPECT_FALSE(read_script("select '\xff'"));
    EXPECT_FALSE(read_script(std::string(max_script_bytes + 1, ' ')));
}

TEST(read_script, takes_a_script_larger_than_one_statement_may_be)
{
    std::string script;
    for (int n = 0; n < 20'000; ++n)
        script += "insert into t values (1, 'some text that makes it long');\n";
    const auto read = read_script(script);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->size(), 20'000U);
    EXPECT_EQ(read->back().kind, "INSERT");
}

TEST(placement, is_apart_for_what_refuses_a_transaction)
{
    for (const auto* text : {
             "create index concurrently i on t (a)",
             "create unique index concurrently if not exists i on s.t (a)",
             "drop index concurrently s.i",
             "reindex index concurrently i",
             "reindex (concurrently, verbose) table t",
             "reindex (concurrently true) table t",
             "reindex database postgres",
             "reindex schema s",
             "vacuum",
             "vacuum (analyze) t",
             "create database d",
             "drop database d",
             "create tablespace s location '/x'",
             "drop tablespace s",
             "alter system set work_mem = '1MB'",
             "cluster",
             "create subscription s connection 'x' publication p",
             "drop subscription s",
             "alter database d set tablespace x",
             "alter table t detach partition p concurrently",
             "discard all",
         })
    {
        const auto seen = only(text);
        EXPECT_EQ(seen.runs, placement::alone) << text;
        EXPECT_NE(seen.why, "") << text;
    }
}

TEST(placement, is_together_for_all_else)
{
    for (const auto* text : {
             "create index i on t (a)",
             "drop index i",
             "reindex table t",
             "reindex (concurrently false) table t",
             "analyze t",
             "cluster t using i",
             "create subscription s connection 'x' publication p with (create_slot = false)",
             "create subscription s connection 'x' publication p with (connect = false)",
             "alter database d set work_mem = '1MB'",
             "alter table t detach partition p",
             "discard plans",
             "alter type e add value 'x'",
             "alter type e rename value 'a' to 'b'",
             "call p()",
             "create table t (a int)",
         })
        EXPECT_EQ(only(text).runs, placement::together) << text;
}

TEST(placement, names_what_is_looked_at_after_a_crash)
{
    const auto built = only("create index concurrently \"My I\" on s.t (a)");
    EXPECT_EQ(built.after, aftermath::builds_index);
    EXPECT_EQ(built.subject, (qualified_name{"s", "My I"}));
    EXPECT_EQ(built.over, (qualified_name{"s", "t"}));
    EXPECT_EQ(only("create index concurrently on t (a)").subject.name, "");
    const auto dropped = only("drop index concurrently s.i");
    EXPECT_EQ(dropped.after, aftermath::drops_index);
    EXPECT_EQ(dropped.subject, (qualified_name{"s", "i"}));
    EXPECT_EQ(only("reindex table concurrently s.t").over, (qualified_name{"s", "t"}));
    const auto detached = only("alter table s.t detach partition p concurrently");
    EXPECT_EQ(detached.after, aftermath::detaches);
    EXPECT_EQ(detached.over, (qualified_name{"s", "t"}));
    EXPECT_EQ(detached.subject, (qualified_name{"", "p"}));
    EXPECT_EQ(only("create database d").subject.name, "d");
    EXPECT_EQ(only("drop database d").after, aftermath::drops_database);
    EXPECT_EQ(only("vacuum").after, aftermath::harmless);
    EXPECT_EQ(only("create tablespace s location '/x'").after, aftermath::unknown);
}

TEST(placement, of_a_new_label_asks_for_a_commit_only_where_it_is_used)
{
    const auto runs = [](std::string_view script) { return read_script(script)->at(0).runs; };
    EXPECT_EQ(runs("alter type e add value 'new'; select 1"), placement::together);
    EXPECT_EQ(runs("alter type e add value 'new'; insert into t values ('new')"), placement::then_commit);
    EXPECT_EQ(runs("alter type e add value 'it''s'; insert into t values ('it''s')"), placement::then_commit);
    const auto own = read_script("create type e as enum ('a'); alter type e add value 'b'; select 'b'::e");
    EXPECT_EQ(own->at(1).runs, placement::then_commit) << "PostgreSQL 15 refuses also labels of a type that is as new";
}

TEST(transaction_words, are_told_apart)
{
    EXPECT_EQ(only("begin").transaction, transaction_word::opens);
    EXPECT_EQ(only("start transaction").transaction, transaction_word::opens);
    EXPECT_EQ(only("commit").transaction, transaction_word::commits);
    EXPECT_EQ(only("end").transaction, transaction_word::commits);
    EXPECT_EQ(only("commit and chain").transaction, transaction_word::ends);
    EXPECT_EQ(only("rollback").transaction, transaction_word::ends);
    EXPECT_EQ(only("prepare transaction 'x'").transaction, transaction_word::ends);
    EXPECT_EQ(only("savepoint a").transaction, transaction_word::savepoint);
    EXPECT_EQ(only("rollback to a").transaction, transaction_word::savepoint);
    EXPECT_EQ(only("select 1").transaction, transaction_word::none);
}

TEST(settings, and_copies_are_noticed)
{
    EXPECT_EQ(only("set search_path = s").settings, setting_scope::session);
    EXPECT_EQ(only("reset role").settings, setting_scope::session);
    EXPECT_EQ(only("set local role r").settings, setting_scope::transaction);
    EXPECT_EQ(only("set transaction isolation level serializable").settings, setting_scope::none);
    EXPECT_TRUE(only("copy t from stdin").copies_from_client);
    EXPECT_FALSE(only("copy t from '/x'").copies_from_client);
    EXPECT_FALSE(only("copy t to stdout").copies_from_client);
}

} // namespace
} // namespace basekeeper::sql
