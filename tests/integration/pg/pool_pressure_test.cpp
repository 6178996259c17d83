// A pool on a server whose connections run out: it leaves the last ones to others, shares what it has, and grows again.
#include "integration/pg/database.hpp"
#include "io/nursery.hpp"

#include <vector>

namespace basekeeper::pg {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void rethrow(std::exception_ptr bug)
{
    std::rethrow_exception(bug);
}

/// 12 connections: 9 for everybody, 3 for superusers.
class small_server
{
public:
    explicit small_server(io::runtime& on) : on_(on) {}

    io::task<> prepare()
    {
        auto db = co_await connection::open(on_.executor(), on_.pool(), as("postgres"), soon());
        EXPECT_TRUE(db) << describe(db.error());
        EXPECT_TRUE(co_await db->simple_script("create role app login", soon()));
    }

    target as(const std::string& user) const
    {
        auto to = parse_target(server_.socket_url()).value();
        to.user = user;
        return to;
    }

    /// Sessions of a role that does not belong to the pool, as many as asked for or as the server lets in.
    io::task<std::size_t> occupy(std::size_t most, std::string user = "app")
    {
        std::size_t taken = 0;
        while (taken < most) {
            auto one = co_await connection::open(on_.executor(), on_.pool(), as(user), soon());
            if (!one) {
                EXPECT_EQ(one.error().sqlstate, "53300");
                break;
            }
            others.push_back(*std::move(one));
            ++taken;
        }
        co_return taken;
    }

    std::vector<connection> others;

private:
    io::runtime& on_;
    test::postgres_server server_{{.settings = {"max_connections=12", "superuser_reserved_connections=3"}}};
};

/// `count` callers at once, each holding its connection for a moment; how many were served.
io::task<int> crowd(io::runtime& on, pool& db, int count)
{
    io::nursery jobs(on.executor(), rethrow);
    int served = 0;
    const auto work = [&]() -> io::task<> {
        auto got = co_await db.acquire(soon());
        EXPECT_TRUE(got) << describe(got.error());
        if (got && co_await scalar(**got, "select 1 from pg_sleep(0.05)") == "1")
            ++served;
    };
    for (int i = 0; i < count; ++i)
        jobs.spawn(work());
    EXPECT_TRUE(co_await jobs.join(soon()));
    co_return served;
}

io::task<> last_slots(io::runtime& on)
{
    small_server server(on);
    co_await server.prepare();
    EXPECT_EQ(co_await server.occupy(3), 3U);
    pool db(on.executor(), on.pool(), server.as("app"), {.max_connections = 8});
    EXPECT_EQ(db.usage().limit, 8U);
    EXPECT_EQ(co_await crowd(on, db, 20), 20);
    EXPECT_LE(db.usage().limit, 4U);
    EXPECT_GE(co_await server.occupy(9), 3U) << "what is left for others";
    EXPECT_EQ(co_await crowd(on, db, 20), 20) << "on a full server";
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_pressure_integration, the_last_free_connections_are_left_to_others)
{
    test::run_on_fresh_runtime(last_slots);
}

io::task<> reserved_slots(io::runtime& on)
{
    small_server server(on);
    co_await server.prepare();
    EXPECT_EQ(co_await server.occupy(9), 9U);
    pool db(on.executor(), on.pool(), server.as("postgres"), {.max_connections = 8});
    EXPECT_EQ(co_await crowd(on, db, 10), 10);
    EXPECT_EQ(db.usage().idle, 1U) << "a superuser's pool takes one reserved connection, not all";
    EXPECT_EQ(co_await server.occupy(3, "postgres"), 2U);
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_pressure_integration, reserved_connections_stay_reserved)
{
    test::run_on_fresh_runtime(reserved_slots);
}

io::task<> one_is_kept(io::runtime& on)
{
    small_server server(on);
    co_await server.prepare();
    pool db(on.executor(), on.pool(), server.as("app"), {.max_connections = 6});
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon()));
    EXPECT_EQ(co_await crowd(on, db, 2), 2);
    co_await server.occupy(12);
    EXPECT_EQ(co_await crowd(on, db, 6), 6);
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon())) << "lanes give way to the line";
    const auto now = db.usage();
    EXPECT_GE(now.idle + now.lanes, 1U);
    EXPECT_LT(now.limit, 6U);
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_pressure_integration, callers_share_what_the_pool_has_when_the_server_is_full)
{
    test::run_on_fresh_runtime(one_is_kept);
}

io::task<> nothing_to_share(io::runtime& on)
{
    small_server server(on);
    co_await server.prepare();
    EXPECT_EQ(co_await server.occupy(12), 9U);
    pool db(on.executor(), on.pool(), server.as("app"), {.connect_attempts = 2, .first_pause = 1ms});
    const auto refused = co_await db.acquire(soon());
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().sqlstate, "53300");
    EXPECT_FALSE(co_await db.run_shared({"select 1"}, {}, soon()));
    server.others.pop_back();
    EXPECT_TRUE(co_await db.acquire(soon())) << "the next free one is taken";
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_pressure_integration, an_empty_pool_says_that_the_server_is_full)
{
    test::run_on_fresh_runtime(nothing_to_share);
}

io::task<> growing_again(io::runtime& on)
{
    small_server server(on);
    co_await server.prepare();
    co_await server.occupy(8);
    pool db(on.executor(), on.pool(), server.as("app"), {.max_connections = 4, .recovery = 50ms});
    EXPECT_EQ(co_await crowd(on, db, 4), 4);
    EXPECT_EQ(db.usage().idle, 1U);
    server.others.clear();
    for (int i = 0; i < 100 && db.usage().limit < 4; ++i)
        static_cast<void>(co_await io::sleep(20ms));
    EXPECT_EQ(co_await crowd(on, db, 8), 8);
    EXPECT_EQ(db.usage().idle, 4U);
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_pressure_integration, the_pool_grows_again_when_others_have_gone)
{
    test::run_on_fresh_runtime(growing_again);
}

io::task<> kept_open(io::runtime& on)
{
    pool db(on.executor(), on.pool(), by_socket(), {.idle_timeout = 40ms, .keep_idle = 1});
    {
        auto one = co_await db.acquire(soon());
        auto two = co_await db.acquire(soon());
    }
    EXPECT_EQ(db.usage().idle, 2U);
    static_cast<void>(co_await io::sleep(300ms));
    EXPECT_EQ(db.usage().idle, 1U);
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_pressure_integration, one_idle_connection_is_held_open_where_that_is_asked_for)
{
    test::run_on_fresh_runtime(kept_open);
}

} // namespace
} // namespace basekeeper::pg
