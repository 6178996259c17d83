// CREATE INDEX is taken apart and put together again, with every name quoted and nothing that could run code.
#include "sql/index_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::sql {
namespace {

std::string there_and_back(std::string_view text)
{
    const auto read = read_index(text);
    return read ? to_text(*read) : describe(read.error());
}

TEST(index_definition, comes_back_with_every_name_quoted)
{
    EXPECT_EQ(there_and_back("create index on t (a)"), R"(create index on "t" using "btree" ("a"))");
    EXPECT_EQ(
        there_and_back(
            "create unique index concurrently x on s.t using gin (a pg_catalog.jsonb_path_ops) include (c, d);"
        ),
        R"(create index on "s"."t" using "gin" ("a" "pg_catalog"."jsonb_path_ops") include ("c", "d"))"
    );
    EXPECT_EQ(
        there_and_back(R"(create index on "we""ird"."SELECT" (a desc, "user"))"),
        R"(create index on "we""ird"."SELECT" using "btree" ("a" desc, "user"))"
    );
}

TEST(index_definition, text_is_read_back_as_the_same_definition)
{
    const index_definition index{
        .table = {"a\"; drop table x; --", "Größe"},
        .keys = {{.column = "select", .descending = true}, {.column = "a b", .operator_class = {"", "text_ops"}}},
        .included = {"\"\""},
    };
    EXPECT_EQ(read_index(to_text(index)).value(), index);
}

TEST(index_definition, refuses_what_could_run_code_and_what_is_no_index)
{
    for (const auto* text :
         {"create index on t (lower(a))",
          "create index on t ((a))",
          "create index on t (a) where f(a)",
          "create index on t (a) with (fillfactor = 50)",
          "create index on t (a collate \"C\")",
          "create index on t (a) tablespace fast",
          "create index on t (a); drop table t",
          "drop table t",
          "select 1",
          "",
          "create index on"})
        EXPECT_EQ(read_index(text).error().code, condition::invalid_argument) << text;
}

TEST(quoted_identifier, doubles_quotes)
{
    EXPECT_EQ(quoted_identifier("a"), "\"a\"");
    EXPECT_EQ(quoted_identifier("\""), "\"\"\"\"");
    EXPECT_EQ(quoted_identifier(""), "\"\"");
}

} // namespace
} // namespace basekeeper::sql
