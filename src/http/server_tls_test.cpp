// The same server behind TLS: answers, streams, clients that leave, reload while running.
#include "http/test_rig.hpp"
#include "support/tls_peer.hpp"

#include <stdlib.h>

namespace basekeeper::http {
namespace {

using namespace test_rig;

struct server_tls : testing::Test
{
    server_tls()
    {
        std::string name = std::filesystem::temp_directory_path() / "basekeeper-https-XXXXXX";
        folder = ::mkdtemp(name.data());
        files = {.certificate_chain = folder / "chain.pem", .private_key = folder / "key.pem"};
        test::make_certificate("first", files.certificate_chain, files.private_key);
        auto loaded = net::tls_context::load(files);
        EXPECT_TRUE(loaded);
        context = *loaded;
    }

    ~server_tls() override { std::filesystem::remove_all(folder); }

    net::endpoint listen(rig& r)
    {
        auto at = r.served.listen({.host = "127.0.0.1", .port = 0}, context);
        EXPECT_TRUE(at);
        return *at;
    }

    std::filesystem::path folder;
    net::tls_files files;
    std::shared_ptr<net::tls_context> context;
};

TEST_F(server_tls, requests_are_answered_and_known_to_be_encrypted)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        const auto says = [](request asked, exchange& with) -> io::task<> {
            with.respond({.body = (asked.from.tls ? "tls " : "plain ") + asked.body + "."});
            co_return;
        };
        rig r(on, says);
        test::tls_client c(on, listen(r));
        EXPECT_TRUE(co_await c.handshake());
        const std::string body(100'000, 'x');
        for (int i = 0; i < 2; ++i) {
            co_await c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + body);
            EXPECT_NE((co_await c.read_until("\r\n\r\n")).find("Content-Length: 100005\r\n"), std::string::npos);
            EXPECT_EQ(co_await c.read_until("."), "tls " + body + ".");
        }
        co_await r.stop();
    });
}

TEST_F(server_tls, a_stream_longer_than_all_buffers_arrives_whole)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        const auto streams = [](request /*asked*/, exchange& with) -> io::task<> {
            auto& out = with.stream({});
            for (int i = 0; i < 40; ++i) {
                out.write(std::string(100'000, 'x'));
                out.write("small");
            }
            out.write("!");
            co_return;
        };
        rig r(on, streams);
        test::tls_client c(on, listen(r));
        EXPECT_TRUE(co_await c.handshake());
        co_await c.send(get("/"));
        const auto got = co_await c.read_until("!");
        EXPECT_EQ(std::ranges::count(got, 'x'), 4'000'000);
        co_await r.stop();
    });
}

TEST_F(server_tls, a_handler_hears_that_its_client_left)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        io::event ended(on.executor());
        const auto waits = [&](request /*asked*/, exchange& with) -> io::task<> {
            with.stream({}).write("hello");
            co_await with.done();
            ended.set();
        };
        rig r(on, waits);
        {
            test::tls_client c(on, listen(r));
            EXPECT_TRUE(co_await c.handshake());
            co_await c.send(get("/"));
            co_await c.read_until("hello");
        }
        EXPECT_TRUE(co_await ended.wait(io::deadline::after(5s)));
        co_await r.stop();
    });
}

TEST_F(server_tls, new_connections_show_what_was_reloaded)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, echo);
        const auto at = listen(r);
        test::tls_client before(on, at);
        EXPECT_TRUE(co_await before.handshake());
        test::make_certificate("second", files.certificate_chain, files.private_key);
        EXPECT_TRUE(context->reload());
        test::tls_client after(on, at);
        EXPECT_TRUE(co_await after.handshake());
        EXPECT_EQ(before.server_name(), "first");
        EXPECT_EQ(after.server_name(), "second");
        co_await before.send(get("/old", "Connection: close\r\n"));
        EXPECT_EQ(body_of(co_await before.read_until("nothing")), "GET /old ");
        co_await r.stop();
    });
}

TEST_F(server_tls, a_drain_does_not_wait_for_a_handshake)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, echo);
        raw_client c(on, listen(r));
        co_await io::sleep(5ms);
        EXPECT_EQ(r.served.counts().connections, 1U);
        EXPECT_TRUE(co_await r.served.drain(io::deadline::after(2s)));
        EXPECT_EQ(co_await c.rest(), "");
    });
}

/// The first byte of a record whose rest never comes.
const std::string partial_record = "\x17";

TEST_F(server_tls, a_record_without_end_does_not_keep_an_idle_connection_open)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, echo, {.idle_time = 50ms});
        test::tls_client c(on, listen(r));
        EXPECT_TRUE(co_await c.handshake());
        co_await c.send(get("/"));
        EXPECT_EQ(body_of(co_await c.read_until("GET / ")), "GET / ");
        co_await c.beneath().send(partial_record);
        co_await c.beneath().rest();
        EXPECT_EQ(r.served.counts().connections, 0U);
        co_await r.stop();
    });
}

TEST_F(server_tls, a_record_without_end_does_not_stretch_the_time_for_a_head)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, echo, {.head_time = 50ms});
        test::tls_client c(on, listen(r));
        EXPECT_TRUE(co_await c.handshake());
        co_await c.send("GET / HT");
        co_await c.beneath().send(partial_record);
        EXPECT_EQ(status_of(co_await c.read_until("nothing")), 408);
        co_await r.stop();
    });
}

TEST_F(server_tls, a_client_that_does_not_shake_hands_is_closed)
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, echo, {.handshake_time = 1ms});
        raw_client c(on, listen(r));
        EXPECT_EQ(co_await c.rest(), "");
        co_await r.stop();
    });
}

} // namespace
} // namespace basekeeper::http
