// Scripts become steps; what cannot be a migration is refused with its place.
#include "features/migrations/plan.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// `[1-2] 3! [4]`: transactions in brackets, what runs apart with a mark; statements counted from 1.
std::string steps_of(std::string script, std::size_t from = 0)
{
    const auto read = make_plan(std::move(script));
    if (!read)
        return "error: " + read.error().message;
    std::string out;
    for (const auto& one : read->steps_from(from)) {
        out += out.empty() ? "" : " ";
        const auto first = std::to_string(one.first + 1);
        const auto last = std::to_string(one.first + one.count);
        out += one.alone        ? fmt::format("{}!", first)
               : one.count == 1 ? fmt::format("[{}]", first)
                                : fmt::format("[{}-{}]", first, last);
    }
    return out;
}

TEST(steps, are_one_transaction_where_that_is_possible)
{
    EXPECT_EQ(steps_of("create table a (x int); create index i on a (x); insert into a values (1)"), "[1-3]");
    EXPECT_EQ(
        steps_of("create table a (x int); create index concurrently i on a (x); select 1; select 2"), "[1] 2! [3-4]"
    );
    EXPECT_EQ(steps_of("vacuum; vacuum"), "1! 2!");
    EXPECT_EQ(steps_of("select 1; alter type e add value 'x'; select 'x'::e"), "[1-2] [3]");
    EXPECT_EQ(steps_of("alter type e add value 'x'; alter type e add value 'y'; select 'x', 'y'"), "[1] [2] [3]");
    EXPECT_EQ(steps_of("select 1; vacuum; select 2; select 3", 2), "[3-4]");
    EXPECT_EQ(steps_of("select 1", 1), "");
}

TEST(steps, leave_begin_and_commit_around_all_of_it_out)
{
    EXPECT_EQ(steps_of("begin; select 1; select 2; commit;"), "[1-2]");
    EXPECT_EQ(steps_of("start transaction; select 1; end"), "[1]");
    const auto read = make_plan("begin; select 1; commit;");
    ASSERT_TRUE(read);
    EXPECT_THAT(read->statement_texts(), ElementsAre("select 1"));
}

TEST(plan, refuses_what_a_migration_cannot_hold_and_says_where)
{
    const auto refused = [](std::string script) {
        const auto read = make_plan(std::move(script));
        return read ? std::string("taken") : read.error().message + "\n" + read.error().server_text;
    };
    EXPECT_THAT(
        refused("select 1;\n  commit; select 2"), HasSubstr("statement 2, line 2, column 3: COMMIT is not allowed")
    );
    EXPECT_THAT(refused("select 1;\n  commit; select 2"), HasSubstr("LINE 2:   commit; select 2\n          ^"));
    EXPECT_THAT(refused("begin; select 1"), HasSubstr("BEGIN is not allowed"));
    EXPECT_THAT(refused("begin; select 1; commit; select 2"), HasSubstr("not allowed"));
    EXPECT_THAT(refused("rollback"), HasSubstr("ROLLBACK is not allowed"));
    EXPECT_THAT(refused("copy t from stdin"), HasSubstr("COPY ... FROM STDIN"));
    EXPECT_THAT(refused("create index concurrently on t (a)"), HasSubstr("needs a name"));
    EXPECT_THAT(refused("select 1; discard all"), HasSubstr("lock"));
    EXPECT_THAT(refused(""), HasSubstr("no statement"));
    EXPECT_THAT(refused("-- only words"), HasSubstr("no statement"));
    EXPECT_THAT(refused("begin; commit"), HasSubstr("no statement"));
    EXPECT_THAT(refused("select 1;\nselect 'x"), HasSubstr("line 2, column 8"));
    EXPECT_THAT(refused("select 1;\nselect 'x"), HasSubstr("LINE 2: select 'x\n               ^"));
    EXPECT_EQ(refused("savepoint a; select 1; rollback to a"), "taken");
    EXPECT_EQ(refused("selec 1"), "taken") << "the server may know more than the grammar here";
}

TEST(at_statement, points_at_the_character_that_the_server_names)
{
    const auto read = make_plan("select 1;\n-- é\nselect é from\n  t;");
    ASSERT_TRUE(read);
    error e(condition::invalid_argument, "no");
    e.server_text = "ERROR: x";
    e.position = 15; // of "-- é\nselect é from", in characters
    const auto shown = at_statement(e, *read, 1, "m");
    EXPECT_EQ(shown.message, "m: statement 2 of 2 (SELECT), line 3, column 10: no");
    EXPECT_EQ(shown.server_text, "ERROR: x\nLINE 3: select é from\n                 ^");
    EXPECT_EQ(shown.position, 0);
    EXPECT_THAT(at_statement(error(condition::conflict, "no"), *read, 1, "m").message, HasSubstr("line 3, column 1"));
}

TEST(checksum, is_of_the_text_and_of_its_beginning)
{
    EXPECT_EQ(checksum("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const auto a = make_plan("select 1; select 2; select 3");
    const auto b = make_plan("select 1;\n\nselect 2; select 4");
    ASSERT_TRUE(a && b);
    EXPECT_EQ(checksum(*a, 2), checksum(*b, 2)) << "white space between statements does not count";
    EXPECT_NE(checksum(*a, 3), checksum(*b, 3));
    EXPECT_NE(checksum(*a, 1), checksum(*a, 2));
}

} // namespace
} // namespace basekeeper::migrations
