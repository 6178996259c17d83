// Opening: settings, file mode, and what each kind of bad file or lock answers.
#include "sqlite/connection.hpp"
#include "sqlite/test_database.hpp"
#include "sqlite/transaction.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>
#include <vector>

namespace basekeeper::sqlite {
namespace {

using testing::HasSubstr;

using connection_test = database_test;

unsigned mode_of(const std::filesystem::path& path)
{
    struct stat info{};
    if (stat(path.c_str(), &info) != 0)
        return 0;
    return info.st_mode & 0777U;
}

/// The error must name the file and tell a next step.
void expect_helpful(const error& e, const std::filesystem::path& file)
{
    EXPECT_THAT(e.message, HasSubstr(file.string()));
    EXPECT_FALSE(e.hint.empty());
}

TEST_F(connection_test, sets_what_the_house_relies_on)
{
    auto db = open();
    EXPECT_EQ(scalar(db, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(scalar(db, "PRAGMA synchronous"), "1");
    EXPECT_EQ(scalar(db, "PRAGMA foreign_keys"), "1");
    EXPECT_EQ(scalar(db, "PRAGMA trusted_schema"), "0");
    EXPECT_EQ(scalar(db, "PRAGMA busy_timeout"), "5000");
    EXPECT_EQ(scalar(db, "PRAGMA cache_size"), "-512");
    auto full = open({.sync = synchronous::full, .busy_timeout = std::chrono::milliseconds{7}, .cache_kib = 64});
    EXPECT_EQ(scalar(full, "PRAGMA synchronous"), "2");
    EXPECT_EQ(scalar(full, "PRAGMA busy_timeout"), "7");
    EXPECT_EQ(scalar(full, "PRAGMA cache_size"), "-64");
}

TEST_F(connection_test, a_new_file_and_its_companions_are_for_the_owner_only)
{
    const auto before = umask(0);
    auto db = open();
    must(db.exec("CREATE TABLE t (a)"));
    umask(before);
    EXPECT_EQ(mode_of(file()), 0600U);
    EXPECT_EQ(mode_of(file().string() + "-wal"), 0600U);
    EXPECT_EQ(mode_of(file().string() + "-shm"), 0600U);
}

TEST_F(connection_test, the_mode_of_an_existing_file_is_left_alone)
{
    std::ofstream(file()).close();
    ASSERT_EQ(chmod(file().c_str(), 0640), 0);
    open();
    EXPECT_EQ(mode_of(file()), 0640U);
}

TEST_F(connection_test, keeps_what_was_written)
{
    {
        auto db = open();
        must(db.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2);"));
        EXPECT_EQ(db.last_insert_rowid(), 2);
        must(db.exec("UPDATE t SET a = a + 1"));
        EXPECT_EQ(db.changes(), 2);
    }
    auto db = open({.mode = open_mode::read_only});
    EXPECT_EQ(scalar(db, "SELECT sum(a) FROM t"), "5");
    EXPECT_EQ(db.file(), std::filesystem::canonical(file()));
}

TEST_F(connection_test, works_in_memory)
{
    auto db = must(connection::open(":memory:"));
    must(db.exec("CREATE TABLE t (a)"));
    EXPECT_EQ(db.file(), "");
    EXPECT_THAT(db.exec("nonsense").error().message, HasSubstr("a database in memory"));
}

TEST_F(connection_test, read_only_refuses_to_write)
{
    must(open().exec("CREATE TABLE t (a)"));
    auto db = open({.mode = open_mode::read_only});
    const auto refused = db.exec("INSERT INTO t VALUES (1)");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, condition::denied);
    expect_helpful(refused.error(), file());
}

TEST_F(connection_test, read_only_creates_nothing)
{
    const auto missing = connection::open(file(), {.mode = open_mode::read_only});
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().code, condition::not_found);
    expect_helpful(missing.error(), file());
    EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(connection_test, a_missing_folder_is_named_with_the_command_that_makes_it)
{
    const auto path = folder_ / "no" / "such" / "state.db";
    const auto missing = connection::open(path);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().code, condition::not_found);
    EXPECT_THAT(missing.error().hint, HasSubstr("mkdir -p -m 0700 " + path.parent_path().string()));
}

TEST_F(connection_test, a_folder_in_place_of_the_file_is_unavailable)
{
    const auto opened = connection::open(folder_);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, condition::unavailable);
    expect_helpful(opened.error(), folder_);
    EXPECT_EQ(connection::open("").error().code, condition::invalid_argument);
}

TEST_F(connection_test, a_file_that_is_no_database_is_told_apart)
{
    std::ofstream(file()) << std::string(8192, 'x');
    for (const auto mode : {open_mode::read_write_create, open_mode::read_only}) {
        const auto opened = connection::open(file(), {.mode = mode});
        ASSERT_FALSE(opened.has_value());
        EXPECT_EQ(opened.error().code, condition::internal);
        EXPECT_THAT(opened.error().message, HasSubstr("damaged or is not a SQLite database"));
        expect_helpful(opened.error(), file());
    }
}

TEST_F(connection_test, a_damaged_page_is_reported_not_returned)
{
    must(open().exec(
        "CREATE TABLE t (a TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO t SELECT printf('%0100d', i) FROM n"
    ));
    {
        std::fstream damage(file(), std::ios::in | std::ios::out | std::ios::binary);
        damage.seekp(4096);
        damage << std::string(4096, '\x7F');
    }
    auto db = open();
    const auto read = db.exec("SELECT sum(length(a)) FROM t");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, condition::internal);
    EXPECT_THAT(read.error().hint, HasSubstr("integrity_check"));
}

TEST_F(connection_test, a_full_disk_is_unavailable)
{
    auto db = open();
    must(db.exec("CREATE TABLE t (a); PRAGMA max_page_count = 3"));
    const auto full = db.exec("INSERT INTO t VALUES (zeroblob(100000))");
    ASSERT_FALSE(full.has_value());
    EXPECT_EQ(full.error().code, condition::unavailable);
    EXPECT_THAT(full.error().message, HasSubstr("the disk is full"));
    EXPECT_THAT(full.error().hint, HasSubstr("df -h"));
}

TEST_F(connection_test, a_lock_held_elsewhere_is_unavailable_and_retryable)
{
    auto first = open();
    must(first.exec("CREATE TABLE t (a)"));
    auto second = open({.busy_timeout = std::chrono::milliseconds{0}});
    {
        auto held = must(transaction::begin(first));
        const auto refused = second.exec("INSERT INTO t VALUES (1)");
        ASSERT_FALSE(refused.has_value());
        EXPECT_TRUE(retryable(refused.error().code));
        EXPECT_EQ(refused.error().code, condition::unavailable);
        expect_helpful(refused.error(), file());
        EXPECT_EQ(scalar(second, "SELECT count(*) FROM t"), "0") << "readers do not wait for the writer";
    }
    EXPECT_TRUE(second.exec("INSERT INTO t VALUES (1)").has_value());
}

TEST_F(connection_test, sql_that_does_not_parse_keeps_the_words_of_sqlite_apart)
{
    auto db = open();
    const auto refused = db.exec("SELEKT 1");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, condition::internal);
    EXPECT_THAT(refused.error().server_text, HasSubstr("SELEKT"));
    EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("SELEKT")));
}

TEST_F(connection_test, the_schema_cannot_be_rewritten_behind_sqlite)
{
    auto db = open();
    must(db.exec("CREATE TABLE t (a); PRAGMA writable_schema = ON"));
    EXPECT_FALSE(db.exec("UPDATE sqlite_schema SET sql = 'x'").has_value());
}

TEST_F(connection_test, many_may_create_one_file_at_once)
{
    std::vector<std::string> failures(8);
    {
        std::vector<std::jthread> threads;
        for (auto& failure : failures)
            threads.emplace_back([this, &failure] {
                auto db = connection::open(file());
                auto made = db ? db->exec("CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1)")
                               : result<void>(fail(db.error()));
                failure = made ? "" : describe(made.error());
            });
    }
    EXPECT_THAT(failures, testing::Each(""));
    auto db = open();
    EXPECT_EQ(scalar(db, "SELECT count(*) FROM t"), "8");
}

} // namespace
} // namespace basekeeper::sqlite
