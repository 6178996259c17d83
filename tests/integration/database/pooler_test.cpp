// The engine behind a pooler in transaction mode: all of our own statements work there, whichever session serves them.
#include "features/instances/probe.hpp"
#include "support/pgbouncer.hpp"
#include "workplace.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;

/// The superuser's URL through a pooler, to a fresh database on the shared server.
std::string through(const test::pgbouncer& pooler)
{
    const auto url = fresh_database();
    return pooler.url(url.substr(url.rfind('/') + 1));
}

constexpr std::string_view orders = R"(
create table public.orders (id int primary key, note text); insert into public.orders select n, 'x' from generate_series(1, 50) n;
create view public.big as select id from public.orders where id > 40)";

class pooled : public testing::TestWithParam<test::pool_mode>
{};

TEST_P(pooled, reads_writes_and_the_catalogue_work_through_it)
{
    const test::pgbouncer pooler(test::shared_server(), {.mode = GetParam(), .pool_size = 10});
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script(std::string(orders));
            for (int round = 0; round < 3; ++round) {
                EXPECT_EQ(first(co_await w.write("select count(*) from public.orders")), "50");
                EXPECT_EQ(
                    first(co_await w.write("update public.orders set note = 'y' where id = 1 returning note")), "y"
                );
            }
            execution several;
            for (const auto* sql : {"insert into public.orders values (51, 'z')", "select max(id) from public.orders"})
                several.statements.push_back({.sql = sql, .params = {}, .param_types = {}});
            const auto both = co_await w.db.execute("shop", several, soon());
            EXPECT_TRUE(both) << first(both);
            several.end = transaction_end::roll_back;
            several.statements.front().sql = "delete from public.orders";
            EXPECT_TRUE(co_await w.db.execute("shop", several, soon()));
            EXPECT_EQ(first(co_await w.write("select count(*) from public.orders")), "51");
            const auto tables = co_await w.db.tables("shop", {}, soon());
            EXPECT_TRUE(tables);
            const auto schema = co_await w.db.schema("shop", {}, soon());
            EXPECT_TRUE(schema) << (schema ? "" : describe(schema.error()));
            EXPECT_TRUE(co_await w.db.extensions("shop", soon()));
            const auto plan = co_await w.db.explain(
                "shop",
                {.sql = "select * from public.orders", .params = {}, .param_types = {}},
                engine::measure::estimate,
                soon()
            );
            EXPECT_TRUE(plan) << (plan ? "" : describe(plan.error()));
        },
        {},
        through(pooler)
    );
}

TEST_P(pooled, the_narrow_login_is_made_and_reads_through_it)
{
    const test::pgbouncer pooler(test::shared_server(), {.mode = GetParam(), .pool_size = 10});
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script(std::string(orders));
            co_await w.harden();
            for (int round = 0; round < 3; ++round)
                EXPECT_EQ(
                    first(co_await w.read("select current_user || ' ' || count(*) from public.big")), w.reader() + " 10"
                );
            EXPECT_THAT(first(co_await w.read("select nextval('x')")), HasSubstr("only reads"));
            EXPECT_THAT(first(co_await w.read("select pg_catalog.pg_sleep(5)", 200ms)), HasSubstr("error"));
            EXPECT_EQ(first(co_await w.read("select 1")), "1") << "after a cancellation";
        },
        {},
        through(pooler)
    );
}

TEST_P(pooled, many_callers_at_once_get_their_own_answers)
{
    const test::pgbouncer pooler(test::shared_server(), {.mode = GetParam(), .pool_size = 3});
    at_work(
        [](workplace& w) -> io::task<> {
            for (int n = 0; n < 200; ++n)
                EXPECT_EQ(
                    first(co_await w.write(fmt::format("select {} from (values (1)) v", n % 7))), std::to_string(n % 7)
                );
        },
        {},
        through(pooler)
    );
}

INSTANTIATE_TEST_SUITE_P(
    modes,
    pooled,
    testing::Values(test::pool_mode::transaction, test::pool_mode::session),
    [](const auto& mode) { return mode.param == test::pool_mode::session ? "session" : "transaction"; }
);

TEST(pooled_once, test_connection_tells_the_mode_and_what_it_forbids)
{
    const test::pgbouncer pooler(test::shared_server());
    at_work(
        [](workplace& w) -> io::task<> {
            const auto ways = co_await instances::try_ways_in(w.names, w.on.executor(), w.on.pool(), "shop", soon());
            EXPECT_TRUE(ways);
            if (!ways)
                co_return;
            EXPECT_EQ(ways->front().pooling, "transaction");
            EXPECT_THAT(ways->front().next.value_or(""), HasSubstr("advisory locks"));
        },
        {},
        pooler.url()
    );
}

} // namespace
} // namespace basekeeper::database
