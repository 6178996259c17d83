// Requests on real connections: kept alive, pipelined, in pieces, within every limit.
#include "http/test_rig.hpp"

#include <list>

namespace basekeeper::http {
namespace {

using namespace test_rig;

/// Runs `body(rig)` against a server.
template <class Body>
void against(handler answer, Body body, server_settings limits = {}, gate admit = {})
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, answer, limits, admit);
        co_await body(r);
        co_await r.stop();
    });
}

TEST(server_requests, one_connection_serves_many)
{
    against(echo, [](rig& r) -> io::task<> {
        auto c = r.client();
        for (int i = 0; i < 3; ++i) {
            co_await c.send(get("/" + std::to_string(i)));
            const auto got = co_await c.response();
            EXPECT_EQ(status_of(got), 200);
            EXPECT_EQ(body_of(got), "GET /" + std::to_string(i) + " ");
            EXPECT_NE(got.find("\r\nDate: "), std::string::npos);
            EXPECT_EQ(got.find("Connection"), std::string::npos);
            EXPECT_EQ(got.find("Server"), std::string::npos);
        }
        EXPECT_EQ(r.served.counts().accepted, 1U);
    });
}

TEST(server_requests, pipelined_ones_are_answered_in_order_one_at_a_time)
{
    int running = 0;
    const auto slow_first = [&running](request asked, exchange& with) -> io::task<> {
        EXPECT_EQ(++running, 1);
        for (int i = asked.path == "/0" ? 20 : 0; i > 0; --i)
            co_await io::yield();
        --running;
        with.respond({.body = asked.path});
    };
    against(slow_first, [](rig& r) -> io::task<> {
        auto c = r.client();
        co_await c.send(
            get("/0") + get("/1") + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get("/3")
        );
        for (const auto* path : {"/0", "/1", "/2", "/3"})
            EXPECT_EQ(body_of(co_await c.response()), path);
    });
}

TEST(server_requests, the_bodies_on_their_way_share_a_bound)
{
    const auto body = [](rig& r) -> io::task<> {
        const std::string measured = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
        const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n";
        {
            auto one = r.client();
            auto two = r.client();
            co_await one.send(measured + std::string(900, 'x'));
            co_await two.send(chunked + std::string(900, 'x'));
            co_await io::sleep(5ms);
            for (const auto& begin : {measured, chunked}) {
                const auto no = co_await r.ask(begin + std::string(300, 'x'));
                EXPECT_EQ(status_of(no), 503);
                EXPECT_NE(no.find("Retry-After: 1\r\n"), std::string::npos);
            }
            EXPECT_EQ(r.served.counts().turned_away, 2U);
            EXPECT_EQ(status_of(co_await r.ask(measured + std::string(1'000, 'x'))), 200) << "all of it at once";
            co_await one.send(std::string(100, 'x'));
            EXPECT_EQ(body_of(co_await one.response()).size(), 1'007U);
        }
        for (int i = 0; i < 3; ++i) { // those that are complete or given up leave room
            auto c = r.client();
            co_await c.send(measured + std::string(950, 'x'));
            co_await io::sleep(5ms);
            co_await c.send(std::string(50, 'x'));
            EXPECT_EQ(status_of(co_await c.response()), 200);
        }
    };
    against(echo, body, {.most_receiving_bytes = 2'000});
}

TEST(server_requests, one_address_does_not_take_all_connections)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, echo, {.most_connections_per_address = 2});
        std::string whose = "somebody";
        r.served.group_addresses([&](std::string_view ip) {
            EXPECT_EQ(ip, "127.0.0.1");
            return whose;
        });
        std::list<raw_client> open;
        const auto status = [&]() -> io::task<int> {
            open.emplace_back(on, r.at);
            co_await open.back().send(get("/"));
            co_return status_of(co_await open.back().response());
        };
        EXPECT_EQ(co_await status(), 200);
        EXPECT_EQ(co_await status(), 200);
        EXPECT_EQ(co_await status(), 503);
        EXPECT_EQ(r.served.counts().turned_away, 1U);
        whose = "another";
        EXPECT_EQ(co_await status(), 200);
        whose = ""; // exempt
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(co_await status(), 200);
        open.clear();
        whose = "somebody";
        EXPECT_TRUE(co_await io::sleep(5ms));
        EXPECT_EQ(co_await status(), 200) << "connections that are closed do not count";
        co_await r.stop();
    });
}

TEST(server_requests, the_pieces_a_request_arrives_in_do_not_matter)
{
    against(echo, [](rig& r) -> io::task<> {
        auto c = r.client();
        const std::string whole =
            "\r\nPOST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        for (const char one : whole) {
            co_await c.send(std::string(1, one));
            co_await io::yield();
        }
        EXPECT_EQ(body_of(co_await c.response()), "POST /a abcde");
    });
}

TEST(server_requests, a_long_body_arrives_whole)
{
    against(echo, [](rig& r) -> io::task<> {
        auto c = r.client();
        const std::string body(3'000'000, 'x');
        co_await c.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + body);
        EXPECT_EQ(body_of(co_await c.response()), "PUT / " + body);
    });
}

TEST(server_requests, head_has_the_length_and_no_body)
{
    against(echo, [](rig& r) -> io::task<> {
        auto c = r.client();
        co_await c.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + get("/b"));
        EXPECT_NE((co_await c.read_until("\r\n\r\n")).find("Content-Length: 8\r\n"), std::string::npos);
        EXPECT_EQ(body_of(co_await c.response()), "GET /b ");
    });
}

TEST(server_requests, a_client_that_asks_first_is_told_to_go_on)
{
    against(echo, [](rig& r) -> io::task<> {
        auto c = r.client();
        co_await c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        EXPECT_EQ(co_await c.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
        co_await c.send("ok");
        EXPECT_EQ(body_of(co_await c.response()), "POST / ok");
    });
}

TEST(server_requests, old_clients_are_served_and_closed_unless_they_ask)
{
    against(echo, [](rig& r) -> io::task<> {
        auto once = r.client();
        co_await once.send("GET / HTTP/1.0\r\n\r\n");
        EXPECT_NE((co_await once.rest()).find("Connection: close\r\n"), std::string::npos);
        auto kept = r.client();
        for (int i = 0; i < 2; ++i) {
            co_await kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            EXPECT_NE((co_await kept.response()).find("Connection: keep-alive\r\n"), std::string::npos);
        }
    });
}

TEST(server_requests, a_client_that_wants_to_close_is_closed)
{
    against(echo, [](rig& r) -> io::task<> {
        auto c = r.client();
        co_await c.send(get("/", "Connection: close\r\n"));
        const auto got = co_await c.rest();
        EXPECT_NE(got.find("Connection: close\r\n"), std::string::npos);
        EXPECT_EQ(body_of(got), "GET / ");
    });
}

/// Sends `bytes` and expects that status, then the end of the connection in order.
void is_refused(int status, const std::string& bytes, server_settings limits = {})
{
    against(
        echo,
        [&](rig& r) -> io::task<> {
            auto c = r.client();
            co_await c.send(bytes);
            const auto got = co_await c.rest();
            EXPECT_EQ(status_of(got), status) << got;
            EXPECT_NE(got.find("Connection: close\r\n"), std::string::npos) << got;
            EXPECT_TRUE(c.ended_in_order()) << "a reset could cost the client our answer";
        },
        limits
    );
}

TEST(server_limits, malformed_requests_are_refused_and_closed)
{
    is_refused(400, "nonsense\r\n\r\n");
    is_refused(
        400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /"
    );
    is_refused(400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab");
    is_refused(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
}

TEST(server_limits, a_long_head_is_refused_whether_it_ends_or_not)
{
    const server_settings limits{.most_head_bytes = 1'000};
    is_refused(431, get("/", "A: " + std::string(1'000, 'x') + "\r\n"), limits);
    is_refused(431, "GET /" + std::string(2'000, 'x'), limits);
    is_refused(431, get("/", "A: b\r\nA: b\r\nA: b\r\n"), {.most_header_fields = 3});
}

TEST(server_limits, a_long_body_is_refused_before_it_is_read)
{
    const server_settings limits{.most_body_bytes = 10};
    is_refused(413, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", limits);
    is_refused(
        413, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x'), limits
    );
    is_refused(413, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", limits);
}

TEST(server_limits, a_slow_request_is_given_up)
{
    is_refused(408, "GET / HT", {.head_time = 1ms});
    is_refused(408, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab", {.body_time = 1ms});
}

TEST(server_limits, an_idle_connection_is_closed_without_a_word)
{
    against(
        echo,
        [](rig& r) -> io::task<> {
            auto c = r.client();
            EXPECT_EQ(co_await c.rest(), "");
        },
        {.idle_time = 1ms}
    );
}

TEST(server_limits, too_many_connections_are_turned_away)
{
    against(
        echo,
        [](rig& r) -> io::task<> {
            auto first = r.client();
            co_await first.send(get("/"));
            co_await first.response();
            auto second = r.client();
            co_await second.send(get("/"));
            EXPECT_EQ(status_of(co_await second.rest()), 503);
            EXPECT_TRUE(second.ended_in_order());
            co_await first.send(get("/still"));
            EXPECT_EQ(body_of(co_await first.response()), "GET /still ");
            EXPECT_EQ(r.served.counts().turned_away, 1U);
            EXPECT_EQ(r.served.counts().too_large, 0U);
        },
        {.most_connections = 1}
    );
}

std::optional<response> only_known(const request& head)
{
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.from.ip, "127.0.0.1");
    if (head.headers.find("Authorization"))
        return std::nullopt;
    return response{.status = 401, .body = "who are you?"};
}

TEST(server_gate, answers_before_the_body_and_keeps_the_connection)
{
    against(
        echo,
        [](rig& r) -> io::task<> {
            auto c = r.client();
            co_await c.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
            EXPECT_EQ(body_of(co_await c.response()), "who are you?") << "the body has not been sent yet";
            co_await c.send("abcPOST /b HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nContent-Length: 3\r\n\r\ndef");
            EXPECT_EQ(body_of(co_await c.response()), "POST /b def");
        },
        {},
        only_known
    );
}

TEST(server_gate, a_long_body_of_a_refused_request_is_not_read)
{
    against(
        echo,
        [](rig& r) -> io::task<> {
            auto c = r.client();
            co_await c.send(
                "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x')
            );
            EXPECT_EQ(status_of(co_await c.rest()), 401);
            EXPECT_TRUE(c.ended_in_order());
        },
        {},
        only_known
    );
}

TEST(server_requests, a_handler_that_fails_or_forgets_answers_500)
{
    const auto bad = [](request asked, exchange& with) -> io::task<> {
        co_await io::yield();
        if (asked.path == "/throws")
            throw std::runtime_error("a bug");
        if (asked.path == "/twice") {
            with.respond({.body = "once"});
            with.respond({.body = "twice"});
        }
    };
    against(bad, [](rig& r) -> io::task<> {
        auto c = r.client();
        co_await c.send(get("/throws") + get("/forgets") + get("/twice") + get("/throws"));
        EXPECT_EQ(status_of(co_await c.response()), 500);
        EXPECT_EQ(status_of(co_await c.response()), 500);
        EXPECT_EQ(body_of(co_await c.response()), "once");
        EXPECT_EQ(status_of(co_await c.response()), 500);
    });
}

TEST(server_requests, a_handler_may_close_the_connection_without_an_answer)
{
    const auto drops = [](request, exchange& with) -> io::task<> {
        with.drop();
        co_return;
    };
    against(drops, [](rig& r) -> io::task<> { EXPECT_EQ(co_await r.ask(get("/")), ""); });
}

TEST(server_requests, a_unix_socket_serves_as_well)
{
    const auto path = std::filesystem::temp_directory_path() / ("basekeeper-http-" + std::to_string(::getpid()));
    const auto where_from = [](request asked, exchange& with) -> io::task<> {
        with.respond({.body = "from '" + asked.from.ip + "'"});
        co_return;
    };
    against(where_from, [&](rig& r) -> io::task<> {
        EXPECT_TRUE(r.served.listen({.path = path}));
        raw_client c(r.on, {.path = path});
        co_await c.send(get("/"));
        EXPECT_EQ(body_of(co_await c.response()), "from ''");
    });
    EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
} // namespace basekeeper::http
