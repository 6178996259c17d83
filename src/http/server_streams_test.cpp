// Streams, clients that leave or do not read, and the end of a server.
#include "http/test_rig.hpp"

#include <optional>
#include <stdexcept>

namespace basekeeper::http {
namespace {

using namespace test_rig;

io::task<> three_pieces(request /*asked*/, exchange& with)
{
    auto& out = with.stream({});
    EXPECT_TRUE(out.write("one"));
    EXPECT_TRUE(out.write(""));
    EXPECT_TRUE(out.write("two"));
    co_await io::yield();
    co_await io::yield();
    EXPECT_EQ(out.queued(), 0U) << "given to the kernel without waiting for more";
    EXPECT_TRUE(out.write(std::string(5'000, 'x')));
    out.finish();
    EXPECT_FALSE(out.write("late"));
    co_await with.done();
}

TEST(server_streams, pieces_are_chunks_and_the_connection_goes_on)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, three_pieces);
        auto c = r.client();
        const auto expected = "3\r\none\r\n3\r\ntwo\r\n1388\r\n" + std::string(5'000, 'x') + "\r\n0\r\n\r\n";
        for (int i = 0; i < 2; ++i) {
            co_await c.send(get("/"));
            const auto head = co_await c.read_until("\r\n\r\n");
            EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
            EXPECT_EQ(head.find("Content-Length"), std::string::npos);
            EXPECT_EQ(co_await c.read(expected.size()), expected);
        }
        co_await r.stop();
    });
}

TEST(server_streams, an_old_client_gets_the_body_until_the_end)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, three_pieces);
        auto c = r.client();
        co_await c.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const auto got = co_await c.rest();
        EXPECT_EQ(body_of(got), "onetwo" + std::string(5'000, 'x'));
        EXPECT_EQ(got.find("Transfer-Encoding"), std::string::npos);
        EXPECT_NE(got.find("Connection: close"), std::string::npos);
        co_await r.stop();
    });
}

TEST(server_streams, head_gets_the_head_alone)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, three_pieces);
        auto c = r.client();
        co_await c.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nHEAD /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        co_await c.read_until("\r\n\r\n");
        EXPECT_EQ(body_of(co_await c.rest()), "");
        co_await r.stop();
    });
}

TEST(server_streams, a_failure_leaves_the_body_visibly_incomplete)
{
    const auto fails = [](request /*asked*/, exchange& with) -> io::task<> {
        with.stream({}).write("half");
        co_await io::yield();
        co_await io::yield();
        throw std::runtime_error("a bug");
    };
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, fails);
        auto c = r.client();
        co_await c.send(get("/"));
        EXPECT_EQ(body_of(co_await c.rest()), "4\r\nhalf\r\n");
        co_await r.stop();
    });
}

/// A handler that waits until it is told to end, and what it saw.
struct waiting_handler
{
    explicit waiting_handler(io::runtime& on) : started(on.executor()), go_on(on.executor()), ended(on.executor()) {}

    io::task<> operator()(request /*asked*/, exchange& with)
    {
        with.on_gone([this] {
            ++gone;
            go_on.set();
        });
        with.on_drain([this] { ++drains; });
        started.set();
        EXPECT_TRUE(co_await go_on.wait(io::deadline::after(10s)));
        with.respond({.body = "at last"});
        ended.set();
    }

    io::event started;
    io::event go_on;
    io::event ended;
    int gone = 0;
    int drains = 0;
};

TEST(server_gone, a_handler_hears_at_once_that_its_client_left)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        waiting_handler h(on);
        rig r(on, std::ref(h));
        {
            auto c = r.client();
            co_await c.send(get("/"));
            EXPECT_TRUE(co_await h.started.wait(io::deadline::after(10s)));
        }
        EXPECT_TRUE(co_await h.ended.wait(io::deadline::after(5s)));
        EXPECT_EQ(h.gone, 1);
        co_await r.stop();
    });
}

TEST(server_gone, what_is_sent_early_is_kept_and_does_not_hide_the_end)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        waiting_handler h(on);
        rig r(on, std::ref(h));
        auto c = r.client();
        co_await c.send(get("/"));
        EXPECT_TRUE(co_await h.started.wait(io::deadline::after(10s)));
        co_await c.send(get("/early"));
        co_await io::yield();
        ::shutdown(c.fd(), SHUT_WR);
        EXPECT_TRUE(co_await h.ended.wait(io::deadline::after(5s)));
        EXPECT_EQ(body_of(co_await c.response()), "at last") << "a client that only stopped sending still reads";
        EXPECT_EQ(body_of(co_await c.response()), "at last") << "and so it does for what it sent early";
        EXPECT_EQ(h.gone, 2) << "both were told";
        co_await r.stop();
    });
}

TEST(server_gone, nobody_is_told_after_the_answer)
{
    bool told = false;
    const auto quick = [&](request /*asked*/, exchange& with) -> io::task<> {
        with.on_gone([&] { told = true; });
        with.respond({});
        co_await with.done();
    };
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, quick);
        co_await r.ask(get("/"));
        co_await r.stop();
    });
    EXPECT_FALSE(told);
}

TEST(server_gone, a_stream_ends_when_its_client_leaves)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        io::event ended(on.executor());
        const auto streams = [&](request /*asked*/, exchange& with) -> io::task<> {
            auto& out = with.stream({});
            co_await with.done();
            EXPECT_FALSE(out.write("to nobody"));
            ended.set();
        };
        rig r(on, streams);
        {
            auto c = r.client();
            co_await c.send(get("/"));
            co_await c.read_until("\r\n\r\n");
        }
        EXPECT_TRUE(co_await ended.wait(io::deadline::after(5s)));
        co_await r.stop();
    });
}

/// Streams without end to `/slow` and answers others at once.
struct flood
{
    explicit flood(io::runtime& on) : dropped(on.executor()) {}

    io::task<> operator()(request asked, exchange& with)
    {
        if (asked.path != "/slow") {
            with.respond({.body = "quick"});
            co_return;
        }
        with.on_gone([this] { ++gone; });
        auto& out = with.stream({});
        while (out.write(std::string(piece, 'x'))) {
            most_queued = std::max(most_queued, out.queued());
            while (pause_when_queued && out.queued() > piece * 4 && !dropped.is_set() && gone == 0)
                static_cast<void>(co_await io::sleep(1ms));
            co_await io::yield();
        }
        co_await io::yield();
        dropped.set();
    }

    static constexpr std::size_t piece = 50'000;
    io::event dropped;
    std::size_t most_queued = 0;
    int gone = 0;
    bool pause_when_queued = false;
};

TEST(server_slow_reader, one_that_lets_too_much_pile_up_is_dropped_alone)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        flood f(on);
        rig r(on, std::ref(f), {.most_queued_bytes = 500'000});
        auto quick = r.client();
        auto slow = r.client(10'000);
        co_await slow.send(get("/slow"));
        EXPECT_TRUE(co_await f.dropped.wait(io::deadline::after(10s)));
        co_await io::yield();
        EXPECT_LE(f.most_queued, 500'100U);
        co_await quick.send(get("/"));
        EXPECT_EQ(body_of(co_await quick.response()), "quick");
        co_await slow.rest();
        co_await r.stop();
    });
}

TEST(server_slow_reader, one_that_takes_nothing_in_time_is_dropped)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        flood f(on);
        f.pause_when_queued = true;
        rig r(on, std::ref(f), {.write_time = 20ms});
        auto slow = r.client(10'000);
        co_await slow.send(get("/slow"));
        EXPECT_TRUE(co_await f.dropped.wait(io::deadline::after(10s)));
        EXPECT_EQ(f.gone, 1);
        co_await r.stop();
    });
}

TEST(server_failures, a_bug_outside_the_handler_costs_its_connection_alone)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        const auto gate = [](const request& head) -> std::optional<response> {
            if (head.path == "/bug")
                throw std::runtime_error("a bug");
            return std::nullopt;
        };
        rig r(on, echo, {}, gate);
        EXPECT_EQ(co_await r.ask(get("/bug")), "");
        EXPECT_EQ(r.served.counts().connections, 0U);
        EXPECT_EQ(body_of(co_await r.ask(get("/"))), "GET / ");
        co_await r.stop();
    });
}

TEST(server_drain, idle_connections_are_closed_and_new_ones_refused)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, echo);
        auto used = r.client();
        auto unused = r.client();
        co_await used.send(get("/"));
        co_await used.response();
        co_await r.stop();
        EXPECT_EQ(co_await used.rest(), "");
        EXPECT_EQ(co_await unused.rest(), "");
        EXPECT_EQ(r.served.counts().connections, 0U);
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(r.at.port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_NE(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        ::close(fd);
    });
}

TEST(server_drain, a_request_under_way_is_answered_and_then_closed)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        waiting_handler h(on);
        rig r(on, std::ref(h));
        auto c = r.client();
        co_await c.send(get("/"));
        EXPECT_TRUE(co_await h.started.wait(io::deadline::after(10s)));
        io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        std::optional<bool> in_time;
        const auto draining = [&]() -> io::task<> {
            in_time = (co_await r.served.drain(io::deadline::after(10s))).has_value();
        };
        jobs.spawn(draining());
        EXPECT_EQ(h.drains, 1);
        EXPECT_FALSE(in_time);
        h.go_on.set();
        const auto got = co_await c.rest();
        EXPECT_EQ(body_of(got), "at last");
        EXPECT_NE(got.find("Connection: close"), std::string::npos);
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));
        EXPECT_EQ(in_time, true);
    });
}

TEST(server_drain, what_is_no_complete_request_yet_is_no_reason_to_wait)
{
    for (const std::string begun :
         {"\r\n",
          "GET / HT",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
          "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf"})
        test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
            const auto refuses = [](const request& head) -> std::optional<response> {
                return head.path == "/refused" ? std::optional(response{.status = 401}) : std::nullopt;
            };
            rig r(on, echo, {}, refuses);
            auto c = r.client();
            co_await c.send(begun);
            co_await io::sleep(5ms);
            EXPECT_EQ(r.served.counts().connections, 1U);
            EXPECT_TRUE(co_await r.served.drain(io::deadline::after(2s))) << begun;
            co_await c.rest();
        });
}

TEST(server_drain, half_a_request_behind_the_one_under_way_is_no_reason_to_wait)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        waiting_handler h(on);
        rig r(on, std::ref(h));
        auto c = r.client();
        co_await c.send(get("/") + "GET /next HT");
        EXPECT_TRUE(co_await h.started.wait(io::deadline::after(10s)));
        io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        const auto draining = [&]() -> io::task<> { EXPECT_TRUE(co_await r.served.drain(io::deadline::after(5s))); };
        h.go_on.set();
        co_await io::yield();
        jobs.spawn(draining());
        EXPECT_EQ(body_of(co_await c.rest()), "at last");
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));
    });
}

TEST(server_drain, streams_end_through_their_handlers)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        const auto streams = [](request /*asked*/, exchange& with) -> io::task<> {
            auto& out = with.stream({});
            with.on_drain([&out] {
                out.write("bye");
                out.finish();
            });
            co_await with.done();
        };
        rig r(on, streams);
        auto c = r.client();
        co_await c.send(get("/"));
        co_await c.read_until("\r\n\r\n");
        co_await r.stop();
        EXPECT_EQ(co_await c.rest(), "3\r\nbye\r\n0\r\n\r\n");
    });
}

TEST(server_drain, who_does_not_end_in_time_is_cut_off)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        auto ended = condition::internal;
        const auto stubborn = [&](request /*asked*/, exchange& with) -> io::task<> {
            with.stream({});
            ended = (co_await io::sleep(1h)).error().code;
        };
        rig r(on, stubborn);
        auto c = r.client();
        co_await c.send(get("/"));
        co_await c.read_until("\r\n\r\n");
        const auto drained = co_await r.served.drain(io::deadline::after(1ms));
        EXPECT_EQ(drained.error().code, condition::timeout);
        EXPECT_EQ(ended, condition::cancelled);
        EXPECT_EQ(co_await c.rest(), "");
    });
}

} // namespace
} // namespace basekeeper::http
