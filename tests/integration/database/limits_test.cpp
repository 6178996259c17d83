// Reads without bound: time, rows and memory end them, and the server does not go on working.
#include "json/text.hpp"
#include "trace.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// True when the sanitizer's own memory makes a bound on resident memory meaningless.
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

std::size_t resident_bytes()
{
    std::size_t total = 0;
    std::size_t resident = 0;
    auto* file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr || std::fscanf(file, "%zu %zu", &total, &resident) != 2)
        resident = 0;
    if (file != nullptr)
        std::fclose(file);
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

constexpr auto endless = std::to_array<std::string_view>({
    "select pg_sleep(60)",
    "select pg_sleep_until(now() + interval '1 minute')",
    "select count(pg_sleep(0.01)) from generate_series(1, 100000)",
    "select repeat('x', 1000000000)",
    "select length(repeat('x', 1000000000))",
    "select repeat(repeat('x', 10000), 100000)",
    "select lpad('', 900000000, 'ab')",
    "select array_fill(1, array[20000, 10000])",
    "select count(*) from generate_series(1, 1000000000000)",
    "select * from generate_series(1, 1000000000000)",
    "select n, repeat('y', 100000) from generate_series(1, 1000000) n",
    "select string_agg(n::text, ',') from generate_series(1, 1000000000) n",
    "with recursive r(n) as (select 1 union all select n + 1 from r) select n from r",
    "with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r",
    "with recursive r(t) as (select 'x' union all select t || t from r) select length(t) from r",
    "select count(*) from pg_class a, pg_class b, pg_class c, pg_class d",
    "select a.oid from pg_class a, pg_class b, pg_class c, pg_class d order by md5(a.oid::text || d.oid::text)",
    "select 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' ~ '^(a?){34}(a){34}$'",
    "select regexp_replace(repeat('ab', 500000), '(a|b|ab)*c', 'x')",
    "select factorial(60000)",
    "select 9 ^ 9 ^ 9 ^ 9::numeric",
    "select exp(5999.0::numeric(200, 100)) ^ 2000",
    "select jsonb_agg(n) from generate_series(1, 100000000) n",
    "explain analyze select count(*) from generate_series(1, 1000000000000)",
});

io::task<> run_endless(workplace& w)
{
    co_await w.harden();
    const auto before = co_await trace(w);
    const auto memory = resident_bytes();
    for (const auto sql : endless) {
        const auto began = std::chrono::steady_clock::now();
        const auto got = co_await w.read(std::string(sql), 1s);
        const auto took = std::chrono::steady_clock::now() - began;
        EXPECT_LT(took, 5s) << sql;
        if (got)
            EXPECT_LT(encoded(*got).size(), std::size_t{300'000}) << sql;
        if (!sanitized)
            EXPECT_LT(resident_bytes(), memory + (std::size_t{64} << 20U)) << sql;
    }
    EXPECT_EQ(first(co_await w.read("select 1")), "1");
    EXPECT_EQ(co_await difference(w, before), "nothing");
    std::string left = "?";
    for (const auto until = io::deadline::after(5s); left != "0" && !until.expired();)
        left = co_await w.value(
            w.with_reader("select count(*) from pg_stat_activity, pg_sleep(0.1) where usename = ':reader' "
                          "and state <> 'idle'")
        );
    EXPECT_EQ(left, "0") << "statements still run on the server";
}

TEST(limits, every_endless_read_ends_within_its_timeout_with_bounded_memory)
{
    at_work(run_endless);
}

io::task<> count_exactly(workplace& w)
{
    co_await w.script("create table t as select n from generate_series(1, 5000) n");
    execution what;
    what.statements.push_back({.sql = "select n from t order by n", .params = {}, .param_types = {}});
    what.max_rows = 10;
    const auto got = co_await w.db.execute("shop", what, soon());
    EXPECT_EQ(first(got), "1");
    if (got) {
        EXPECT_EQ(got->front().outcome.rows.size(), 10U);
        EXPECT_EQ(got->front().outcome.total_rows, 5000U);
        EXPECT_EQ(got->front().outcome.truncated, pg::truncation::rows);
        const auto text = encoded(got->front());
        EXPECT_THAT(text, HasSubstr(R"("truncated":true,"total_rows":5000,"truncated_by":"max_rows")"));
        EXPECT_TRUE(json::read(text));
    }
    const auto exact = co_await w.db.execute(
        "shop",
        {.statements = {{.sql = "select n from t limit 10", .params = {}, .param_types = {}}},
         .role = {},
         .claims = {},
         .end = transaction_end::commit,
         .timeout = {},
         .max_rows = 10},
        soon()
    );
    EXPECT_TRUE(exact && exact->front().outcome.truncated == pg::truncation::none);
}

TEST(limits, max_rows_cuts_exactly_and_tells_the_total)
{
    at_work(count_exactly);
}

io::task<> stay_within_bytes(workplace& w)
{
    const auto got = co_await w.read("select n, repeat('z', 1000) from generate_series(1, 900) n");
    EXPECT_EQ(first(got), "1");
    if (got) {
        const auto text = encoded(*got);
        EXPECT_LE(text.size(), w.db.caps().result_bytes + 1'000);
        EXPECT_THAT(text, HasSubstr("\"truncated_by\":\"max_bytes\""));
        EXPECT_TRUE(json::read(text));
    }
    // Every byte becomes six when encoded: the second budget, of the encoded text, cuts.
    const auto wide = co_await w.read("select repeat(chr(1), 1000) from generate_series(1, 200)");
    EXPECT_FALSE(first(wide).starts_with("error")) << first(wide);
    if (wide)
        EXPECT_LE(encoded(*wide).size(), w.db.caps().result_bytes + 1'000);
}

TEST(limits, results_stay_within_their_bytes)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.harden();
        co_await stay_within_bytes(w);
    });
}

io::task<> cancel_on_server(workplace& w)
{
    execution what;
    what.statements.push_back({.sql = "select pg_sleep(60) /* slow one */", .params = {}, .param_types = {}});
    what.timeout = 300ms;
    const auto got = co_await w.db.execute("shop", what, soon());
    EXPECT_THAT(first(got), StartsWith("error"));
    EXPECT_TRUE(!got && got.error().code == condition::timeout) << first(got);
    EXPECT_EQ(
        co_await w.value("select count(*) from pg_stat_activity, pg_sleep(0.2) where query like '%slow one%' "
                         "and state = 'active' and pid <> pg_backend_pid()"),
        "0"
    );
    EXPECT_EQ(first(co_await w.write("select 2")), "2");
}

TEST(limits, a_timeout_cancels_the_statement_on_the_server)
{
    at_work(cancel_on_server);
}

} // namespace
} // namespace basekeeper::database
