// Requests over real sockets: what is sent, what comes back, and every way in which it does not.
#include "http/client.hpp"
#include "http/upstream.hpp"
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "scripted_server.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace basekeeper::http {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::scripted_server;
using testing::HasSubstr;
using testing::Not;

std::string url_of(const scripted_server& s, const std::string& path = "/")
{
    return "http://127.0.0.1:" + std::to_string(s.port()) + path;
}

result<client_response> ask(client_request what, client_settings settings = {}, std::chrono::milliseconds within = 10s)
{
    const auto body = [&](io::runtime& on) -> io::task<result<client_response>> {
        client c(on.executor(), on.pool(), settings);
        auto came = co_await c.send(what, io::deadline::after(within));
        EXPECT_TRUE(co_await c.close(io::deadline::after(5s)));
        co_return came;
    };
    return test::run_on_fresh_runtime(body);
}

std::string with_length(const std::string& text)
{
    return answer(200, text);
}

TEST(http_client, sends_method_path_fields_and_body_and_gives_the_whole_answer)
{
    const scripted_server s([](const auto&) { return answer(201, "made", "X-Kind:  thing \r\n"); });
    const auto came = ask(
        {.method = client_method::post,
         .url = url_of(s, "/rest/v1/t?select=a%20b"),
         .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
         .secrets = {{"Authorization", crypto::secret<>(std::string("Bearer token"))}},
         .body = R"({"a":1})",
         .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    );
    ASSERT_TRUE(came) << describe(came.error());
    EXPECT_EQ(came->status, 201);
    EXPECT_EQ(came->body, "made");
    EXPECT_EQ(came->header("x-kind"), "thing");
    const auto seen = s.requests().at(0);
    EXPECT_THAT(seen, testing::StartsWith("POST /rest/v1/t?select=a%20b HTTP/1.1\r\n"));
    EXPECT_THAT(seen, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(seen, HasSubstr("X-Empty:"));
    EXPECT_THAT(seen, HasSubstr("Authorization: Bearer token\r\n"));
    EXPECT_THAT(seen, HasSubstr("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"));
    EXPECT_THAT(seen, HasSubstr("User-Agent: basekeeper/"));
    EXPECT_THAT(seen, Not(HasSubstr("Expect:")));
    EXPECT_THAT(seen, testing::EndsWith("\r\n\r\n{\"a\":1}"));
}

TEST(http_client, every_method_is_sent_as_it_is_called)
{
    const std::vector<std::pair<client_method, std::string>> all{
        {client_method::get, "GET /"},
        {client_method::head, "HEAD /"},
        {client_method::post, "POST /"},
        {client_method::put, "PUT /"},
        {client_method::patch, "PATCH /"},
        {client_method::remove, "DELETE /"},
    };
    const scripted_server s([](const auto& head) { return answer(200, head.starts_with("HEAD") ? "" : "x"); });
    for (const auto& [method, line] : all) {
        const auto came = ask({.method = method, .url = url_of(s)});
        ASSERT_TRUE(came) << line << describe(came.error());
        EXPECT_THAT(s.requests().back(), testing::StartsWith(line));
    }
}

TEST(http_client, a_body_may_hold_any_byte)
{
    const std::string bytes("a\0b\r\n\xff", 6);
    const scripted_server s([&](const auto&) { return answer(200, bytes); });
    const auto came = ask({.method = client_method::put, .url = url_of(s), .body = bytes});
    EXPECT_EQ(came->body, bytes);
    EXPECT_THAT(s.requests().at(0), testing::EndsWith("\r\n\r\n" + bytes));
}

TEST(http_client, a_redirect_is_an_answer_unless_it_is_to_be_followed)
{
    const scripted_server s([](const auto& head) {
        return head.starts_with("GET /old") ? answer(302, "", "Location: /new\r\nX-From: old\r\n") : answer(200, "new");
    });
    EXPECT_EQ(ask({.url = url_of(s, "/old")})->status, 302);
    const auto followed = ask({.url = url_of(s, "/old"), .on_redirect = redirects::followed});
    EXPECT_EQ(followed->body, "new");
    EXPECT_FALSE(followed->header("x-from")) << "the fields are those of the last answer";
    const auto e = ask({.url = url_of(s),
                        .secrets = {{"apikey", crypto::secret<>(std::string("k"))}},
                        .on_redirect = redirects::followed})
                       .error();
    EXPECT_EQ(e.code, condition::invalid_argument) << "a secret must not reach another host";
}

TEST(http_client, redirects_without_end_are_given_up)
{
    const scripted_server s([](const auto&) { return answer(302, "", "Location: /again\r\n"); });
    EXPECT_EQ(ask({.url = url_of(s), .on_redirect = redirects::followed}).error().code, condition::unavailable);
    EXPECT_EQ(s.requests().size(), 6U);
}

TEST(http_client, an_answer_above_the_bound_is_refused)
{
    const scripted_server s([](const auto&) { return with_length(std::string(2'000, 'x')); });
    EXPECT_TRUE(ask({.url = url_of(s), .max_body_bytes = 2'000}));
    const auto e = ask({.url = url_of(s), .max_body_bytes = 1'999}).error();
    EXPECT_EQ(e.code, condition::invalid_argument);
    EXPECT_THAT(e.message, HasSubstr("longer than 1999 bytes"));
}

TEST(http_client, a_head_without_end_is_refused)
{
    const scripted_server s([](const auto&) { return answer(200, "", "X-Long: " + std::string(400'000, 'x') + "\r\n"); }
    );
    EXPECT_FALSE(ask({.url = url_of(s)}));
}

TEST(http_client, what_cannot_be_a_request_never_leaves)
{
    const scripted_server s([](const auto&) { return answer(200, ""); });
    std::vector<client_request> wrong{
        {.url = "ftp://127.0.0.1/"},
        {.url = "file:///etc/passwd"},
        {.url = "127.0.0.1"},
        {.url = "http://"},
        {.url = url_of(s, "/a b")},
        {.url = "http://user:word@127.0.0.1:" + std::to_string(s.port()) + "/"},
        {.url = url_of(s), .headers = {{"X", "a\r\nY: b"}}},
        {.url = url_of(s), .headers = {{"X: a\r\nY", "b"}}},
        {.url = url_of(s), .headers = {{"", "b"}}},
        {.url = url_of(s), .secrets = {{"X", crypto::secret<>(std::string("a\nb"))}}},
        {.url = url_of(s), .traceparent = "00\r\nX: y"},
    };
    for (const auto& one : wrong) {
        const auto e = ask(one).error();
        EXPECT_EQ(e.code, condition::invalid_argument) << one.url;
        EXPECT_THAT(e.message, Not(HasSubstr("word")));
    }
    EXPECT_TRUE(s.requests().empty());
}

TEST(http_client, a_port_where_nobody_listens_is_unavailable)
{
    int port = 0;
    {
        const scripted_server gone([](const auto&) { return ""; });
        port = gone.port();
    }
    const auto e = ask({.url = "http://127.0.0.1:" + std::to_string(port) + "/secret?token=t"}).error();
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("127.0.0.1:" + std::to_string(port)));
    EXPECT_THAT(describe(e), Not(HasSubstr("token"))) << "a query may hold a secret";
}

TEST(http_client, a_host_that_does_not_exist_is_unavailable)
{
    const auto e = ask({.url = "http://no-such-host.invalid/"}).error();
    EXPECT_EQ(e.code, condition::unavailable) << describe(e);
}

TEST(http_client, a_connection_that_breaks_off_is_unavailable)
{
    const scripted_server silent([](const auto&) { return ""; });
    EXPECT_EQ(ask({.url = url_of(silent)}).error().code, condition::unavailable);
    const scripted_server half([](const auto&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"; });
    EXPECT_EQ(ask({.url = url_of(half)}).error().code, condition::unavailable);
    const scripted_server nonsense([](const auto&) { return "220 mail.example ESMTP\r\n"; });
    EXPECT_EQ(ask({.url = url_of(nonsense)}).error().code, condition::unavailable);
}

/// Answers only when it is released.
struct held_server
{
    std::atomic<bool> go = false;
    scripted_server server{[this](const auto&) {
        for (int i = 0; i < 500 && !go; ++i)
            ::usleep(10'000);
        return answer(200, "late");
    }};
};

TEST(http_client, a_slow_answer_ends_at_the_deadline)
{
    held_server slow;
    const auto began = std::chrono::steady_clock::now();
    const auto e = ask({.url = url_of(slow.server)}, {}, 100ms).error();
    slow.go = true;
    EXPECT_EQ(e.code, condition::timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
}

TEST(http_client, a_cancelled_request_ends_at_once_and_the_client_goes_on)
{
    held_server slow;
    const scripted_server quick([](const auto&) { return answer(200, "quick"); });
    const auto body = [&](io::runtime& on) -> io::task<> {
        client c(on.executor(), on.pool());
        io::nursery owner(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        std::optional<result<client_response>> came;
        const auto asking = [&]() -> io::task<> {
            came = co_await c.send({.url = url_of(slow.server)}, io::deadline::after(10s));
        };
        const auto one = owner.spawn(asking());
        for (int i = 0; i < 500 && slow.server.requests().empty(); ++i)
            EXPECT_TRUE(co_await io::sleep(10ms));
        io::nursery::cancel(one);
        EXPECT_TRUE(co_await owner.join(io::deadline::after(1s)));
        EXPECT_EQ(came->error().code, condition::cancelled);
        EXPECT_EQ((co_await c.send({.url = url_of(quick)}, io::deadline::after(5s)))->body, "quick");
        EXPECT_TRUE(co_await c.close(io::deadline::after(1s)));
    };
    test::run_on_fresh_runtime(body);
    slow.go = true;
}

TEST(http_client, the_very_first_request_can_be_cancelled_too)
{
    const scripted_server s([](const auto&) { return std::string(); });
    const auto body = [&](io::runtime& on) -> io::task<> {
        client c(on.executor(), on.pool());
        io::nursery jobs(on.executor(), [](const std::exception_ptr&) { ADD_FAILURE(); });
        auto ended = condition::internal;
        const auto asking = [&]() -> io::task<> {
            ended = (co_await c.send({.url = url_of(s)}, io::deadline::after(5s))).error().code;
        };
        jobs.spawn(asking());
        jobs.cancel_all(); // libcurl is being loaded
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));
        EXPECT_EQ(ended, condition::cancelled);
        EXPECT_TRUE(co_await c.close(io::deadline::after(5s)));
    };
    test::run_on_fresh_runtime(body);
}

TEST(http_client, closing_ends_running_requests_and_refuses_new_ones)
{
    held_server slow;
    const auto body = [&](io::runtime& on) -> io::task<> {
        client c(on.executor(), on.pool());
        io::nursery owner(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        std::optional<result<client_response>> came;
        const auto asking = [&]() -> io::task<> {
            came = co_await c.send({.url = url_of(slow.server)}, io::deadline::after(10s));
        };
        owner.spawn(asking());
        for (int i = 0; i < 500 && slow.server.requests().empty(); ++i)
            EXPECT_TRUE(co_await io::sleep(10ms));
        EXPECT_TRUE(co_await c.close(io::deadline::after(1s)));
        EXPECT_EQ(came->error().code, condition::unavailable);
        EXPECT_FALSE(co_await c.send({.url = url_of(slow.server)}, io::deadline::after(1s)));
        EXPECT_TRUE(co_await owner.join(io::deadline::after(1s)));
    };
    test::run_on_fresh_runtime(body);
    slow.go = true;
}

TEST(http_client, many_requests_at_the_same_time_are_all_answered)
{
    const scripted_server s([](const std::string& head) { return with_length(head.substr(4, head.find(' ', 4) - 4)); });
    const auto body = [&](io::runtime& on) -> io::task<> {
        client c(on.executor(), on.pool(), {.max_connections = 4});
        io::nursery owner(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        int right = 0;
        const auto asking = [&](int i) -> io::task<> {
            const auto path = "/" + std::to_string(i);
            const auto came = co_await c.send({.url = url_of(s, path)}, io::deadline::after(20s));
            right += came && came->body == path ? 1 : 0;
        };
        for (int i = 0; i < 100; ++i)
            owner.spawn(asking(i));
        EXPECT_TRUE(co_await owner.join(io::deadline::after(20s)));
        EXPECT_EQ(right, 100);
        EXPECT_TRUE(co_await c.close(io::deadline::after(1s)));
    };
    test::run_on_fresh_runtime(body);
}

struct tls_folder
{
    tls_folder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "basekeeper-tls-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }

    tls_folder(const tls_folder&) = delete;
    tls_folder& operator=(const tls_folder&) = delete;

    ~tls_folder() { std::filesystem::remove_all(path); }

    std::filesystem::path path;
};

TEST(http_client, a_certificate_is_trusted_only_from_a_known_authority_for_the_right_host)
{
    const tls_folder folder;
    const auto authority = folder.path / "ca.pem";
    const scripted_server s([](const auto&) { return answer(200, "private"); }, authority);
    const auto at = [&](const std::string& host) { return "https://" + host + ":" + std::to_string(s.port()) + "/"; };
    const auto came = ask({.url = at("localhost")}, {.certificates = authority});
    ASSERT_TRUE(came) << describe(came.error());
    EXPECT_EQ(came->body, "private");
    const auto unknown = ask({.url = at("localhost")}).error();
    EXPECT_EQ(unknown.code, condition::denied) << describe(unknown);
    EXPECT_THAT(unknown.message, HasSubstr("certificate"));
    const auto other_host = ask({.url = at("127.0.0.1")}, {.certificates = authority}).error();
    EXPECT_EQ(other_host.code, condition::denied) << describe(other_host);
    EXPECT_EQ(s.requests().size(), 1U);
}

struct upstream_run
{
    std::vector<result<client_response>> answers;
    resilience::circuit_state state = resilience::circuit_state::closed;
};

upstream_run send_all(const std::vector<client_request>& all, resilience::circuit_settings circuit)
{
    upstream_run out;
    const auto body = [&](io::runtime& on) -> io::task<> {
        client c(on.executor(), on.pool());
        upstream u(c, "the API of \"shop\"", system_clock(), {.retry = {.first_pause = 1ms}, .circuit = circuit});
        for (const auto& one : all)
            out.answers.push_back(co_await u.send(one, io::deadline::after(5s)));
        out.state = u.circuit().state();
        EXPECT_TRUE(co_await c.close(io::deadline::after(1s)));
    };
    test::run_on_fresh_runtime(body);
    return out;
}

TEST(http_upstream, repeats_what_may_be_repeated_and_nothing_else)
{
    std::atomic<int> n = 0;
    const scripted_server s([&](const auto&) { return ++n % 3 == 0 ? answer(200, "at last") : answer(503, "busy"); });
    const auto got = send_all({{.url = url_of(s)}}, {});
    EXPECT_EQ(got.answers[0]->body, "at last");
    EXPECT_EQ(n, 3);
    const auto once = send_all({{.method = client_method::post, .url = url_of(s)}}, {});
    EXPECT_EQ(once.answers[0]->status, 503);
    EXPECT_EQ(n, 4);
}

TEST(http_upstream, who_does_not_answer_is_left_alone)
{
    const scripted_server s([](const auto&) { return answer(503, "busy"); });
    const client_request post{.method = client_method::post, .url = url_of(s)};
    const auto got = send_all({post, post, post, post}, {.failures_to_open = 3, .first_pause = 60s});
    EXPECT_EQ(got.answers[2]->status, 503);
    ASSERT_FALSE(got.answers[3]);
    EXPECT_THAT(got.answers[3].error().message, HasSubstr("circuit open, next try in 60 s"));
    EXPECT_EQ(got.state, resilience::circuit_state::open);
    EXPECT_EQ(s.requests().size(), 3U);
}

} // namespace
} // namespace basekeeper::http
