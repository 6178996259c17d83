// An endpoint in memory for tests: the server of tests/support/mcp_session.hpp behind posted messages.
#pragma once

#include "support/http_exchange.hpp"
#include "support/mcp_session.hpp"
#include "transports/http/endpoint.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::transports::testing {

using field_list = std::vector<http::header_list::field>;
using answer = std::shared_ptr<http::testing::memory_exchange>;

inline constexpr std::string_view both = "application/json, text/event-stream";

class endpoint_fixture : public mcp::testing::conversation_fixture
{
public:
    explicit endpoint_fixture(endpoint_settings settings = {})
        : face(home, loop.executor(), std::move(settings)),
          serving_(loop.executor(), [](const std::exception_ptr& bug) { std::rethrow_exception(bug); })
    {}

    ~endpoint_fixture()
    {
        const auto end = [this]() -> io::task<int> {
            co_await face.close();
            static_cast<void>(co_await serving_.join(io::deadline::after(std::chrono::seconds{5})));
            co_return 0;
        };
        loop.run_main(end());
    }

    /// Sends a request and lets everything run as far as it can.
    answer send(std::string method, std::string body, field_list headers, mcp::caller who = {{"key:one"}})
    {
        http::request asked;
        asked.method = std::move(method);
        asked.path = "/mcp";
        asked.body = std::move(body);
        for (auto& [name, value] : headers)
            asked.headers.add(std::move(name), std::move(value));
        auto out = std::make_shared<http::testing::memory_exchange>();
        serving_.spawn(serve(std::move(asked), out, std::move(who)));
        settle();
        return out;
    }

    answer post(std::string body, field_list more = {}, mcp::caller who = {{"key:one"}})
    {
        field_list headers{{"Content-Type", "application/json"}, {"Accept", std::string(both)}};
        headers.insert(headers.end(), more.begin(), more.end());
        return send("POST", std::move(body), std::move(headers), std::move(who));
    }

    /// A request of the stateless era with the headers that belong to it. `name`: for `Mcp-Name`; may be empty.
    answer ask_modern(std::string_view method, std::string_view rest = "", std::string_view name = "")
    {
        field_list headers{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", std::string(method)}};
        if (!name.empty())
            headers.emplace_back("Mcp-Name", name);
        return post(mcp::testing::modern("1", method, rest, R"({"elicitation":{"form":{}}})"), std::move(headers));
    }

    answer call_modern(std::string_view tool, std::string_view arguments = "{}", std::string_view more = "")
    {
        const auto rest =
            R"("name":")" + std::string(tool) + R"(","arguments":)" + std::string(arguments) + "," + std::string(more);
        return ask_modern("tools/call", rest, tool);
    }

    /// Opens a session and returns its id.
    std::string open(std::string_view version = "2025-11-25", mcp::caller who = {{"key:one"}})
    {
        const auto got = post(
            R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" + std::string(version) +
                R"(","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}})",
            {},
            std::move(who)
        );
        return got->header("mcp-session-id");
    }

    answer post_in(const std::string& session, std::string body, mcp::caller who = {{"key:one"}})
    {
        return post(std::move(body), {{"Mcp-Session-Id", session}}, std::move(who));
    }

    answer get(const std::string& session, const std::string& last_event = {}, mcp::caller who = {{"key:one"}})
    {
        field_list headers{{"Accept", "text/event-stream"}, {"Mcp-Session-Id", session}};
        if (!last_event.empty())
            headers.emplace_back("Last-Event-ID", last_event);
        return send("GET", {}, std::move(headers), std::move(who));
    }

    endpoint face;

private:
    io::task<> serve(http::request asked, answer to, mcp::caller who)
    {
        co_await face.serve(std::move(asked), *to, std::move(who));
    }

    io::nursery serving_;
};

/// A call of a tool in a session.
inline std::string call(std::string_view id, std::string_view tool, std::string_view arguments = "{}")
{
    return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"tools/call","params":{"name":")" +
           std::string(tool) + R"(","arguments":)" + std::string(arguments) + R"(,"_meta":{"progressToken":"p"}}})";
}

/// The id of the last event in a text of events.
inline std::string last_id(std::string_view events)
{
    const auto at = events.rfind("id: ");
    if (at == std::string_view::npos)
        return {};
    const auto end = events.find('\n', at);
    return std::string(events.substr(at + 4, end - at - 4));
}

} // namespace basekeeper::transports::testing
