// The client of Dokploy over real sockets: failures that pass, answers that get lost, keys that are refused, pages of
// proxies.
#include "clients/dokploy/api.hpp"
#include "clients/dokploy/compose.hpp"
#include "clients/dokploy/instance.hpp"
#include "clients/dokploy/projects.hpp"
#include "scripted_server.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace basekeeper::dokploy {
namespace {

using namespace std::chrono_literals;
using test::scripted_server;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* json_type = "Content-Type: application/json\r\n";
constexpr const char* html_type = "Content-Type: text/html\r\n";

std::string good(const std::string& body)
{
    return test::answer(200, body, json_type);
}

std::string failure(int status, const std::string& message)
{
    return test::answer(status, R"({"message":")" + message + R"(","code":"X","data":{"path":"x"}})", json_type);
}

api_settings settings_for(const scripted_server& server)
{
    api_settings out;
    out.url = "http://127.0.0.1:" + std::to_string(server.port());
    out.key = crypto::secret<>(std::string("the-key-of-a-test"));
    out.retry = {.attempts = 3, .first_pause = 20ms};
    return out;
}

/// What `work(api, deadline)` comes to, against one server.
template <class Work>
auto against(const scripted_server& server, Work work)
{
    using came = typename decltype(work(std::declval<api&>(), io::deadline::never()))::value_type;
    return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<came> {
        http::client through(on.executor(), on.pool());
        api dokploy(through, system_clock(), settings_for(server));
        auto out = co_await work(dokploy, io::deadline::after(20s));
        EXPECT_TRUE(co_await through.close(io::deadline::after(5s)));
        co_return out;
    });
}

io::task<result<std::vector<project>>> projects_of(api& on, io::deadline until)
{
    co_return co_await list_projects(on, until);
}

TEST(dokploy_api, sends_the_key_in_its_own_field_and_arguments_where_they_belong)
{
    const scripted_server server([](const std::string& request) {
        return request.starts_with("GET") ? good(R"({"composeId":"a b&c","name":"shop"})") : good("true");
    });
    const auto came = against(server, [](api& on, io::deadline until) -> io::task<result<>> {
        CO_TRY(co_await read_compose(on, "a b&c", until));
        co_return co_await save_environment(on, "c1", crypto::secret<>(std::string("A=ü\n")), until);
    });
    ASSERT_TRUE(came) << came.error().message;
    const auto seen = server.requests();
    EXPECT_THAT(seen.at(0), StartsWith("GET /api/compose.one?composeId=a%20b%26c HTTP/1.1\r\n"));
    EXPECT_THAT(seen.at(0), HasSubstr("x-api-key: the-key-of-a-test\r\n"));
    EXPECT_THAT(seen.at(0), Not(HasSubstr("Authorization")));
    EXPECT_THAT(seen.at(1), StartsWith("POST /api/compose.saveEnvironment HTTP/1.1\r\n"));
    EXPECT_THAT(seen.at(1), HasSubstr("content-type: application/json\r\n"));
    EXPECT_THAT(seen.at(1), HasSubstr("{\"composeId\":\"c1\",\"env\":\"A=ü\\n\"}"));
}

TEST(dokploy_api, a_query_survives_two_failures_and_not_three)
{
    std::atomic<int> left = 2;
    const scripted_server server([&](const auto&) { return left-- > 0 ? failure(500, "fetch failed") : good("[]"); });
    EXPECT_TRUE(against(server, projects_of));
    EXPECT_EQ(server.requests().size(), 3U);
    left = 3;
    const auto e = against(server, projects_of).error();
    EXPECT_EQ(e.http_status, 500);
    EXPECT_EQ(e.server_text, "fetch failed");
}

TEST(dokploy_api, a_broken_connection_is_tried_again_for_a_query)
{
    std::atomic<int> left = 2;
    const scripted_server server([&](const auto&) { return left-- > 0 ? std::string{} : good("[]"); });
    EXPECT_TRUE(against(server, projects_of));
    EXPECT_EQ(server.requests().size(), 3U);
}

TEST(dokploy_api, an_answer_that_does_not_come_is_given_up_and_asked_for_again)
{
    std::atomic<int> left = 1;
    const scripted_server server([&](const auto&) {
        if (left-- > 0)
            std::this_thread::sleep_for(1s);
        return good("[]");
    });
    const auto came = against(server, [](api& on, io::deadline until) -> io::task<result<boost::json::value>> {
        auto what = query("project.all");
        what.patience = 900ms;
        co_return co_await on.send(std::move(what), until);
    });
    EXPECT_TRUE(came) << came.error().message;
}

TEST(dokploy_api, after_429_even_a_creation_goes_again_and_the_pace_halves)
{
    std::atomic<int> left = 1;
    const scripted_server server([&](const auto&) {
        return left-- > 0 ? test::answer(429, "<html>slow down</html>", html_type)
                          : good(R"({"id":"k","key":"secret"})");
    });
    const auto pace = against(server, [](api& on, io::deadline until) -> io::task<result<double>> {
        const auto key = CO_TRY(co_await create_key(on, "ours", "org", until));
        EXPECT_EQ(key.key.reveal(), "secret");
        co_return on.calls_per_second();
    });
    ASSERT_TRUE(pace) << pace.error().message;
    EXPECT_DOUBLE_EQ(*pace, 5);
    EXPECT_EQ(server.requests().size(), 2U);
    EXPECT_THAT(server.requests().at(1), HasSubstr(R"("rateLimitEnabled":false)"));
}

TEST(dokploy_api, what_is_not_idempotent_is_sent_once)
{
    const scripted_server server([](const auto&) { return std::string{}; });
    const auto came = against(server, [](api& on, io::deadline until) -> io::task<result<new_key>> {
        co_return co_await create_key(on, "ours", "org", until);
    });
    EXPECT_EQ(came.error().code, condition::unavailable);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(dokploy_api, a_creation_whose_connection_drops_after_the_request_is_found_and_not_repeated)
{
    std::atomic<bool> there = false;
    const scripted_server server([&](const std::string& request) {
        if (request.contains("/api/environment.one"))
            return there ? good(R"({"environmentId":"e","compose":[{"composeId":"c1","name":"shop"}]})")
                         : good(R"({"environmentId":"e","compose":[]})");
        if (request.contains("/api/compose.one"))
            return good(R"({"composeId":"c1","name":"shop","appName":"shop-x1y2z3"})");
        there = true;
        return std::string{};
    });
    const auto made = against(server, [](api& on, io::deadline until) -> io::task<result<created<compose>>> {
        co_return co_await create_compose(on, {.name = "shop", .environment_id = "e"}, until);
    });
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->how, came_through::found_after_lost_answer);
    EXPECT_EQ(made->row.app_name, "shop-x1y2z3");
    int creations = 0;
    for (const auto& one : server.requests())
        creations += one.starts_with("POST /api/compose.create ") ? 1 : 0;
    EXPECT_EQ(creations, 1);
}

TEST(dokploy_api, a_page_instead_of_an_answer_says_that_the_url_is_wrong)
{
    const scripted_server server([](const auto&) { return test::answer(200, "<html>Welcome</html>", html_type); });
    const auto e = against(server, projects_of).error();
    EXPECT_EQ(e.code, condition::not_found);
    EXPECT_THAT(e.hint, HasSubstr("https://"));
}

TEST(dokploy_api, a_refused_key_is_left_alone)
{
    const scripted_server server([](const auto&) {
        return test::answer(401, R"({"message":"Unauthorized"})", json_type);
    });
    const auto came = against(server, [](api& on, io::deadline until) -> io::task<result<>> {
        const auto first = co_await on.version(until);
        EXPECT_THAT(first.error().message, HasSubstr("does not accept the key"));
        const auto second = co_await list_projects(on, until);
        EXPECT_EQ(second.error().code, condition::denied);
        co_return result<>{};
    });
    EXPECT_TRUE(came);
    EXPECT_EQ(server.requests().size(), 1U) << "every call would spend two of its number";
}

TEST(dokploy_api, a_key_that_stops_working_is_called_used_up)
{
    std::atomic<int> left = 1;
    const scripted_server server([&](const auto&) {
        return left-- > 0 ? good("\"v0.29.4\"") : test::answer(401, R"({"message":"Unauthorized"})", json_type);
    });
    const auto came = against(server, [](api& on, io::deadline until) -> io::task<result<>> {
        const auto version = CO_TRY(co_await on.version(until));
        EXPECT_EQ(to_string(version), "v0.29.4");
        EXPECT_EQ((co_await on.require(feature::deployment_logs, until)).error().code, condition::conflict);
        EXPECT_TRUE(co_await on.require(feature::container_logs, until)) << "the version is asked for once";
        EXPECT_THAT((co_await list_projects(on, until)).error().message, HasSubstr("used up"));
        co_return result<>{};
    });
    EXPECT_TRUE(came) << came.error().message;
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST(dokploy_api, the_key_is_in_no_error_even_when_the_server_repeats_it)
{
    const scripted_server server([](const std::string& request) {
        const auto at = request.find("x-api-key: ");
        return failure(400, "bad header " + request.substr(at + 11, 17));
    });
    const auto e = against(server, projects_of).error();
    EXPECT_THAT(e.server_text, HasSubstr("bad header ****"));
}

TEST(dokploy_api, a_health_check_needs_no_key)
{
    const scripted_server server([](const auto&) { return good(R"({"ok":true})"); });
    EXPECT_TRUE(against(server, [](api& on, io::deadline until) -> io::task<result<>> {
        co_return co_await on.ping(until);
    }));
    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("x-api-key")));
}

TEST(base_url, is_what_people_copy_without_what_they_copied_along)
{
    EXPECT_EQ(base_url(" https://dokploy.example.com/ "), "https://dokploy.example.com");
    EXPECT_EQ(base_url("https://dokploy.example.com/api"), "https://dokploy.example.com");
    EXPECT_EQ(base_url("http://10.0.0.5:3000/dashboard/projects?x=1"), "http://10.0.0.5:3000");
    for (const auto* wrong : {"", "dokploy.example.com", "ftp://x", "https://", "https://user:pw@host", "https://a b"})
        EXPECT_EQ(base_url(wrong).error().code, condition::invalid_argument) << wrong;
}

} // namespace
} // namespace basekeeper::dokploy
