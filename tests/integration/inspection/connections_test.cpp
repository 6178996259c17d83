// monitor_connections on a server whose connections the test takes away.
#include "inspected.hpp"
#include "io/nursery.hpp"

namespace basekeeper::inspection {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

[[noreturn]] void rethrow(std::exception_ptr bug)
{
    std::rethrow_exception(bug);
}

pg::target as(const std::string& url, std::string user, std::string application = "client")
{
    auto to = pg::parse_target(url).value();
    to.user = std::move(user);
    to.application_name = std::move(application);
    return to;
}

/// Takes connections until `most` are taken or the server refuses.
io::task<std::vector<pg::connection>> occupy(workplace& w, const pg::target& to, std::size_t most)
{
    std::vector<pg::connection> out;
    while (out.size() < most) {
        auto one = co_await pg::connection::open(w.on.executor(), w.on.pool(), to, soon());
        if (!one) {
            EXPECT_EQ(one.error().sqlstate, "53300");
            break;
        }
        out.push_back(*std::move(one));
    }
    co_return out;
}

int of(const connections_report& r, service s, std::string_view role)
{
    int n = 0;
    for (const auto& u : r.use)
        if (u.service == s && u.role == role)
            n += u.connections;
    return n;
}

io::task<connections_report> report_of(workplace& w)
{
    auto got = co_await monitor_connections(sources_of(w), "shop", soon());
    EXPECT_TRUE(got) << (got ? "" : describe(got.error()));
    co_return got ? *std::move(got) : connections_report{};
}

constexpr std::string_view make_roles = R"(
create role authenticator login; create role supabase_auth_admin login; create role plain login connection limit 20)";

TEST(connections, are_counted_by_service_role_and_state)
{
    const test::postgres_server server({.settings = {"max_connections=30"}});
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script(std::string(make_roles));
            const auto rest = co_await occupy(w, as(w.url, "authenticator", "PostgREST 14.1"), 3);
            auto auth = co_await occupy(w, as(w.url, "supabase_auth_admin"), 2);
            const auto strangers = co_await occupy(w, as(w.url, "plain", "psql"), 2);
            co_await run(auth[0], "begin; select 'left open'");
            const auto got = co_await report_of(w);
            EXPECT_EQ(got.slots.max, 30);
            EXPECT_EQ(got.slots.usable, 27);
            EXPECT_EQ(got.slots.used, 9) << "with the workplace's own and ours";
            EXPECT_EQ(of(got, service::rest, "authenticator"), 3);
            EXPECT_EQ(of(got, service::auth, "supabase_auth_admin"), 2);
            EXPECT_EQ(of(got, service::other, "plain"), 2);
            EXPECT_EQ(of(got, service::ours, "postgres"), 2);
            EXPECT_THAT(got.use, Contains(Field(&connection_use::role_limit, std::optional(20))));
            EXPECT_EQ(got.idle_in_transaction.size(), 1U);
            EXPECT_EQ(got.idle_in_transaction.at(0).pid, auth[0].backend_pid());
            EXPECT_THAT(got.idle_in_transaction.at(0).query, HasSubstr("left open"));
            EXPECT_FALSE(got.alert);
            EXPECT_FALSE(got.hidden);
            EXPECT_THAT(got.blocked, IsEmpty());
            EXPECT_THAT(got.advice, IsEmpty());
        },
        {},
        database::fresh_database(server)
    );
}

TEST(connections, blocked_sessions_name_their_blockers)
{
    const test::postgres_server server;
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script("create table t (id int)");
            auto holders = co_await occupy(w, as(w.url, "postgres"), 2);
            co_await run(holders[0], "begin; lock table t");
            io::nursery jobs(w.on.executor(), rethrow);
            const auto wait = [&]() -> io::task<> {
                EXPECT_TRUE(co_await holders[1].query("select * from t", {}, soon()));
            };
            jobs.spawn(wait());
            connections_report got;
            for (int i = 0; i < 100 && got.blocked.empty(); ++i) {
                static_cast<void>(co_await io::sleep(20ms));
                got = co_await report_of(w);
            }
            EXPECT_EQ(got.blocked.size(), 1U);
            if (!got.blocked.empty())
                EXPECT_EQ(got.blocked[0].blocked_by, (std::vector<std::int64_t>{holders[0].backend_pid()}));
            co_await run(holders[0], "rollback");
            EXPECT_TRUE(co_await jobs.join(soon()));
        },
        {},
        database::fresh_database(server)
    );
}

/// Runs `body(workplace&)` as `user` on a server with 12 connections, 3 of them reserved, for the body to take.
template <class Body>
void on_a_full_server(const std::string& user, Body body)
{
    const test::postgres_server server({.settings = {"max_connections=12", "superuser_reserved_connections=3"}});
    const auto admin = database::fresh_database(server);
    at_work(
        [&](workplace& w) -> io::task<> {
            co_await w.script(std::string(make_roles));
            co_await w.script("grant pg_read_all_stats to plain");
            co_await w.close();
        },
        {},
        admin
    );
    auto url = admin;
    url.replace(url.find("postgres@"), 8, user);
    at_work(std::move(body), {}, url);
}

TEST(connections, are_shown_to_a_superuser_on_a_full_server)
{
    on_a_full_server("postgres", [](workplace& w) -> io::task<> {
        const auto others = co_await occupy(w, as(w.url, "authenticator"), 12);
        EXPECT_EQ(others.size(), 9U);
        const auto got = co_await report_of(w);
        EXPECT_EQ(got.slots.used, 10) << "one of the reserved";
        EXPECT_EQ(got.slots.usable, 9);
        EXPECT_TRUE(got.alert);
        EXPECT_THAT(got.alert.value_or(""), HasSubstr("10 of 9 usable"));
        EXPECT_THAT(got.advice, Contains(Field(&connection_advice::setting, "PGRST_DB_POOL")));
    });
}

TEST(connections, are_shown_by_the_connection_held_open_when_even_reserved_ones_are_taken)
{
    on_a_full_server("plain", [](workplace& w) -> io::task<> {
        EXPECT_TRUE(co_await w.db.tables("shop", {}, soon())) << "any call opens the connection that is held";
        const auto others = co_await occupy(w, as(w.url, "authenticator"), 12);
        const auto reserved = co_await occupy(w, as(w.url, "postgres"), 12);
        EXPECT_EQ(others.size() + reserved.size(), 11U) << "every slot but ours";
        for (int i = 0; i < 3; ++i) {
            const auto got = co_await report_of(w);
            EXPECT_EQ(got.slots.used, 12);
            EXPECT_EQ(of(got, service::ours, "plain"), 1);
            EXPECT_EQ(of(got, service::rest, "authenticator"), 8);
            EXPECT_TRUE(got.alert);
        }
        const auto page = co_await page_of(w, report::role_stats);
        EXPECT_THAT(page, HasSubstr("authenticator")) << "reports come the same way";
    });
}

TEST(connections, many_callers_on_a_full_server_all_get_their_answer)
{
    on_a_full_server("plain", [](workplace& w) -> io::task<> {
        EXPECT_TRUE(co_await w.db.tables("shop", {}, soon()));
        const auto others = co_await occupy(w, as(w.url, "authenticator"), 12);
        io::nursery jobs(w.on.executor(), rethrow);
        int answered = 0;
        const auto call = [&]() -> io::task<> {
            if (co_await w.db.tables("shop", {}, soon()))
                ++answered;
            if (co_await monitor_connections(sources_of(w), "shop", soon()))
                ++answered;
        };
        for (int i = 0; i < 12; ++i)
            jobs.spawn(call());
        EXPECT_TRUE(co_await jobs.join(soon()));
        EXPECT_EQ(answered, 24);
    });
}

TEST(connections, a_full_server_without_any_way_in_says_who_can_look)
{
    on_a_full_server("plain", [](workplace& w) -> io::task<> {
        const auto others = co_await occupy(w, as(w.url, "authenticator"), 12);
        const auto got = co_await monitor_connections(sources_of(w), "shop", io::deadline::after(8s));
        EXPECT_FALSE(got);
        EXPECT_EQ(got.error().sqlstate, "53300");
        EXPECT_THAT(got.error().hint, HasSubstr("superuser"));
    });
}

TEST(connections, a_login_without_rights_counts_all_and_is_told_what_is_hidden)
{
    const test::postgres_server server;
    const auto admin = database::fresh_database(server);
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script(std::string(make_roles));
            auto url = w.url;
            url.replace(url.find("postgres@"), 8, "plain");
            workplace narrow(w.on, url);
            const auto others = co_await occupy(w, as(w.url, "authenticator"), 4);
            const auto got = co_await report_of(narrow);
            EXPECT_EQ(got.slots.used, 6);
            EXPECT_EQ(of(got, service::rest, "authenticator"), 4);
            EXPECT_THAT(got.use, Contains(Field(&connection_use::state, "hidden")));
            EXPECT_THAT(got.hidden.value_or(""), HasSubstr("grant pg_read_all_stats to plain"));
            co_await narrow.close();
        },
        {},
        admin
    );
}

} // namespace
} // namespace basekeeper::inspection
