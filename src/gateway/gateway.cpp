// Checks in their order, then one function per path.
#include "gateway/gateway.hpp"

#include "http/ascii.hpp"
#include "transports/http/query_view.hpp"
#include "transports/http/refusal.hpp"

#include <algorithm>
#include <utility>

namespace basekeeper::gateway {
namespace {

constexpr std::string_view mcp_path = "/mcp";
constexpr std::string_view websocket_path = "/ws";
constexpr std::string_view alive_path = "/healthz";
constexpr std::string_view ready_path = "/readyz";
constexpr std::string_view metrics_path = "/metrics";

/// The group whose read scope shows how the server is doing.
constexpr std::string_view overview_group = "instances";

/// `client`: the address that counts.
access::visitor visitor_of(const http::request& asked, std::string_view client)
{
    return {
        .ip = client,
        .host = asked.headers.find("host"),
        .origin = asked.headers.find("origin"),
        .authorization = asked.headers.find("authorization"),
    };
}

std::optional<std::string> credential_of(const http::request& asked)
{
    const auto found = asked.headers.find("authorization");
    return found ? std::optional<std::string>(*found) : std::nullopt;
}

http::response text_answer(std::string text, std::string_view type)
{
    http::response out;
    out.headers.add("Content-Type", std::string(type));
    out.body = std::move(text);
    return out;
}

bool leads_to_mcp(std::string_view path)
{
    return path == mcp_path || path == websocket_path;
}

bool is_read(const http::request& asked)
{
    return asked.method == "GET" || asked.method == "HEAD";
}

bool may_see_overview(const mcp::principal& who)
{
    return who.rights == nullptr || who.rights->allows(overview_group, mcp::effect::reads, mcp::every_instance);
}

/// The headers in which a client repeats arguments that it asks leave for: their names depend on the tools.
std::string parameter_headers(const http::header_list& asked)
{
    std::string out;
    for (auto rest = asked.find("access-control-request-headers").value_or(""); !rest.empty();) {
        const auto comma = rest.find(',');
        const auto name = http::trimmed(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        constexpr std::string_view prefix = "mcp-param-";
        const bool is_token = std::ranges::all_of(name, [](char c) {
            return c == '-' || c == '_' || c == '.' || (c >= '0' && c <= '9') ||
                   (http::lower(c) >= 'a' && http::lower(c) <= 'z');
        });
        if (is_token && http::same_word(name.substr(0, prefix.size()), prefix))
            out += ", " + std::string(name);
    }
    return out;
}

http::response preflight(const http::request& asked)
{
    http::response out{.status = 204};
    out.headers.add("Access-Control-Allow-Methods", "GET, POST, DELETE");
    out.headers.add(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, "
        "Mcp-Name" +
            parameter_headers(asked.headers)
    );
    out.headers.add("Access-Control-Max-Age", "600");
    return out;
}

} // namespace

dress gateway::dress_for(const http::request& asked) const
{
    return {
        .to = asked.from,
        .cross_origin = with_.door.places().cross_origin(asked.headers.find("origin")).value_or(""),
    };
}

http::response gateway::refuse(const access::challenge& why) const
{
    auto out = transports::refusal(why.status, why.message);
    if (!why.www_authenticate.empty())
        out.headers.add("WWW-Authenticate", why.www_authenticate);
    if (why.retry_after)
        out.headers.add("Retry-After", std::to_string(why.retry_after->count()));
    count(why);
    return out;
}

void gateway::count(const access::challenge& why) const
{
    if (settings_.count_refusal)
        settings_.count_refusal(why.why);
}

std::string gateway::client_of(const http::request& asked) const
{
    std::string forwarded_for;
    for (const auto& [name, value] : asked.headers.fields())
        if (http::same_word(name, "x-forwarded-for"))
            forwarded_for += (forwarded_for.empty() ? "" : ",") + value;
    return with_.door.client_of(asked.from.ip, forwarded_for);
}

access::purpose gateway::purpose_of(const http::request& asked) const
{
    if (asked.path == alive_path)
        return access::purpose::liveness;
    const bool reads = is_read(asked) || asked.method == "OPTIONS";
    return reads && is_metadata(asked.path) ? access::purpose::metadata : access::purpose::use;
}

bool gateway::is_metadata(std::string_view path) const
{
    return std::ranges::find(settings_.metadata_paths, path) != settings_.metadata_paths.end();
}

bool gateway::knows(std::string_view path) const
{
    return path == mcp_path || path == websocket_path || path == alive_path || path == ready_path ||
           (path == metrics_path && settings_.metrics) || is_metadata(path);
}

/// Browsers send no credential with the question whether they may.
bool gateway::needs_credential(const http::request& head) const
{
    return leads_to_mcp(head.path) && !(head.method == "OPTIONS" && !dress_for(head).cross_origin.empty());
}

std::optional<http::response> gateway::admit(const http::request& head)
{
    const auto client = client_of(head);
    auto visitor = visitor_of(head, client);
    visitor.wants = purpose_of(head);
    std::optional<http::response> no;
    if (head.headers.count("host") > 1 || head.headers.count("authorization") > 1 || head.headers.count("origin") > 1)
        no = transports::refusal(400, "Bad Request: Host, Origin and Authorization may stand once");
    else if (const auto why = with_.door.admit(visitor))
        no = refuse(*why);
    else if (!knows(head.path))
        no = transports::refusal(404, "Not found: the MCP endpoint is /mcp");
    else if (needs_credential(head)) // or anybody could make us read bodies
        if (const auto unknown = with_.door.refuse_at_sight(visitor))
            no = refuse(*unknown);
    if (no)
        dress_for(head).put_on(*no);
    return no;
}

io::task<> gateway::serve(http::request asked, http::exchange& with)
{
    auto wears = dress_for(asked);
    asked.from.ip = client_of(asked);
    if (is_metadata(asked.path))
        wears.cross_origin = "*"; // RFC 9728: for anybody to read
    const bool foreign_page = !wears.cross_origin.empty();
    dressed_exchange out(with, std::move(wears));
    if (asked.method == "OPTIONS" && foreign_page)
        co_return out.respond(preflight(asked));
    if (leads_to_mcp(asked.path))
        co_return co_await serve_mcp(std::move(asked), out);
    if (!is_read(asked)) {
        auto no = transports::refusal(405, "Method not allowed: use GET");
        no.headers.add("Allow", "GET, HEAD");
        co_return out.respond(std::move(no));
    }
    if (asked.path == alive_path)
        out.respond(text_answer(health::liveness(), "application/json"));
    else if (asked.path == ready_path)
        co_await serve_readiness(asked, out);
    else if (asked.path == metrics_path)
        co_await serve_metrics(asked, out);
    else
        out.respond(text_answer(settings_.metadata, "application/json"));
}

io::task<std::optional<mcp::principal>> gateway::identify(const http::request& asked, http::exchange& with)
{
    const auto from = visitor_of(asked, asked.from.ip);
    auto found = with_.door.try_identify(from);
    if (!found)
        found = co_await with_.door.identify(asked.from.ip, credential_of(asked));
    if (*found)
        co_return **std::move(found);
    with.respond(refuse(found->error()));
    co_return std::nullopt;
}

io::task<> gateway::serve_mcp(http::request asked, http::exchange& with)
{
    auto who = co_await identify(asked, with);
    if (!who)
        co_return;
    const auto may_use = [&](std::string_view instance) { return with_.may_use(*who, instance); };
    auto sees = transports::read_query_view(asked.query, with_.offers, may_use);
    if (!sees) {
        const auto& why = sees.error();
        co_return with.respond(transports::refusal(400, "Bad Request: " + why.message + "; " + why.hint));
    }
    mcp::caller caller{*std::move(who), *std::move(sees)};
    if (asked.path == mcp_path)
        co_await with_.mcp.serve(std::move(asked), with, std::move(caller));
    else
        co_await with_.mcp.serve_websocket(
            with,
            std::move(caller),
            [this, ip = asked.from.ip, shown = credential_of(asked)] { return hear_again(ip, shown); }
        );
}

io::task<std::expected<mcp::principal, transports::objection>>
gateway::hear_again(std::string ip, std::optional<std::string> authorization)
{
    using then = transports::objection::then;
    const auto object = [this](const access::challenge& why) {
        count(why);
        // What passes by itself is no reason to end a conversation.
        const bool passes = why.why == access::cause::caller_rate || why.why == access::cause::address_rate ||
                            why.why == access::cause::keys_away;
        return std::unexpected(transports::objection{passes ? then::try_later : then::leave, why.message});
    };
    if (const auto no = with_.door.admit_again(ip))
        co_return object(*no);
    auto found = with_.door.try_identify({.ip = ip, .authorization = authorization});
    if (!found)
        found = co_await with_.door.identify(std::move(ip), std::move(authorization));
    if (!*found)
        co_return object(found->error());
    co_return **std::move(found);
}

io::task<> gateway::serve_readiness(const http::request& asked, http::exchange& with)
{
    // Probes bring no credential; what depends on what is for those who may see it.
    const auto from = visitor_of(asked, asked.from.ip);
    auto found = with_.door.try_identify(from);
    if (!found && from.authorization)
        found = co_await with_.door.identify(asked.from.ip, std::string(*from.authorization));
    const bool may_see = found && *found && may_see_overview(**found);
    auto now = co_await settings_.ready(may_see ? health::detail::full : health::detail::status_only);
    auto answer = text_answer(std::move(now.json), "application/json");
    answer.status = now.ready ? 200 : 503;
    with.respond(std::move(answer));
}

io::task<> gateway::serve_metrics(const http::request& asked, http::exchange& with)
{
    const auto who = co_await identify(asked, with);
    if (!who)
        co_return;
    if (!may_see_overview(*who))
        co_return with.respond(refuse(with_.door.words().insufficient_scope("instances:read")));
    with.respond(text_answer(settings_.metrics(), "text/plain; version=0.0.4; charset=utf-8"));
}

} // namespace basekeeper::gateway
