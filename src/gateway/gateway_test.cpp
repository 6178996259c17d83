// Every path with and without what it needs; hostile heads; what strangers are told.
#include "access/api_key_text.hpp"
#include "gateway/gateway.hpp"
#include "transports/http/test_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace basekeeper::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using transports::testing::answer;
using transports::testing::endpoint_fixture;
using transports::testing::field_list;

/// A gateway that asks for API keys; `keys` holds those that exist.
class gateway_test : public ::testing::Test
{
protected:
    explicit gateway_test(config::auth_mode mode = config::auth_mode::required)
        : base({.most_requests = 8}), logger(log::level::error, log::format::text),
          blocks({.after_failures = 3}, no_store(), base.loop.executor(), logger, base.time),
          who({.mode = mode},
              {.keys = [this](std::string id, wall_time) { return find(std::move(id)); }},
              {"https://keeper.example/.well-known/oauth-protected-resource/mcp", "instances:read"},
              logger,
              base.time),
          door(rules(), blocks, who, base.time), face(parts(), settings()),
          serving(base.loop.executor(), [](const std::exception_ptr& bug) { std::rethrow_exception(bug); })
    {}

    static access::block_store no_store()
    {
        return {
            .list = [](wall_time) -> io::task<result<std::vector<state::blocked_address>>> {
                co_return std::vector<state::blocked_address>{};
            },
            .put = [](state::blocked_address) -> io::task<result<>> { co_return result<>{}; },
        };
    }

    static access::gatekeeper_rules rules()
    {
        return {
            .places = {.allowed_origins = {"https://app.example"}},
            .proxies = {"10.0.0.0/24"},
            .per_principal = {.per_second = 1, .burst = 4},
        };
    }

    gateway::parts parts()
    {
        return {base.face, door, base.home.offers(), [](const mcp::principal&, std::string_view name) {
                    return name == "dev";
                }};
    }

    gateway_settings settings()
    {
        return {
            .metadata = R"({"resource":"https://keeper.example/mcp"})",
            .metadata_paths = {"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"},
            .ready = [this](health::detail how_much) { return report(how_much); },
            .metrics = [] { return std::string("calls_total 1\n"); },
            .count_refusal = [this](access::cause why) { refused.push_back(why); },
        };
    }

    io::task<health::report> report(health::detail how_much)
    {
        co_return health::report{is_ready, how_much == health::detail::full ? "with reasons" : "status only"};
    }

    io::task<result<std::optional<state::api_key>>> find(std::string id)
    {
        const auto at = keys.find(id);
        co_return at == keys.end() ? std::nullopt : std::optional(at->second);
    }

    /// A new key with these scopes, as it is sent.
    std::string bearer(std::string scopes)
    {
        auto made = access::new_api_key();
        state::api_key kept{.id = made.id};
        kept.digest = made.digest;
        kept.scopes = std::move(scopes);
        keys.emplace(made.id, std::move(kept));
        return "Bearer " + made.text.reveal();
    }

    answer send(std::string method, std::string path, field_list headers, std::string body = {})
    {
        return send_to(
            std::make_shared<http::testing::memory_exchange>(),
            std::move(method),
            std::move(path),
            std::move(headers),
            std::move(body)
        );
    }

    /// A WebSocket, if the gateway lets it through.
    answer connect(field_list headers)
    {
        auto out = std::make_shared<http::testing::memory_exchange>();
        out->socket.emplace(base.loop.executor());
        return send_to(std::move(out), "GET", "/ws", std::move(headers), {});
    }

    /// What comes back over it.
    std::string say(const answer& over, std::string message)
    {
        over->socket->say(std::move(message));
        base.settle();
        return over->socket->take();
    }

    /// The client closes it.
    void leave(const answer& over)
    {
        over->socket->leave();
        base.settle();
    }

    answer send_to(answer out, std::string method, std::string path, field_list headers, std::string body)
    {
        http::request asked;
        asked.method = std::move(method);
        const auto mark = path.find('?');
        asked.path = path.substr(0, mark);
        if (mark != std::string::npos)
            asked.query.emplace_back(path.substr(mark + 1, path.find('=') - mark - 1), path.substr(path.find('=') + 1));
        if (std::ranges::none_of(headers, [](const auto& f) { return f.first == "Host"; }))
            asked.headers.add("Host", "localhost:8420");
        for (auto& [name, value] : headers)
            asked.headers.add(std::move(name), std::move(value));
        asked.body = std::move(body);
        asked.from.ip = peer;
        if (auto no = face.admit(asked)) {
            out->respond(*std::move(no));
            return out;
        }
        serving.spawn(serve(std::move(asked), out));
        base.settle();
        return out;
    }

    answer list_tools(field_list headers, std::string path = "/mcp")
    {
        headers.emplace_back("Content-Type", "application/json");
        headers.emplace_back("Accept", "application/json, text/event-stream");
        headers.emplace_back("MCP-Protocol-Version", "2026-07-28");
        headers.emplace_back("Mcp-Method", "tools/list");
        return send("POST", std::move(path), std::move(headers), mcp::testing::modern("1", "tools/list"));
    }

    io::task<> serve(http::request asked, answer to) { co_await face.serve(std::move(asked), *to); }

    endpoint_fixture base;
    log::logger logger;
    std::map<std::string, state::api_key> keys;
    access::address_blocks blocks;
    access::authenticator who;
    access::gatekeeper door;
    gateway face;
    io::nursery serving;
    bool is_ready = true;
    std::vector<access::cause> refused;
    std::string peer = "192.0.2.7"; // who connects
};

class open_gateway_test : public gateway_test
{
protected:
    open_gateway_test() : gateway_test(config::auth_mode::none) {}
};

TEST_F(gateway_test, a_key_opens_the_endpoint)
{
    const auto got = list_tools({{"Authorization", bearer("test:read")}});
    EXPECT_EQ(got->status, 200U);
    EXPECT_THAT(got->body, HasSubstr("\"echo\""));
    EXPECT_THAT(got->body, Not(HasSubstr("\"drop\""))); // needs test:destroy
    EXPECT_EQ(got->header("x-content-type-options"), "nosniff");
    EXPECT_EQ(got->header("cache-control"), "no-store");
    EXPECT_EQ(got->header("access-control-allow-origin"), "");
}

TEST_F(gateway_test, without_a_credential_the_way_to_get_one_is_told)
{
    for (const auto* path : {"/mcp", "/metrics", "/ws"}) {
        const auto got = send("GET", path, {});
        EXPECT_EQ(got->status, 401U) << path;
        EXPECT_THAT(got->header("www-authenticate"), StartsWith("Bearer ")) << path;
        EXPECT_THAT(got->header("www-authenticate"), HasSubstr("resource_metadata=\"https://keeper.example/"));
        EXPECT_THAT(got->header("www-authenticate"), Not(HasSubstr("error=")));
    }
}

TEST_F(gateway_test, no_body_is_read_of_who_shows_no_credential)
{
    const auto admitted = [this](const char* authorization) {
        http::request head{.method = "POST", .path = "/mcp"};
        head.headers.add("Host", "localhost:8420");
        if (authorization != nullptr)
            head.headers.add("Authorization", authorization);
        head.from.ip = "192.0.2.7";
        return face.admit(head);
    };
    EXPECT_EQ(admitted(nullptr)->status, 401U);
    EXPECT_EQ(refused.size(), 1U);
    EXPECT_EQ(admitted("Bearer")->status, 401U);
    EXPECT_FALSE(admitted("Bearer bk_000000000000_guess")) << "has to be looked up";
    EXPECT_EQ(admitted("Bearer")->status, 401U);
    EXPECT_EQ(admitted("Bearer")->status, 401U);
    EXPECT_EQ(admitted("Bearer bk_000000000000_guess")->status, 403U) << "what is no credential counts";
}

TEST_F(gateway_test, a_token_in_the_query_is_refused_and_opens_nothing)
{
    const auto key = bearer("*:read").substr(7);
    EXPECT_EQ(list_tools({}, "/mcp?access_token=" + key)->status, 401U);
    EXPECT_EQ(list_tools({{"Authorization", bearer("*:read")}}, "/mcp?access_token=" + key)->status, 400U);
}

TEST_F(gateway_test, wrong_credentials_block_the_address_after_a_few)
{
    for (int i = 0; i < 3; ++i) {
        const auto got = list_tools({{"Authorization", "Bearer bk_000000000000_guess"}});
        EXPECT_EQ(got->status, 401U);
        EXPECT_THAT(got->header("www-authenticate"), HasSubstr("error=\"invalid_token\""));
    }
    const auto good = list_tools({{"Authorization", bearer("*:read")}});
    EXPECT_EQ(good->status, 403U);
    EXPECT_EQ(send("GET", "/readyz", {})->status, 403U);
    EXPECT_EQ(send("GET", "/healthz", {})->status, 200U) << "whether it runs is told to everybody";
}

TEST_F(gateway_test, behind_a_proxy_the_client_is_blocked_and_nobody_else)
{
    peer = "10.0.0.5";
    const auto key = bearer("*:read");
    const auto came = [this](const std::string& credential, field_list more) {
        more.emplace_back("Authorization", credential);
        return list_tools(std::move(more))->status;
    };
    const field_list guesser{{"X-Forwarded-For", "192.0.2.66"}};
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(came("Bearer bk_000000000000_guess", guesser), 401U);
    EXPECT_EQ(came(key, guesser), 403U);
    EXPECT_EQ(came(key, {{"X-Forwarded-For", "192.0.2.66"}, {"x-forwarded-for", "192.0.2.8"}}), 200U);
    EXPECT_EQ(came(key, {{"X-Forwarded-For", "192.0.2.8, 192.0.2.66"}}), 403U) << "a client cannot choose its address";
    peer = "192.0.2.7";
    EXPECT_EQ(came(key, guesser), 200U) << "who is no proxy is not believed";
}

TEST_F(gateway_test, a_proxy_that_does_not_say_for_whom_it_asks_is_never_shut_out)
{
    peer = "10.0.0.5";
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(list_tools({{"Authorization", "Bearer bk_000000000000_guess"}})->status, 401U);
    EXPECT_EQ(list_tools({{"Authorization", bearer("*:read")}, {"X-Forwarded-For", "unknown"}})->status, 200U);
}

TEST_F(gateway_test, a_websocket_behind_a_proxy_is_judged_by_its_client)
{
    peer = "10.0.0.5";
    const auto got = connect({{"Authorization", bearer("test:read")}, {"X-Forwarded-For", "192.0.2.66"}});
    for (int i = 0; i < 3; ++i)
        door.suspect("192.0.2.66");
    EXPECT_EQ(say(got, mcp::testing::modern("1", "tools/list")), "");
    EXPECT_EQ(got->socket->close_code, 1'008U);
}

TEST_F(gateway_test, what_a_proxy_says_of_host_and_scheme_is_not_believed)
{
    peer = "10.0.0.5";
    const auto got = send(
        "GET",
        "/healthz",
        {{"Host", "evil.example"}, {"X-Forwarded-Host", "localhost"}, {"X-Forwarded-For", "192.0.2.8"}}
    );
    EXPECT_EQ(got->status, 403U);
    EXPECT_EQ(send("GET", "/healthz", {{"X-Forwarded-Proto", "https"}})->header("strict-transport-security"), "");
}

TEST_F(gateway_test, a_call_beyond_the_scopes_is_challenged_with_what_it_needs)
{
    const auto got = send(
        "POST",
        "/mcp",
        {{"Authorization", bearer("test:read")},
         {"Content-Type", "application/json"},
         {"MCP-Protocol-Version", "2026-07-28"},
         {"Mcp-Method", "tools/call"},
         {"Mcp-Name", "report"}},
        mcp::testing::modern("1", "tools/call", R"("name":"report","arguments":{},)")
    );
    EXPECT_EQ(got->status, 403U);
    EXPECT_THAT(got->body, HasSubstr("test:write"));
}

TEST_F(gateway_test, too_many_requests_of_one_caller_wait)
{
    const auto key = bearer("*:read");
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(list_tools({{"Authorization", key}})->status, 200U);
    const auto got = list_tools({{"Authorization", key}});
    EXPECT_EQ(got->status, 429U);
    EXPECT_EQ(got->header("retry-after"), "1");
    EXPECT_EQ(list_tools({{"Authorization", bearer("*:read")}})->status, 200U);
    EXPECT_THAT(refused, ::testing::ElementsAre(access::cause::caller_rate));
}

TEST_F(gateway_test, a_websocket_is_closed_when_its_key_is_revoked)
{
    const auto key = bearer("test:read");
    const auto got = connect({{"Authorization", key}});
    EXPECT_THAT(say(got, mcp::testing::modern("1", "tools/list")), HasSubstr("\"echo\""));
    keys.begin()->second.revoked_at = base.time.wall();
    base.time.advance(std::chrono::seconds{6}); // longer than a key is remembered
    EXPECT_EQ(say(got, mcp::testing::modern("2", "tools/list")), "");
    EXPECT_EQ(got->socket->close_code, 1'008U);
    EXPECT_THAT(got->socket->close_reason, HasSubstr("revoked"));
    EXPECT_THAT(refused, ::testing::ElementsAre(access::cause::credential));
    EXPECT_EQ(base.face.counts().websockets, 0U);
}

TEST_F(gateway_test, a_websocket_has_the_rights_that_its_key_has_now)
{
    const auto got = connect({{"Authorization", bearer("test:read")}});
    EXPECT_THAT(say(got, mcp::testing::modern("1", "tools/list")), Not(HasSubstr("\"drop\"")));
    keys.begin()->second.scopes = "test:destroy";
    base.time.advance(std::chrono::seconds{6});
    EXPECT_THAT(say(got, mcp::testing::modern("2", "tools/list")), HasSubstr("\"drop\""));
    leave(got);
}

TEST_F(gateway_test, a_websocket_is_closed_when_its_address_is_blocked)
{
    const auto got = connect({{"Authorization", bearer("test:read")}});
    for (int i = 0; i < 3; ++i)
        door.suspect(peer);
    EXPECT_EQ(say(got, mcp::testing::modern("1", "tools/list")), "");
    EXPECT_EQ(got->socket->close_code, 1'008U);
    EXPECT_THAT(got->socket->close_reason, HasSubstr("blocked"));
}

TEST_F(gateway_test, messages_over_a_websocket_count_as_requests_do)
{
    const auto got = connect({{"Authorization", bearer("test:read")}});
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(say(got, mcp::testing::modern("1", "tools/list")), HasSubstr("\"echo\""));
    EXPECT_EQ(
        say(got, mcp::testing::modern("\"x\"", "tools/list")),
        R"({"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"too many requests: try again in 1 s"}})"
    );
    EXPECT_EQ(got->socket->close_code, 0U);
    base.time.advance(std::chrono::seconds{1});
    EXPECT_THAT(say(got, mcp::testing::modern("1", "tools/list")), HasSubstr("\"echo\""));
    EXPECT_EQ(say(got, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})"), "");
    EXPECT_EQ(got->socket->close_code, 1'013U) << "nobody could be told";
}

TEST_F(open_gateway_test, host_and_origin_are_each_checked_alone)
{
    const auto status = [this](std::string host, std::string origin) {
        field_list headers{{"Host", std::move(host)}};
        if (!origin.empty())
            headers.emplace_back("Origin", std::move(origin));
        return list_tools(std::move(headers))->status;
    };
    EXPECT_EQ(status("localhost:8420", ""), 200U);
    EXPECT_EQ(status("evil.example.com", ""), 403U);
    EXPECT_EQ(status("", ""), 400U) << "as a client of HTTP/1.0 may leave it";
    EXPECT_EQ(status("localhost:8420", "http://evil.example.com"), 403U);
    EXPECT_EQ(status("localhost:8420", "null"), 403U);
    base.time.advance(std::chrono::minutes{1}); // the caller's bucket fills up again
    EXPECT_EQ(status("LOCALHOST:1", "http://localhost:8420"), 200U);
    EXPECT_EQ(status("[::1]:8420", ""), 200U);
    EXPECT_EQ(send("GET", "/healthz", {{"Host", "localhost"}, {"Host", "localhost"}})->status, 400U);
}

TEST_F(open_gateway_test, only_configured_web_origins_may_read)
{
    const auto got = list_tools({{"Origin", "https://app.example"}});
    EXPECT_EQ(got->status, 200U);
    EXPECT_EQ(got->header("access-control-allow-origin"), "https://app.example");
    EXPECT_EQ(got->header("vary"), "Origin");
    const auto before = send("OPTIONS", "/mcp", {{"Origin", "https://app.example"}});
    EXPECT_EQ(before->status, 204U);
    EXPECT_THAT(before->header("access-control-allow-headers"), HasSubstr("Mcp-Session-Id"));
    const auto asking = send(
        "OPTIONS",
        "/mcp",
        {{"Origin", "https://app.example"},
         {"Access-Control-Request-Headers", "mcp-param-region, x-other, mcp-param-a b"}}
    );
    EXPECT_THAT(asking->header("access-control-allow-headers"), HasSubstr("Mcp-Name, mcp-param-region"));
    EXPECT_THAT(asking->header("access-control-allow-headers"), Not(HasSubstr("x-other")));
    EXPECT_THAT(asking->header("access-control-allow-headers"), Not(HasSubstr("a b")));
    EXPECT_EQ(
        send("OPTIONS", "/mcp", {{"Origin", "http://localhost:3000"}})->header("access-control-allow-origin"), ""
    );
}

TEST_F(open_gateway_test, the_query_limits_what_is_seen_and_is_never_ignored)
{
    EXPECT_THAT(list_tools({})->body, HasSubstr("\"report\""));
    EXPECT_THAT(list_tools({}, "/mcp?read_only=true")->body, Not(HasSubstr("\"report\"")));
    const auto wrong = list_tools({}, "/mcp?readonly=true");
    EXPECT_EQ(wrong->status, 400U);
    EXPECT_THAT(wrong->body, HasSubstr("readonly"));
}

TEST_F(gateway_test, health_needs_no_credential_and_tells_strangers_nothing)
{
    EXPECT_EQ(send("GET", "/healthz", {})->status, 200U);
    EXPECT_EQ(send("POST", "/healthz", {})->status, 405U);
    EXPECT_EQ(send("GET", "/readyz", {})->body, "status only");
    is_ready = false;
    const auto not_ready = send("GET", "/readyz", {});
    EXPECT_EQ(not_ready->status, 503U);
    EXPECT_EQ(not_ready->body, "status only");
    EXPECT_THAT(send("GET", "/readyz", {{"Authorization", bearer("instances:read")}})->body, HasSubstr("with reasons"));
    EXPECT_EQ(send("GET", "/readyz", {{"Authorization", bearer("test:read")}})->body, "status only");
}

TEST_F(gateway_test, metrics_need_the_scope_of_the_overview)
{
    EXPECT_EQ(send("GET", "/metrics", {{"Authorization", bearer("instances:read")}})->body, "calls_total 1\n");
    const auto got = send("GET", "/metrics", {{"Authorization", bearer("test:read")}});
    EXPECT_EQ(got->status, 403U);
    EXPECT_THAT(got->header("www-authenticate"), HasSubstr("scope=\"instances:read\""));
}

TEST_F(gateway_test, the_resource_metadata_is_for_everybody)
{
    for (const auto* path : {"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}) {
        const auto got = send("GET", path, {{"Origin", "https://somewhere.example"}});
        EXPECT_EQ(got->status, 200U);
        EXPECT_EQ(got->header("content-type"), "application/json");
        EXPECT_EQ(got->header("access-control-allow-origin"), "*");
        EXPECT_THAT(got->body, HasSubstr("\"resource\""));
        const field_list asking{{"Origin", "https://somewhere.example"}, {"Access-Control-Request-Method", "GET"}};
        const auto before = send("OPTIONS", path, asking);
        EXPECT_EQ(before->status, 204U);
        EXPECT_EQ(before->header("access-control-allow-origin"), "*");
        EXPECT_EQ(send("POST", path, {{"Origin", "https://somewhere.example"}})->status, 403U);
        EXPECT_EQ(send("GET", path, {{"Host", "evil.example"}})->status, 403U) << "the Host still counts";
    }
}

TEST_F(gateway_test, other_paths_are_not_there)
{
    const auto got = send("GET", "/", {});
    EXPECT_EQ(got->status, 404U);
    EXPECT_THAT(got->body, HasSubstr("/mcp"));
    EXPECT_EQ(got->header("x-content-type-options"), "nosniff");
}

} // namespace
} // namespace basekeeper::gateway
