// Migrations: in order, once, all or nothing, never backwards.
#include "sqlite/migrate.hpp"
#include "sqlite/test_database.hpp"

#include <gmock/gmock.h>

#include <array>
#include <thread>
#include <vector>

namespace basekeeper::sqlite {
namespace {

using migrate_test = database_test;

constexpr std::array steps{
    migration{.version = 1, .name = "people", .sql = "CREATE TABLE people (id INTEGER PRIMARY KEY);"},
    migration{
        .version = 2, .name = "names", .sql = "ALTER TABLE people ADD COLUMN name; INSERT INTO people VALUES (1, 'a');"
    },
    migration{.version = 3, .name = "pets", .sql = "CREATE TABLE pets (id INTEGER PRIMARY KEY)"},
};

std::span<const migration> first(std::size_t count)
{
    return std::span(steps).first(count);
}

TEST_F(migrate_test, applies_what_is_missing_and_no_more)
{
    auto db = open();
    EXPECT_EQ(must(migrate(db, first(2))), 2);
    EXPECT_EQ(scalar(db, "PRAGMA user_version"), "2");
    EXPECT_EQ(must(migrate(db, first(2))), 0);
    auto later = open();
    EXPECT_EQ(must(migrate(later, steps)), 1);
    EXPECT_EQ(scalar(later, "PRAGMA user_version"), "3");
    EXPECT_EQ(scalar(later, "SELECT count(*) FROM people"), "1");
    EXPECT_EQ(must(migrate(later, steps)), 0);
}

TEST_F(migrate_test, no_steps_leave_an_empty_database_as_it_is)
{
    auto db = open();
    EXPECT_EQ(must(migrate(db, {})), 0);
}

TEST_F(migrate_test, a_failing_step_leaves_the_state_before_it)
{
    auto db = open();
    const std::array broken{
        steps[0],
        migration{.version = 2, .name = "half", .sql = "CREATE TABLE half (a); INSERT INTO missing VALUES (1);"},
    };
    const auto failed = migrate(db, broken);
    ASSERT_FALSE(failed.has_value());
    EXPECT_THAT(failed.error().message, testing::HasSubstr("migration 2 'half'"));
    EXPECT_THAT(failed.error().server_text, testing::HasSubstr("missing"));
    EXPECT_EQ(scalar(db, "PRAGMA user_version"), "1");
    EXPECT_EQ(scalar(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), "0");
    EXPECT_FALSE(db.in_transaction());
    EXPECT_EQ(must(migrate(db, steps)), 2) << "the repaired program goes on from there";
}

TEST_F(migrate_test, a_step_that_commits_by_itself_is_found_out)
{
    auto db = open();
    const std::array bad{migration{.version = 1, .name = "rude", .sql = "CREATE TABLE a (x); COMMIT;"}};
    const auto failed = migrate(db, bad);
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, condition::internal);
    EXPECT_EQ(scalar(db, "PRAGMA user_version"), "0") << "a step that was not recorded must not count as done";
}

TEST_F(migrate_test, a_newer_database_is_refused_with_the_way_out)
{
    auto db = open();
    must(migrate(db, steps));
    const auto refused = migrate(db, first(2));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, condition::conflict);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("schema version 3, this program knows versions up to 2"));
    EXPECT_THAT(refused.error().message, testing::HasSubstr(file().string()));
    EXPECT_THAT(refused.error().hint, testing::HasSubstr("upgrade"));
    EXPECT_EQ(scalar(db, "PRAGMA user_version"), "3");
    must(db.exec("PRAGMA user_version = -1"));
    EXPECT_EQ(migrate(db, steps).error().code, condition::conflict);
}

TEST_F(migrate_test, steps_must_count_from_one)
{
    auto db = open();
    const std::array gap{steps[0], steps[2]};
    EXPECT_EQ(migrate(db, gap).error().code, condition::internal);
    EXPECT_EQ(migrate(db, std::span(steps).subspan(1)).error().code, condition::internal);
    EXPECT_EQ(scalar(db, "PRAGMA user_version"), "0");
}

TEST_F(migrate_test, two_that_start_at_once_apply_each_step_once)
{
    std::array<result<int>, 4> applied;
    {
        std::vector<std::jthread> threads;
        for (auto& count : applied)
            threads.emplace_back([this, &count] {
                auto db = connection::open(file());
                count = db ? migrate(*db, steps) : result<int>(fail(db.error()));
            });
    }
    int total = 0;
    for (const auto& count : applied) {
        ASSERT_TRUE(count.has_value()) << describe(count.error());
        total += *count;
    }
    EXPECT_EQ(total, 3);
}

} // namespace
} // namespace basekeeper::sqlite
