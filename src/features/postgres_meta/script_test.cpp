// The text that is sent has one statement of the caller, values as literals, and its own end.
#include "features/postgres_meta/script.hpp"

#include <gtest/gtest.h>

namespace basekeeper::postgres_meta {
namespace {

using namespace std::chrono_literals;

TEST(script_test, a_read_is_fetched_by_a_cursor_in_a_transaction_that_is_rolled_back)
{
    const auto made = compose({.what = {.sql = "select 1 -- x"}, .how = database::fetching::by_cursor}, "c", 11, 250ms);
    EXPECT_EQ(
        made.text,
        "begin transaction read only;set local statement_timeout = 250;declare c no scroll cursor for select 1 -- x\n"
        ";fetch forward 11 from c;rollback"
    );
    EXPECT_EQ(made.text.substr(made.characters_before, 8), "select 1");
}

TEST(script_test, a_change_is_committed_and_its_values_are_literals)
{
    const auto made = compose(
        {.what = {.sql = "insert into t values ($1, $2)", .params = {{"a'\\"}, {}}},
         .param_types = {"text"},
         .access = database::transaction_access::read_write,
         .end = database::transaction_end::commit,
         .role = "an'on"},
        "c",
        1,
        1s
    );
    EXPECT_EQ(
        made.text,
        "begin;set local statement_timeout = 1000;set local role E'an''on';prepare c(text, unknown) as insert into t "
        "values ($1, $2)\n;execute c(E'a''\\\\', null);deallocate c;commit"
    );
}

TEST(script_test, a_statement_that_is_only_looked_at_is_not_executed)
{
    const auto made = compose({.what = {.sql = "delete from t"}, .how = database::fetching::nothing}, "c", 1, 1s);
    EXPECT_FALSE(made.text.contains("execute")) << made.text;
}

} // namespace
} // namespace basekeeper::postgres_meta
