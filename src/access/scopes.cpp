// Reading and comparing scopes.
#include "access/scopes.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace basekeeper::access {
namespace {

constexpr std::string_view every_group = "*";
constexpr std::array<std::string_view, 3> effects{"read", "write", "destroy"}; // by the value of mcp::effect
constexpr std::size_t longest_group = 63;
constexpr std::size_t most_scopes = 256; // of one token

bool is_group_name(std::string_view s)
{
    return !s.empty() && s.size() <= longest_group && std::ranges::all_of(s, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

struct pieces
{
    std::string_view group;
    std::string_view effect;
    std::string_view instance;
    bool names_instance = false;
};

std::optional<pieces> split(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto at = text.find('@', colon);
    const auto end = std::min(at, text.size());
    pieces out{.group = text.substr(0, colon), .effect = text.substr(colon + 1, end - colon - 1), .instance = {}};
    if (at != std::string_view::npos) {
        out.instance = text.substr(at + 1);
        out.names_instance = true;
    }
    return out;
}

std::unexpected<error> refused(std::string_view text, std::string_view why, std::string hint)
{
    return fail(
        condition::invalid_argument, fmt::format("the scope \"{}\" {}", utf8_prefix(text, 100), why), std::move(hint)
    );
}

} // namespace

std::string to_text(const scope& s)
{
    const auto effect = effects[static_cast<std::size_t>(s.upto)];
    return s.instance.empty() ? fmt::format("{}:{}", s.group, effect)
                              : fmt::format("{}:{}@{}", s.group, effect, s.instance);
}

result<scope> parse_scope(std::string_view text, std::span<const std::string> groups)
{
    const auto parts = split(text);
    if (!parts)
        return refused(text, "is not group:effect", "write for example database:read, database:write@dev or *:read");
    const bool known =
        parts->group == every_group ||
        (groups.empty() ? is_group_name(parts->group) : std::ranges::find(groups, parts->group) != groups.end());
    if (!known)
        return refused(
            text,
            fmt::format("names the group \"{}\", which does not exist", utf8_prefix(parts->group, 64)),
            groups.empty() ? "use the name of a tool group" : fmt::format("use *, {}", fmt::join(groups, ", "))
        );
    const auto* effect = std::ranges::find(effects, parts->effect);
    if (effect == effects.end())
        return refused(
            text,
            fmt::format("names the effect \"{}\", which does not exist", utf8_prefix(parts->effect, 64)),
            "use read, write or destroy; each has the ones before it"
        );
    if (parts->names_instance && !is_dns_label(parts->instance))
        return refused(text, "names no instance behind the @", "run `basekeeper instance list` for their names");
    return scope{
        .group = std::string(parts->group),
        .upto = static_cast<mcp::effect>(effect - effects.begin()),
        .instance = std::string(parts->instance)
    };
}

std::vector<scope> known_scopes(std::string_view text)
{
    std::vector<scope> out;
    while (!text.empty() && out.size() < most_scopes) {
        const auto end = std::min(text.find(' '), text.size());
        if (auto one = parse_scope(text.substr(0, end), {}))
            out.push_back(*std::move(one));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string join(std::vector<scope> scopes)
{
    std::ranges::sort(scopes);
    const auto repeated = std::ranges::unique(scopes);
    scopes.erase(repeated.begin(), repeated.end());
    std::string out;
    for (const auto& s : scopes)
        out += (out.empty() ? "" : " ") + to_text(s);
    return out;
}

granted_scopes::granted_scopes(std::vector<scope> scopes) : scopes_(std::move(scopes)), key_(join(scopes_)) {}

bool granted_scopes::allows(std::string_view group, mcp::effect what, std::string_view instance) const
{
    return std::ranges::any_of(scopes_, [&](const scope& s) {
        return (s.group == every_group || s.group == group) && what <= s.upto &&
               (s.instance.empty() || instance.empty() || s.instance == instance);
    });
}

} // namespace basekeeper::access
