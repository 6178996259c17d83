// Choosing a stack by host and path.
#include "features/rehearsal/stack_front.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace basekeeper::rehearsal {
namespace {

front_answer plain(unsigned status, std::string text)
{
    return {
        .status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(text) + "\n"
    };
}

/// The name that was asked for, in lower case and without a port.
std::string host_of(const front_request& what)
{
    for (const auto& [name, value] : what.headers) {
        std::string lower(name);
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        if (lower != "host")
            continue;
        auto host = value.substr(0, value.rfind(':'));
        std::ranges::transform(host, host.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return host;
    }
    return {};
}

struct chosen
{
    const stack_on_host* stack = nullptr;
    const route* to = nullptr;
};

/// The longest path wins, as with Traefik.
chosen choose(const world& in, const std::string& host, const front_request& what)
{
    chosen out;
    for (const auto& [name, stack] : in.docker.stacks())
        for (const auto& one : stack.routes) {
            const auto prefix = one.path == "/" ? std::string{} : one.path;
            if (one.host != host || !what.path.starts_with(prefix))
                continue;
            if (out.to == nullptr || one.path.size() > out.to->path.size())
                out = {&stack, &one};
        }
    return out;
}

part_state state_of(const world& in, const stack_on_host& stack, const container& c)
{
    if (phase_of(c, in.now) != container_phase::running)
        return part_state::absent;
    return works(stack, c, in.faults, in.now) ? part_state::works : part_state::unhealthy;
}

/// Whether the compose file hands a set of keys to the container of a service; others have none to be handed.
bool has_key_set(const container& c)
{
    constexpr std::array given{
        std::pair{stack::role::auth, std::string_view("GOTRUE_JWT_KEYS")},
        std::pair{stack::role::rest, std::string_view("PGRST_JWT_SECRET")},
        std::pair{stack::role::realtime, std::string_view("API_JWT_JWKS")},
        std::pair{stack::role::storage, std::string_view("JWT_JWKS")},
        std::pair{stack::role::functions, std::string_view("SUPABASE_JWKS")},
    };
    const auto* by = std::ranges::find(given, c.of.role, &decltype(given)::value_type::first);
    return by == given.end() || variable_of(c, by->second).contains("\"kty\"");
}

/// `http://HOST:4000` in the routes of the gateway.
std::string realtime_host_of(const stack_on_host& stack)
{
    for (const auto& [path, content] : stack.files) {
        const auto port = path.ends_with("kong.yml") ? content.find(":4000/socket") : std::string::npos;
        if (port == std::string::npos)
            continue;
        const auto begin = content.rfind('/', port);
        return content.substr(begin + 1, port - begin - 1);
    }
    return {};
}

} // namespace

front_answer nothing_behind(const stack_view&, const front_request&)
{
    return plain(503, "name resolution failed");
}

stack_view view_of(const world& in, const stack_on_host& stack)
{
    stack_view out{.on_host = stack};
    std::string tenant;
    for (const auto& c : stack.containers) {
        out.parts[c.of.role] = state_of(in, stack, c);
        if (!has_key_set(c))
            out.without_key_set.insert(c.of.role);
        if (c.of.role == stack::role::realtime)
            tenant = variable_of(c, "SELF_HOST_TENANT_NAME");
    }
    out.variables = stack.variables;
    if (!tenant.empty())
        out.variables.insert_or_assign("SELF_HOST_TENANT_NAME", crypto::secret<>(std::string(tenant)));
    else
        tenant = "realtime-dev"; // which it makes when it is told nothing
    const auto host = realtime_host_of(stack);
    if (!host.empty() && host.substr(0, host.find('.')) != tenant)
        out.unknown_realtime_host = host;
    return out;
}

front_answer answer_for_host(const world& in, const stack_front& front, entry by, const front_request& what)
{
    const auto host = host_of(what);
    const auto found = choose(in, host, what);
    if (found.to == nullptr || (by == entry::encrypted && !found.to->https))
        return plain(404, "404 page not found");
    if (by == entry::plain && found.to->https) {
        const auto target = "https://" + host + what.path + (what.query.empty() ? "" : "?" + what.query);
        const bool reading = what.method == "GET" || what.method == "HEAD";
        return {.status = reading ? 301U : 308U, .headers = {{"Location", target}}, .body = "Moved Permanently"};
    }
    const auto* c = found.stack->find(found.to->service);
    if (c == nullptr || phase_of(*c, in.now) != container_phase::running)
        return plain(404, "404 page not found");
    const auto how = health_of(*found.stack, *c, in.faults, in.now);
    if (how == health::starting || how == health::unhealthy)
        return plain(404, "404 page not found"); // the proxy leaves such containers out
    if (!works(*found.stack, *c, in.faults, in.now))
        return plain(502, "Bad Gateway");
    return front(view_of(in, *found.stack), what);
}

std::vector<std::string> certified_hosts(const world& in)
{
    std::vector<std::string> out;
    for (const auto& [name, stack] : in.docker.stacks())
        for (const auto& one : stack.routes)
            if (one.https && one.has_resolver && std::ranges::find(out, one.host) == out.end())
                out.push_back(one.host);
    return out;
}

} // namespace basekeeper::rehearsal
