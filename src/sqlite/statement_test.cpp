// Statements: every type goes in and comes out, mistakes are refused.
#include "sqlite/statement.hpp"
#include "sqlite/test_database.hpp"

#include <gmock/gmock.h>

#include <array>
#include <limits>
#include <vector>

namespace basekeeper::sqlite {
namespace {

class statement_test : public database_test
{
protected:
    connection db_ = open();
};

TEST_F(statement_test, every_type_comes_back_as_it_went_in)
{
    auto query = must(db_.prepare("SELECT ?1, ?2, ?3, ?4, ?5, typeof(?1), typeof(?2), typeof(?3), typeof(?4)"));
    const std::array blob{std::byte{0}, std::byte{0xFF}, std::byte{0}};
    const std::string text("text with \0 inside", 18);
    must(query.bind(1, std::numeric_limits<std::int64_t>::min()));
    must(query.bind(2, 0.1));
    must(query.bind(3, text));
    must(query.bind(4, blob));
    must(query.bind(5, nullptr));
    ASSERT_TRUE(must(query.step()));
    EXPECT_EQ(query.column_count(), 9);
    EXPECT_EQ(query.column_int64(0), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(query.column_double(1), 0.1);
    EXPECT_EQ(query.column_text(2), text);
    EXPECT_THAT(query.column_blob(3), testing::ElementsAreArray(blob));
    EXPECT_TRUE(query.is_null(4));
    EXPECT_FALSE(query.is_null(0));
    EXPECT_EQ(query.column_text(5), "integer");
    EXPECT_EQ(query.column_text(6), "real");
    EXPECT_EQ(query.column_text(7), "text");
    EXPECT_EQ(query.column_text(8), "blob");
    EXPECT_FALSE(must(query.step()));
}

TEST_F(statement_test, empty_text_and_empty_blob_are_not_null)
{
    auto query = must(db_.prepare("SELECT typeof(?), typeof(?), typeof(?)"));
    must(query.bind_all(std::string_view{}, std::span<const std::byte>{}, std::optional<std::string>{}));
    ASSERT_TRUE(must(query.step()));
    EXPECT_EQ(query.column_text(0), "text");
    EXPECT_EQ(query.column_text(1), "blob");
    EXPECT_EQ(query.column_text(2), "null");
}

TEST_F(statement_test, null_reads_as_zero_or_empty)
{
    auto query = must(db_.prepare("SELECT NULL"));
    ASSERT_TRUE(must(query.step()));
    EXPECT_EQ(query.column_int64(0), 0);
    EXPECT_EQ(query.column_double(0), 0.0);
    EXPECT_EQ(query.column_text(0), "");
    EXPECT_TRUE(query.column_blob(0).empty());
}

TEST_F(statement_test, is_used_again_with_other_values)
{
    must(db_.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)"));
    auto insert = must(db_.prepare("INSERT INTO t VALUES (?, ?)"));
    must(insert.run(1, "one"));
    must(insert.run(2U, std::string("two")));
    must(insert.run(std::optional<int>(3), nullptr));
    EXPECT_EQ(scalar(db_, "SELECT group_concat(id || coalesce(name, '-')) FROM t"), "1one,2two,3-");
}

TEST_F(statement_test, a_finished_statement_does_not_run_twice)
{
    must(db_.exec("CREATE TABLE t (a)"));
    auto insert = must(db_.prepare("INSERT INTO t VALUES (1)"));
    EXPECT_FALSE(must(insert.step()));
    EXPECT_FALSE(must(insert.step()));
    EXPECT_EQ(scalar(db_, "SELECT count(*) FROM t"), "1");
    insert.reset();
    EXPECT_FALSE(must(insert.step()));
    EXPECT_EQ(scalar(db_, "SELECT count(*) FROM t"), "2");
}

TEST_F(statement_test, a_violated_constraint_is_a_conflict_and_the_statement_lives_on)
{
    must(db_.exec("CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE child (t REFERENCES t (id))"));
    auto insert = must(db_.prepare("INSERT INTO t VALUES (?)"));
    must(insert.run(1));
    const auto twice = insert.run(1);
    ASSERT_FALSE(twice.has_value());
    EXPECT_EQ(twice.error().code, condition::conflict);
    EXPECT_THAT(twice.error().server_text, testing::HasSubstr("UNIQUE"));
    must(insert.run(2));
    EXPECT_EQ(db_.exec("INSERT INTO child VALUES (99)").error().code, condition::conflict) << "foreign keys are on";
}

TEST_F(statement_test, the_number_of_values_must_be_right)
{
    auto query = must(db_.prepare("SELECT ?, ?"));
    for (const auto& bound : {query.bind_all(1), query.bind_all(1, 2, 3), query.bind_all()}) {
        ASSERT_FALSE(bound.has_value());
        EXPECT_EQ(bound.error().code, condition::internal);
    }
    EXPECT_EQ(query.bind(3, 1).error().code, condition::internal);
    EXPECT_EQ(query.bind(0, 1).error().code, condition::internal);
}

TEST_F(statement_test, bind_all_forgets_the_values_before)
{
    must(db_.exec("CREATE TABLE t (a, b)"));
    auto insert = must(db_.prepare("INSERT INTO t VALUES (?, ?)"));
    must(insert.run("first", "second"));
    EXPECT_FALSE(insert.bind_all("only one").has_value());
    must(insert.step());
    EXPECT_EQ(scalar(db_, "SELECT typeof(a) || typeof(b) FROM t WHERE rowid = 2"), "nullnull");
}

TEST_F(statement_test, only_exactly_one_statement_is_prepared)
{
    EXPECT_TRUE(db_.prepare("SELECT 1; \n").has_value());
    EXPECT_EQ(db_.prepare(std::string_view{}).error().code, condition::internal);
    for (const auto* const sql : {"", " ", "-- nothing", "SELECT 1; SELECT 2", "SELECT 1; x"})
        EXPECT_EQ(db_.prepare(sql).error().code, condition::internal) << sql;
    EXPECT_EQ(db_.prepare(std::string_view("SELECT 1 garbage").substr(0, 8))->column_count(), 1);
}

TEST_F(statement_test, outlives_its_connection_without_harm)
{
    auto query = must(open().prepare("SELECT 42"));
    ASSERT_TRUE(must(query.step()));
    EXPECT_EQ(query.column_int64(0), 42);
}

} // namespace
} // namespace basekeeper::sqlite
