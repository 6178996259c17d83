// One session on a real server: results, caps, pipelines, cancellation, and what is left after each.
#include "integration/pg/database.hpp"
#include "io/event.hpp"
#include "io/nursery.hpp"

#include <unistd.h>

#include <fstream>

namespace basekeeper::pg {

using namespace std::chrono_literals;
using std::string;
using std::vector;

std::size_t resident_bytes()
{
    std::ifstream in("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    in >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

namespace {

io::task<> values_come_back(io::runtime& on)
{
    auto db = co_await connected(on);
    auto got =
        co_await db.query("select $1::text as a, $2::int + 1 as b, null as c, '' as d", {{"it's"}, {"41", 23}}, soon());
    EXPECT_TRUE(got) << describe(got.error());
    if (!got)
        co_return;
    EXPECT_EQ(got->rows.size(), 1U);
    EXPECT_EQ(got->rows.columns()[1].name, "b");
    EXPECT_EQ(got->rows.columns()[1].type, 23U);
    EXPECT_EQ(got->rows.value(0, "a"), "it's");
    EXPECT_EQ(got->rows.value(0, "b"), "42");
    EXPECT_EQ(got->rows.value(0, "c"), std::nullopt);
    EXPECT_EQ(got->rows.value(0, "d"), "");
    EXPECT_EQ(got->command, "SELECT 1");
    EXPECT_EQ(got->total_rows, 1U);
    EXPECT_GE(db.server_version(), 130000);
    EXPECT_GT(db.backend_pid(), 0);
    EXPECT_EQ(db.parameter_status("client_encoding"), "UTF8");
    EXPECT_EQ(db.parameter_status("no_such"), "");
    EXPECT_TRUE(db.still_alive());
}

TEST(connection_integration, values_nulls_types_and_tags_come_back)
{
    test::run_on_fresh_runtime(values_come_back);
}

io::task<> errors_leave_it_usable(io::runtime& on)
{
    auto db = co_await connected(on);
    auto got = co_await db.query("select * from no_such_table", {}, soon());
    EXPECT_FALSE(got);
    if (!got) {
        EXPECT_EQ(got.error().code, condition::not_found);
        EXPECT_EQ(got.error().sqlstate, "42P01");
        EXPECT_NE(got.error().server_text.find("no_such_table"), string::npos);
        EXPECT_EQ(got.error().message.find("no_such_table"), string::npos);
        EXPECT_FALSE(got.error().hint.empty());
    }
    auto two = co_await db.query("select 1; select 2", {}, soon());
    EXPECT_EQ(two.error().sqlstate, "42601");
    auto copy = co_await db.query("select 1 / 0", {}, soon());
    EXPECT_EQ(copy.error().sqlstate, "22012");
    auto nul = co_await db.query("select $1::text", {{string("a\0b", 3)}}, soon());
    EXPECT_EQ(nul.error().code, condition::invalid_argument);
    auto many = co_await db.query("select 1", vector<parameter>(65'536), soon());
    EXPECT_EQ(many.error().code, condition::invalid_argument);
    auto empty = co_await db.query("", {}, soon());
    EXPECT_TRUE(empty);
    EXPECT_FALSE(db.broken());
    EXPECT_EQ(co_await scalar(db, "select 7"), "7");
}

TEST(connection_integration, a_failed_statement_reports_itself_and_leaves_the_session_usable)
{
    test::run_on_fresh_runtime(errors_leave_it_usable);
}

io::task<> copy_is_refused(io::runtime& on)
{
    for (const char* sql : {"copy (select 1) to stdout", "copy pg_class from stdin"}) {
        auto db = co_await connected(on);
        auto got = co_await db.query(sql, {}, soon());
        EXPECT_EQ(got.error().code, condition::invalid_argument) << sql;
        EXPECT_TRUE(db.broken());
    }
}

TEST(connection_integration, copy_through_the_client_is_refused)
{
    test::run_on_fresh_runtime(copy_is_refused);
}

io::task<> notices_are_kept(io::runtime& on)
{
    auto db = co_await connected(on);
    auto got = co_await db.query(
        "do $$ begin for i in 1..50 loop raise warning '%', repeat('x', 5000); end loop; end $$", {}, soon()
    );
    EXPECT_TRUE(got);
    EXPECT_EQ(got->notices.size(), 20U);
    EXPECT_EQ(got->notices[0].severity, "WARNING");
    EXPECT_LE(got->notices[0].message.size(), 1'024U);
    EXPECT_EQ((co_await db.query("select 1", {}, soon()))->notices.size(), 0U);
}

TEST(connection_integration, notices_are_bounded_and_belong_to_their_statement)
{
    test::run_on_fresh_runtime(notices_are_kept);
}

io::task<> caps_hold(io::runtime& on)
{
    auto db = co_await connected(on);
    const statement ten{"select i, repeat('x', 100) from generate_series(1, 10) i"};
    auto exact = co_await db.query(ten, {.max_rows = 10}, overflow::stop, soon());
    EXPECT_EQ(exact->truncated, truncation::none);
    EXPECT_EQ(exact->total_rows, 10U);
    auto nine = co_await db.query(ten, {.max_rows = 9}, overflow::drain, soon());
    EXPECT_EQ(nine->truncated, truncation::rows);
    EXPECT_EQ(nine->rows.size(), 9U);
    EXPECT_EQ(nine->total_rows, 10U);
    EXPECT_EQ(nine->command, "SELECT 10");
    auto bytes = co_await db.query(ten, {.max_bytes = 350}, overflow::drain, soon());
    EXPECT_EQ(bytes->truncated, truncation::bytes);
    EXPECT_EQ(bytes->rows.size(), 3U);
    EXPECT_EQ(bytes->total_rows, 10U);
    const statement endless{"select generate_series(1, 1000000000)"};
    const auto started = std::chrono::steady_clock::now();
    auto stopped = co_await db.query(endless, {.max_rows = 5}, overflow::stop, soon());
    EXPECT_TRUE(stopped);
    EXPECT_EQ(stopped->rows.size(), 5U);
    EXPECT_EQ(stopped->total_rows, std::nullopt);
    EXPECT_EQ(stopped->truncated, truncation::rows);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 10s);
    EXPECT_FALSE(db.broken());
    EXPECT_EQ(co_await scalar(db, "select 8"), "8");
}

TEST(connection_integration, caps_cut_exactly_and_stop_cancels_on_the_server)
{
    test::run_on_fresh_runtime(caps_hold);
}

io::task<> a_million_rows(io::runtime& on)
{
    auto db = co_await connected(on);
    EXPECT_EQ(co_await scalar(db, "select 1"), "1");
    const auto before = resident_bytes();
    auto got = co_await db.query(
        {"select i, i::text as t, md5(i::text) from generate_series(1, 1000000) i"},
        {},
        overflow::drain,
        io::deadline::after(3 * patience)
    );
    const auto after = resident_bytes();
    EXPECT_TRUE(got);
    EXPECT_EQ(got->total_rows, 1'000'000U);
    EXPECT_EQ(got->rows.size(), 1'000U);
    if (!sanitized)
        EXPECT_LE(after - std::min(after, before), std::size_t{4} << 20U);
}

TEST(connection_integration, a_million_capped_rows_cost_at_most_4_mib)
{
    test::run_on_fresh_runtime(a_million_rows);
}

io::task<> a_huge_value(io::runtime& on)
{
    auto db = co_await connected(on);
    const auto before = resident_bytes();
    auto got =
        co_await db.query({"select repeat('x', 500000000)"}, {}, overflow::drain, io::deadline::after(3 * patience));
    const auto after = resident_bytes();
    EXPECT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::invalid_argument);
    EXPECT_NE(got.error().hint.find("left("), string::npos);
    EXPECT_TRUE(db.broken());
    ::testing::Test::RecordProperty("resident_growth_kib", static_cast<int>((after - std::min(after, before)) / 1024));
    if (!sanitized)
        EXPECT_LE(after - std::min(after, before), std::size_t{24} << 20U);
    auto fits = co_await connected(on);
    auto large = co_await fits.query(
        {"select length(x), x from repeat('x', 6000000) x"}, {.max_bytes = 8U << 20U}, overflow::drain, soon()
    );
    EXPECT_TRUE(large) << describe(large.error());
    EXPECT_EQ(large->rows.bytes(), 6'000'007U);
}

TEST(connection_integration, a_huge_value_is_refused_with_bounded_memory_and_a_large_one_passes)
{
    test::run_on_fresh_runtime(a_huge_value);
}

io::task<> a_deadline_cancels(io::runtime& on)
{
    auto db = co_await connected(on);
    auto other = co_await connected(on);
    auto got = co_await db.query("select pg_sleep(30), 'deadline-test'", {}, io::deadline::after(100ms));
    EXPECT_EQ(got.error().code, condition::timeout);
    EXPECT_EQ(co_await running(other, "deadline-test"), "0");
    EXPECT_FALSE(db.broken());
    EXPECT_EQ(co_await scalar(db, "select 9"), "9");
}

TEST(connection_integration, a_passed_deadline_cancels_on_the_server_and_keeps_the_session)
{
    test::run_on_fresh_runtime(a_deadline_cancels);
}

io::task<> sleep_long(connection& db, std::optional<result<statement_result>>& into)
{
    into = co_await db.query("select pg_sleep(30), 'cancel-test'", {}, io::deadline::after(3 * patience));
}

io::task<> a_cancelled_coroutine_cancels(io::runtime& on)
{
    auto db = co_await connected(on);
    auto other = co_await connected(on);
    io::nursery jobs(on.executor(), [](std::exception_ptr bug) { std::rethrow_exception(bug); });
    std::optional<result<statement_result>> got;
    const auto job = jobs.spawn(sleep_long(db, got));
    for (int i = 0; i < 200 && co_await running(other, "cancel-test") == "0"; ++i)
        static_cast<void>(co_await io::sleep(10ms));
    EXPECT_EQ(co_await running(other, "cancel-test"), "1");
    io::nursery::cancel(job);
    EXPECT_TRUE(co_await jobs.join(soon()));
    EXPECT_TRUE(got.has_value());
    EXPECT_EQ(got->error().code, condition::cancelled);
    EXPECT_EQ(co_await running(other, "cancel-test"), "0");
    EXPECT_FALSE(db.broken());
    EXPECT_EQ(co_await scalar(db, "select 10"), "10");
}

TEST(connection_integration, cancelling_the_coroutine_cancels_on_the_server)
{
    test::run_on_fresh_runtime(a_cancelled_coroutine_cancels);
}

io::task<> a_terminated_backend(io::runtime& on)
{
    auto db = co_await connected(on);
    auto other = co_await connected(on);
    io::nursery jobs(on.executor(), [](std::exception_ptr bug) { std::rethrow_exception(bug); });
    std::optional<result<statement_result>> got;
    jobs.spawn(sleep_long(db, got));
    const auto pid = std::to_string(db.backend_pid());
    for (int i = 0; i < 200 && co_await running(other, "cancel-test") == "0"; ++i)
        static_cast<void>(co_await io::sleep(10ms));
    EXPECT_EQ(co_await scalar(other, "select pg_terminate_backend(" + pid + ")"), "t");
    EXPECT_TRUE(co_await jobs.join(soon()));
    EXPECT_EQ(got->error().code, condition::unavailable);
    EXPECT_EQ(got->error().sqlstate, "57P01");
    EXPECT_TRUE(db.broken());
    auto again = co_await db.query("select 1", {}, soon());
    EXPECT_EQ(again.error().code, condition::unavailable);
    auto idle = co_await connected(on);
    EXPECT_TRUE(idle.still_alive());
    const auto idle_pid = std::to_string(idle.backend_pid());
    EXPECT_EQ(co_await scalar(other, "select pg_terminate_backend(" + idle_pid + ", 5000)"), "t");
    EXPECT_FALSE(idle.still_alive());
    EXPECT_TRUE(idle.broken());
}

TEST(connection_integration, a_terminated_session_is_unavailable_and_broken)
{
    test::run_on_fresh_runtime(a_terminated_backend);
}

io::task<> pipelines(io::runtime& on)
{
    auto db = co_await connected(on);
    auto all = co_await db.run(
        {{"begin"}, {"select $1::int", {{"5"}}}, {"select i from generate_series(1, 20) i"}, {"commit"}},
        {.max_rows = 10},
        soon()
    );
    EXPECT_TRUE(all) << describe(all.error());
    EXPECT_TRUE(all->ok());
    EXPECT_EQ(all->results.size(), 4U);
    EXPECT_EQ(all->results[1].rows.value(0, 0), "5");
    EXPECT_EQ(all->results[2].rows.size(), 10U);
    EXPECT_EQ(all->results[2].total_rows, 20U);
    EXPECT_EQ(db.transaction(), transaction_status::idle);
    auto broken = co_await db.run(
        {{"create table pipeline_test(i int)"}, {"insert into pipeline_test values (1)"}, {"select 1/0"}, {"select 2"}},
        {},
        soon()
    );
    EXPECT_TRUE(broken);
    EXPECT_FALSE(broken->ok());
    EXPECT_EQ(broken->results.size(), 2U);
    EXPECT_EQ(broken->failure->sqlstate, "22012");
    EXPECT_EQ(co_await scalar(db, "select to_regclass('pipeline_test') is null"), "t");
    auto late = co_await db.run({{"begin"}, {"select pg_sleep(30)"}, {"select 1"}}, {}, io::deadline::after(100ms));
    EXPECT_EQ(late.error().code, condition::timeout);
    EXPECT_FALSE(db.broken());
    EXPECT_EQ(db.transaction(), transaction_status::failed);
    EXPECT_TRUE(co_await db.query("rollback", {}, soon()));
    EXPECT_EQ(co_await scalar(db, "select 11"), "11");
    auto none = co_await db.run({}, {}, soon());
    EXPECT_TRUE(none && none->results.empty());
}

TEST(connection_integration, a_pipeline_gives_each_result_or_stops_at_the_first_failure)
{
    test::run_on_fresh_runtime(pipelines);
}

io::task<> a_large_pipeline(io::runtime& on)
{
    auto db = co_await connected(on);
    const string large(100'000, 'y');
    vector<statement> many;
    for (int i = 0; i < 200; ++i)
        many.push_back({"select $1::text || repeat('z', 100000)", {{large}}});
    auto all = co_await db.run(std::move(many), {}, io::deadline::after(3 * patience));
    EXPECT_TRUE(all) << describe(all.error());
    EXPECT_EQ(all->results.size(), 200U);
    EXPECT_EQ(all->results[199].rows.bytes(), 200'000U);
}

TEST(connection_integration, a_pipeline_larger_than_all_buffers_does_not_lock_up)
{
    test::run_on_fresh_runtime(a_large_pipeline);
}

io::task<> scripts(io::runtime& on)
{
    auto db = co_await connected(on);
    EXPECT_TRUE(
        co_await db.simple_script("create temp table s(i int); insert into s values (1),(2); select * from s", soon())
    );
    EXPECT_EQ(co_await scalar(db, "select count(*) from s"), "2");
    auto wrong = co_await db.simple_script("insert into s values (3); select 1/0; insert into s values (4)", soon());
    EXPECT_EQ(wrong.error().sqlstate, "22012");
    EXPECT_EQ(co_await scalar(db, "select count(*) from s"), "2");
}

TEST(connection_integration, a_script_runs_as_one_and_stops_at_its_first_failure)
{
    test::run_on_fresh_runtime(scripts);
}

} // namespace
} // namespace basekeeper::pg
