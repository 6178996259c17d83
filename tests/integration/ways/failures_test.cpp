// The nine failures that people meet, each made on a real server, each with a sentence and a fix of its own.
#include "integration/ways/refusing_pooler.hpp"
#include "io/event.hpp"
#include "pg/connection.hpp"
#include "support/pgbouncer.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"
#include "support/server_process.hpp"

#include <gmock/gmock.h>

namespace basekeeper::ways {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view wrong_password = "wr0ng-s3cret";

io::deadline soon()
{
    return io::deadline::after(20s);
}

pg::target target_of(std::string_view url)
{
    return pg::parse_target(url).value();
}

error failure_of(const pg::target& to)
{
    return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<error> {
        auto got = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
        if (got)
            co_return error{condition::internal, "it connected", ""};
        EXPECT_THAT(describe(got.error()) + got.error().server_text, Not(HasSubstr(std::string(wrong_password))));
        co_return got.error();
    });
}

TEST(failures, refused)
{
    auto to = target_of(test::shared_server().tcp_url());
    to.port = test::free_port();
    const auto e = failure_of(to);
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("nothing listens at 127.0.0.1:"));
    EXPECT_THAT(e.hint, HasSubstr("publishes the pooler's ports only"));
    to.port = 1;
    to.host = "127.0.0.1";
    EXPECT_THAT(failure_of(to).hint, HasSubstr("5432"));
}

TEST(failures, unreachable)
{
    // An address for documentation only; which of the answers comes depends on the machine's routes.
    pg::target to{.host = "2001:db8::1", .password = crypto::secret<std::string>(std::string(wrong_password))};
    to.connect_timeout = 1s;
    const auto e = failure_of(to);
    EXPECT_TRUE(e.code == condition::unavailable || e.code == condition::timeout) << describe(e);
    EXPECT_TRUE(
        e.message.contains("has IPv6 addresses only, and this machine has no IPv6 network") ||
        e.message.contains("no route leads") || e.message.contains("in time")
    ) << e.message;
    EXPECT_FALSE(e.hint.empty());
}

TEST(failures, a_host_name_that_nobody_knows)
{
    const auto hint_for = [](std::string host) {
        auto to = target_of("postgres://postgres:" + std::string(wrong_password) + "@x/postgres");
        to.host = std::move(host);
        const auto e = failure_of(to);
        return e.message + " | " + e.hint;
    };
    EXPECT_THAT(hint_for("no-such-host.invalid"), HasSubstr("cannot be resolved"));
    EXPECT_THAT(hint_for("supabase-db"), HasSubstr("inside the Docker network"));
    EXPECT_THAT(hint_for("supabase-kong"), HasSubstr("HTTP gateway"));
    EXPECT_THAT(hint_for("db.aaaaaaaaaaaaaaaaaaaa.supabase.co"), HasSubstr("session pooler"));
}

TEST(failures, a_wrong_password)
{
    const test::postgres_server strict({.tcp = test::login::scram});
    auto to = target_of(strict.tcp_url());
    to.password = crypto::secret<std::string>(std::string(wrong_password));
    auto e = failure_of(to);
    EXPECT_EQ(e.code, condition::denied);
    EXPECT_EQ(e.sqlstate, "28P01");
    EXPECT_THAT(e.message, HasSubstr("the password of the user is wrong"));
    EXPECT_THAT(e.hint, HasSubstr("counts at the first start only"));
    to.password = crypto::secret<std::string>("[" + strict.superuser_password() + "]");
    e = failure_of(to);
    EXPECT_THAT(e.hint, HasSubstr("leave the square brackets out"));
    EXPECT_THAT(describe(e), Not(HasSubstr(strict.superuser_password())));
}

TEST(failures, tenant_or_user_not_found)
{
    const refusing_pooler supavisor("XX000", "Tenant or user not found");
    auto to = target_of("postgres://postgres:" + std::string(wrong_password) + "@127.0.0.1/postgres");
    to.port = supavisor.port();
    auto e = failure_of(to);
    EXPECT_EQ(e.code, condition::not_found);
    EXPECT_THAT(e.message, HasSubstr("knows no such tenant or user"));
    EXPECT_THAT(e.hint, HasSubstr("postgres.TENANT"));
    to.user = "postgres.shop";
    e = failure_of(to);
    EXPECT_THAT(e.hint, HasSubstr("POOLER_TENANT_ID"));
}

TEST(failures, too_many_connections)
{
    test::postgres_server small(
        {.settings = {"max_connections = 6", "superuser_reserved_connections = 2", "max_wal_senders = 0"}}
    );
    auto to = target_of(small.socket_url());
    const auto fill = [&](io::runtime& on) -> io::task<error> {
        auto admin = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
        EXPECT_TRUE(
            admin && co_await admin->simple_script(
                         "create role crowd login; create role one login connection "
                         "limit 1",
                         soon()
                     )
        );
        auto crowd = to;
        crowd.user = "one";
        auto only = co_await pg::connection::open(on.executor(), on.pool(), crowd, soon());
        EXPECT_TRUE(only);
        const auto second = co_await pg::connection::open(on.executor(), on.pool(), crowd, soon());
        EXPECT_TRUE(!second && second.error().message.contains("its own connection limit"));
        crowd.user = "crowd";
        std::vector<pg::connection> held;
        for (int i = 0; i < 10; ++i) {
            auto got = co_await pg::connection::open(on.executor(), on.pool(), crowd, soon());
            if (!got)
                co_return std::move(got).error();
            held.push_back(*std::move(got));
        }
        co_return error{};
    };
    const auto e = test::run_on_fresh_runtime(fill);
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_EQ(e.sqlstate, "53300");
    EXPECT_THAT(e.message, HasSubstr("reserved"));
    EXPECT_THAT(e.hint, HasSubstr("6543"));
}

TEST(failures, too_many_clients_of_the_pooler)
{
    const test::pgbouncer narrow(test::shared_server(), {.max_clients = 1});
    const auto to = target_of(narrow.url());
    const auto fill = [&](io::runtime& on) -> io::task<error> {
        auto first = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
        EXPECT_TRUE(first) << (first ? "" : describe(first.error()));
        auto second = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
        co_return second ? error{} : second.error();
    };
    const auto e = test::run_on_fresh_runtime(fill);
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("the pooler has no free client connection"));
    EXPECT_THAT(e.hint, HasSubstr("POOLER_MAX_CLIENT_CONN"));
}

TEST(failures, the_server_is_starting_up)
{
    test::postgres_server server;
    server.hang_while_starting();
    const auto e = failure_of(target_of(server.socket_url()));
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_EQ(e.sqlstate, "57P03");
    EXPECT_THAT(e.message, HasSubstr("the server is starting up"));
}

TEST(failures, the_server_is_shutting_down)
{
    test::postgres_server server;
    const auto to = target_of(server.socket_url());
    const auto end = [&](io::runtime& on) -> io::task<error> {
        auto holds_it_up = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
        EXPECT_TRUE(holds_it_up);
        server.begin_shutdown();
        for (int i = 0; i < 500; ++i) {
            auto late = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
            if (!late)
                co_return std::move(late).error();
            (void)co_await io::sleep(10ms);
        }
        co_return error{};
    };
    const auto e = test::run_on_fresh_runtime(end);
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("the server is shutting down"));
    EXPECT_THAT(e.hint, HasSubstr("restarted"));
}

TEST(failures, a_named_statement_through_a_transaction_pooler)
{
    const test::pgbouncer pooler(test::shared_server(), {.pool_size = 1});
    const auto to = target_of(pooler.url());
    const auto use = [&](io::runtime& on) -> io::task<> {
        auto one = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
        auto two = co_await pg::connection::open(on.executor(), on.pool(), to, soon());
        if (!one || !two) {
            ADD_FAILURE() << describe(one ? two.error() : one.error()) << pooler.log();
            co_return;
        }
        EXPECT_TRUE(co_await one->query("prepare s1 as select 1", {}, soon()));
        auto again = co_await two->query("prepare s1 as select 2", {}, soon());
        EXPECT_TRUE(!again && again.error().sqlstate == "42P05");
        if (!again)
            EXPECT_THAT(again.error().hint, HasSubstr("session mode (port 5432)"));
        auto missing = co_await two->query("execute s2", {}, soon());
        EXPECT_TRUE(!missing && missing.error().sqlstate == "26000");
        if (!missing)
            EXPECT_THAT(missing.error().hint, HasSubstr("transaction pooler"));
    };
    test::run_on_fresh_runtime(use);
}

TEST(failures, options_that_a_pooler_does_not_take)
{
    const test::pgbouncer pooler(test::shared_server());
    auto to = target_of(pooler.url());
    to.options = "-c statement_timeout=5s";
    const auto e = failure_of(to);
    EXPECT_EQ(e.code, condition::invalid_argument);
    EXPECT_THAT(e.hint, HasSubstr("ignore_startup_parameters"));
    to.options.clear();
    to.password = crypto::secret<std::string>(std::string(wrong_password));
    EXPECT_EQ(failure_of(to).code, condition::denied);
    EXPECT_THAT(failure_of(to).message, HasSubstr("the password of the user is wrong"));
}

} // namespace
} // namespace basekeeper::ways
