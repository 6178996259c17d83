// The chain: continued by several processes, intact after a kill, and telling of every change.
#include "state/audit_trail.hpp"
#include "state/test_folder.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace basekeeper::state {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr wall_time start{std::chrono::seconds{1'800'000'000}};

audit_entry entry(std::int64_t second, std::string tool = "execute_sql")
{
    audit_entry e{
        .time = start + std::chrono::seconds(second),
        .principal = "stdio:ada",
        .instance = "shop",
        .tool = std::move(tool),
        .decision = "allowed",
        .outcome = "ok",
        .rows = 3,
        .duration = std::chrono::microseconds(250)
    };
    e.argument_digest.fill(std::byte{0xab});
    return e;
}

class audit_chain : public testing::state_test
{
protected:
    audit_trail opened() const
    {
        auto t = audit_trail::open(dir);
        EXPECT_TRUE(t) << describe(t.error());
        return *std::move(t);
    }

    /// Entries 1 to `count`, one second apart.
    audit_trail filled(int count) const
    {
        auto t = opened();
        std::vector<audit_entry> batch;
        batch.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            batch.push_back(entry(i));
        EXPECT_TRUE(t.append(batch));
        return t;
    }

    static std::string verdict(audit_trail& t)
    {
        const auto v = t.verify();
        if (!v)
            return describe(v.error());
        return v->broken_id ? std::to_string(*v->broken_id) + ": " + v->finding : "intact";
    }

    static std::vector<std::int64_t> ids(audit_trail& t, const audit_filter& f)
    {
        std::vector<std::int64_t> out;
        for (const auto& record : t.list(f).value())
            out.push_back(record.id);
        return out;
    }
};

TEST_F(audit_chain, of_nothing_is_intact)
{
    auto t = opened();
    EXPECT_EQ(verdict(t), "intact");
    EXPECT_TRUE(t.append({}));
    EXPECT_EQ(t.verify()->checked, 0U);
}

TEST_F(audit_chain, keeps_every_field)
{
    auto t = filled(1);
    const auto got = t.list({}).value();
    ASSERT_EQ(got.size(), 1U);
    const auto want = entry(0);
    EXPECT_EQ(got[0].id, 1);
    EXPECT_EQ(got[0].entry.time, want.time);
    EXPECT_EQ(got[0].entry.principal, want.principal);
    EXPECT_EQ(got[0].entry.instance, want.instance);
    EXPECT_EQ(got[0].entry.tool, want.tool);
    EXPECT_EQ(got[0].entry.argument_digest, want.argument_digest);
    EXPECT_EQ(got[0].entry.decision, want.decision);
    EXPECT_EQ(got[0].entry.outcome, want.outcome);
    EXPECT_EQ(got[0].entry.rows, want.rows);
    EXPECT_EQ(got[0].entry.duration, want.duration);
}

TEST_F(audit_chain, goes_on_where_it_stopped)
{
    filled(3);
    auto t = filled(2);
    EXPECT_EQ(verdict(t), "intact");
    EXPECT_EQ(t.verify()->checked, 5U);
}

TEST_F(audit_chain, takes_odd_texts_and_extreme_numbers)
{
    auto t = opened();
    auto odd = entry(0);
    odd.principal = std::string("a\0b\xff\"\n", 6);
    odd.instance.clear();
    odd.rows = ~std::uint64_t{0};
    ASSERT_TRUE(t.append(std::span(&odd, 1)));
    EXPECT_EQ(verdict(t), "intact");
    std::string line;
    ASSERT_TRUE(t.export_lines({}, [&](std::string_view l) {
        line = l;
        return result<>{};
    }));
    EXPECT_THAT(line, HasSubstr(R"("principal":"a\u0000b)"));
    EXPECT_FALSE(line.contains('\n'));
}

TEST_F(audit_chain, tells_which_entry_had_a_column_changed)
{
    for (const auto* change :
         {"time_us = time_us + 1",
          "principal = 'stdio:eve'",
          "instance = ''",
          "tool = 'list_tables'",
          "argument_digest = zeroblob(32)",
          "argument_digest = zeroblob(31)",
          "decision = 'refused_read_only'",
          "outcome = 'denied'",
          "rows = rows + 1",
          "duration_us = 0",
          "hash = zeroblob(32)",
          "hash = x''",
          "principal = 'stdio:adas', instance = 'hop'"})
    {
        std::filesystem::remove_all(dir);
        auto t = filled(5);
        tamper(std::string("UPDATE audit SET ") + change + " WHERE id = 3");
        EXPECT_EQ(verdict(t), "3: entry 3 was changed") << change;
        EXPECT_EQ(t.verify()->checked, 2U);
    }
}

TEST_F(audit_chain, tells_which_entry_is_missing)
{
    auto t = filled(5);
    tamper("DELETE FROM audit WHERE id IN (3, 4)");
    EXPECT_EQ(verdict(t), "3: entry 3 is missing");
}

TEST_F(audit_chain, notices_renumbering_over_a_gap)
{
    auto t = filled(5);
    tamper("DELETE FROM audit WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 4; UPDATE audit SET id = 4 WHERE id = 5"
    );
    EXPECT_EQ(verdict(t), "3: entry 3 was changed");
}

TEST_F(audit_chain, notices_entries_missing_at_beginning_and_end)
{
    auto t = filled(5);
    tamper("DELETE FROM audit WHERE id = 5");
    EXPECT_EQ(verdict(t), "5: entries 5 to 5 are missing at the end");
    tamper("DELETE FROM audit WHERE id = 1");
    EXPECT_EQ(verdict(t), "1: entry 1 is missing");
    tamper("DELETE FROM audit");
    EXPECT_EQ(verdict(t), "1: entries 1 to 5 are missing at the end");
}

TEST_F(audit_chain, notices_a_changed_end)
{
    auto t = filled(5);
    tamper("UPDATE audit_head SET id = 4");
    EXPECT_THAT(verdict(t), HasSubstr("not the recorded end"));
    tamper("UPDATE audit_head SET id = 5, hash = zeroblob(32)");
    EXPECT_THAT(verdict(t), HasSubstr("not the recorded end"));
    tamper("DELETE FROM audit_head");
    EXPECT_THAT(verdict(t), HasSubstr("not recorded"));
    const auto one = entry(9);
    EXPECT_EQ(t.append(std::span(&one, 1)).error().code, condition::internal);
}

TEST_F(audit_chain, is_listed_newest_first_in_pages)
{
    auto t = filled(5);
    EXPECT_THAT(ids(t, {.limit = 2}), ElementsAre(5, 4));
    EXPECT_THAT(ids(t, {.before_id = 4, .limit = 2}), ElementsAre(3, 2));
    EXPECT_THAT(ids(t, {.before_id = 2, .limit = 2}), ElementsAre(1));
}

TEST_F(audit_chain, is_filtered)
{
    auto t = filled(4);
    auto other = entry(10, "list_tables");
    other.instance = "blog";
    other.principal = "cli:bob";
    ASSERT_TRUE(t.append(std::span(&other, 1)));
    EXPECT_THAT(ids(t, {.tool = "list_tables"}), ElementsAre(5));
    EXPECT_THAT(ids(t, {.instance = "blog"}), ElementsAre(5));
    EXPECT_THAT(ids(t, {.principal = "cli:bob"}), ElementsAre(5));
    EXPECT_THAT(ids(t, {.tool = "x' OR 1=1 --"}), ElementsAre());
    EXPECT_THAT(
        ids(t, {.since = start + std::chrono::seconds(1), .until = start + std::chrono::seconds(3)}), ElementsAre(3, 2)
    );
}

TEST_F(audit_chain, is_exported_oldest_first_as_json_lines)
{
    auto t = filled(3);
    std::vector<std::string> lines;
    const auto keep = [&](std::string_view l) {
        lines.emplace_back(l);
        return result<>{};
    };
    EXPECT_EQ(t.export_lines({.limit = 0}, keep).value(), 3U);
    EXPECT_THAT(
        lines[0],
        HasSubstr(R"({"id":1,"time":"2027-01-15T08:00:00.000000Z","principal":"stdio:ada","instance":"shop",)"
                  R"("tool":"execute_sql","argument_digest":"abab)")
    );
    EXPECT_THAT(lines[2], HasSubstr(R"("id":3,)"));
    const auto refuse = [](std::string_view) -> result<> { return fail(condition::unavailable, "disk full"); };
    EXPECT_EQ(t.export_lines({.limit = 0}, refuse).error().message, "disk full");
}

TEST_F(audit_chain, stays_provable_after_pruning)
{
    auto t = filled(10);
    const auto now = start + std::chrono::hours(1);
    EXPECT_EQ(t.prune(start + std::chrono::seconds(4), now).value(), 4U);
    EXPECT_THAT(ids(t, {}), ElementsAre(11, 10, 9, 8, 7, 6, 5));
    EXPECT_EQ(verdict(t), "intact");
    EXPECT_EQ(t.verify()->pruned, 4U);
    EXPECT_EQ(t.list({.limit = 1})->front().entry.tool, "audit_prune");
    EXPECT_EQ(t.prune(start, now).value(), 0U);
    EXPECT_EQ(t.prune(now + std::chrono::hours(1), now).value(), 7U);
    EXPECT_EQ(verdict(t), "intact");
    EXPECT_EQ(t.verify()->pruned, 11U);
    const auto one = entry(0);
    ASSERT_TRUE(t.append(std::span(&one, 1)));
    EXPECT_EQ(verdict(t), "intact");
    EXPECT_EQ(t.verify()->checked, 2U);
}

TEST_F(audit_chain, prunes_only_the_unbroken_run_of_old_entries)
{
    auto t = opened();
    const std::vector<audit_entry> batch{entry(0), entry(100), entry(1)};
    ASSERT_TRUE(t.append(batch));
    EXPECT_EQ(t.prune(start + std::chrono::seconds(50), start).value(), 1U);
    EXPECT_EQ(verdict(t), "intact");
}

TEST_F(audit_chain, notices_a_forged_or_missing_anchor)
{
    const auto prepare = [&] {
        std::filesystem::remove_all(dir);
        auto t = filled(10);
        EXPECT_EQ(t.prune(start + std::chrono::seconds(4), start).value(), 4U);
        return t;
    };
    for (const auto* change :
         {"UPDATE audit_anchors SET pruned = 3",
          "UPDATE audit_anchors SET last_id = 3",
          "UPDATE audit_anchors SET last_hash = zeroblob(32)",
          "UPDATE audit_anchors SET time_us = 0",
          "UPDATE audit_anchors SET hash = zeroblob(32)",
          "UPDATE audit_anchors SET number = 2"})
    {
        auto t = prepare();
        tamper(change);
        EXPECT_THAT(verdict(t), HasSubstr("anchor 1")) << change;
    }
    auto t = prepare();
    tamper("DELETE FROM audit_anchors");
    EXPECT_EQ(verdict(t), "1: entry 1 is missing");
    t = prepare();
    tamper("DELETE FROM audit WHERE id = 5");
    EXPECT_EQ(verdict(t), "5: entry 5 is missing");
    t = prepare();
    tamper(
        "DELETE FROM audit WHERE id = 11; UPDATE audit_head SET id = 10, hash = (SELECT hash FROM audit WHERE id = 10)"
    );
    EXPECT_EQ(verdict(t), "5: no entry vouches for the anchor of pruned entries");
    t = prepare();
    tamper("INSERT INTO audit SELECT 2, time_us, principal, instance, tool, argument_digest, decision, outcome, rows, "
           "duration_us, hash FROM audit WHERE id = 7");
    EXPECT_EQ(verdict(t), "2: entry 2 was pruned, yet it is there");
}

/// Runs `work` in another process, which ends without running destructors.
template <class Work>
pid_t forked(Work work)
{
    const auto child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    return child;
}

TEST_F(audit_chain, verifies_after_a_kill_in_the_middle_of_writing)
{
    constexpr int batch_size = 50;
    std::array<int, 2> done{};
    ASSERT_EQ(::pipe(done.data()), 0);
    const auto child = forked([&] {
        auto t = audit_trail::open(dir);
        const std::vector<audit_entry> batch(batch_size, entry(0));
        while (t && t->append(batch) && ::write(done[1], "x", 1) == 1) {
        }
    });
    ASSERT_GT(child, 0);
    std::array<char, 1> byte{};
    for (int i = 0; i < 20; ++i)
        ASSERT_EQ(::read(done[0], byte.data(), 1), 1);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ::close(done[0]);
    ::close(done[1]);

    auto t = opened();
    EXPECT_EQ(verdict(t), "intact");
    const auto kept = t.verify()->checked;
    EXPECT_GE(kept, 20U * batch_size) << "what was reported as done must be there";
    EXPECT_EQ(kept % batch_size, 0U) << "no half batch";
    const auto one = entry(1);
    ASSERT_TRUE(t.append(std::span(&one, 1)));
    EXPECT_EQ(verdict(t), "intact");
}

TEST_F(audit_chain, is_continued_by_two_processes_at_once)
{
    const auto append_many = [&] {
        auto t = audit_trail::open(dir);
        const std::vector<audit_entry> batch(7, entry(0));
        for (int i = 0; i < 40; ++i)
            if (!t || !t->append(batch))
                ::_exit(1);
    };
    const std::array children{forked(append_many), forked(append_many)};
    for (const auto child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    auto t = opened();
    EXPECT_EQ(verdict(t), "intact");
    EXPECT_EQ(t.verify()->checked, 2U * 40U * 7U);
}

TEST_F(audit_chain, does_not_prune_up_to_an_entry_whose_hash_is_no_hash)
{
    auto t = filled(3);
    tamper("UPDATE audit SET hash = x'00' WHERE id = 2");
    const auto pruned = t.prune(start + std::chrono::seconds(2), start + std::chrono::hours(1));
    ASSERT_FALSE(pruned);
    EXPECT_EQ(pruned.error().code, condition::internal);
    EXPECT_THAT(ids(t, {}), ElementsAre(3, 2, 1)) << "nothing was removed";
}

} // namespace
} // namespace basekeeper::state
