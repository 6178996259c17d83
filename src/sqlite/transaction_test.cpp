// Transactions: all or nothing, also when the process is killed in the middle.
#include "sqlite/test_database.hpp"
#include "sqlite/transaction.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace basekeeper::sqlite {
namespace {

class transaction_test : public database_test
{
protected:
    transaction_test() { must(db_.exec("CREATE TABLE t (a)")); }

    std::string rows() { return scalar(db_, "SELECT count(*) FROM t"); }

    connection db_ = open();
};

TEST_F(transaction_test, commit_keeps_and_destruction_undoes)
{
    {
        auto change = must(transaction::begin(db_));
        EXPECT_TRUE(db_.in_transaction());
        must(db_.exec("INSERT INTO t VALUES (1)"));
        must(change.commit());
    }
    {
        const auto change = must(transaction::begin(db_));
        must(db_.exec("INSERT INTO t VALUES (2)"));
    }
    EXPECT_FALSE(db_.in_transaction());
    EXPECT_EQ(rows(), "1");
}

TEST_F(transaction_test, ends_once)
{
    auto change = must(transaction::begin(db_));
    must(change.commit());
    EXPECT_EQ(change.commit().error().code, condition::internal);
    auto next = must(transaction::begin(db_));
    auto moved = std::move(next);
    EXPECT_EQ(next.commit().error().code, condition::internal); // NOLINT(bugprone-use-after-move)
    must(moved.commit());
}

TEST_F(transaction_test, does_not_nest)
{
    const auto change = must(transaction::begin(db_));
    EXPECT_EQ(transaction::begin(db_).error().code, condition::internal);
    EXPECT_TRUE(db_.in_transaction());
}

TEST_F(transaction_test, takes_the_write_lock_at_once)
{
    auto other = open({.busy_timeout = std::chrono::milliseconds{0}});
    const auto change = must(transaction::begin(db_));
    EXPECT_EQ(transaction::begin(other).error().code, condition::unavailable);
}

TEST_F(transaction_test, one_that_sqlite_ended_cannot_be_committed)
{
    auto change = must(transaction::begin(db_));
    must(db_.exec("INSERT INTO t VALUES (1)"));
    must(db_.exec("ROLLBACK"));
    EXPECT_EQ(change.commit().error().code, condition::internal);
    EXPECT_EQ(rows(), "0");
}

TEST_F(transaction_test, stays_valid_when_the_connection_moves)
{
    auto change = must(transaction::begin(db_));
    must(db_.exec("INSERT INTO t VALUES (1)"));
    auto moved = std::move(db_);
    must(change.commit());
    EXPECT_EQ(scalar(moved, "SELECT count(*) FROM t"), "1");
    db_ = std::move(moved);
}

/// Commits one row, then changes far more than the cache holds, says so through `ready` and waits to be killed.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int ready)
{
    auto db = connection::open(file, {.cache_kib = 16});
    if (!db)
        _exit(2);
    {
        auto kept = transaction::begin(*db);
        if (!kept || !db->exec("INSERT INTO t VALUES ('kept')") || !kept->commit())
            _exit(3);
    }
    const auto lost = transaction::begin(*db);
    const auto changed = db->exec(
        "UPDATE t SET a = 'changed'; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO t SELECT randomblob(1000) FROM n"
    );
    if (!lost || !changed || write(ready, "r", 1) != 1)
        _exit(4);
    for (;;)
        pause();
}

TEST_F(transaction_test, a_process_killed_in_the_middle_leaves_the_committed_state)
{
    std::array<int, 2> channel{};
    ASSERT_EQ(pipe(channel.data()), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        close(channel[0]);
        write_until_killed(file(), channel[1]);
    }
    close(channel[1]);
    char ready = 0;
    const auto got = read(channel[0], &ready, 1); // returns 0 when the child gave up
    close(channel[0]);
    const auto wal_bytes = std::filesystem::file_size(file().string() + "-wal");
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(got, 1) << "the child ended with " << (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_GT(wal_bytes, 1'000'000U) << "nothing uncommitted was on the disk, so the test proves little";

    auto fresh = open();
    EXPECT_EQ(scalar(fresh, "SELECT group_concat(a) FROM t"), "kept");
    EXPECT_EQ(scalar(fresh, "PRAGMA integrity_check"), "ok");
    must(fresh.exec("INSERT INTO t VALUES ('after')"));
    EXPECT_EQ(rows(), "2");
}

} // namespace
} // namespace basekeeper::sqlite
