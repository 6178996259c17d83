// The texts of challenges.
#include "access/challenges.hpp"

#include <fmt/format.h>

#include <utility>

namespace basekeeper::access {
namespace {

/// What may stand in a quoted parameter (RFC 6750 section 3): printable ASCII without `"` and `\`.
std::string quotable(std::string_view text)
{
    std::string out;
    for (const char c : text)
        out += c >= 0x20 && c < 0x7f && c != '"' && c != '\\' ? c : '\'';
    return out;
}

} // namespace

challenges::challenges(std::string metadata_url, std::string scopes)
    : metadata_url_(quotable(metadata_url)), scopes_(quotable(scopes))
{}

std::string challenges::bearer(std::string_view code, std::string_view scopes, std::string_view why) const
{
    std::string out = "Bearer";
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty())
            fmt::format_to(std::back_inserter(out), "{} {}=\"{}\"", out.ends_with('"') ? "," : "", name, value);
    };
    add("error", code);
    add("error_description", quotable(why));
    add("scope", quotable(scopes));
    add("resource_metadata", metadata_url_);
    return out;
}

challenge challenges::nothing_shown() const
{
    return {
        .status = 401,
        .www_authenticate = bearer("", scopes_, ""),
        .message = "this server needs a credential: send `Authorization: Bearer` with an API key from `basekeeper key "
                   "create` or a token of its authorization server"
    };
}

challenge challenges::invalid_token(std::string_view why) const
{
    return {
        .status = 401,
        .www_authenticate = bearer("invalid_token", scopes_, why),
        .message = std::string(why),
        .counts = true
    };
}

challenge challenges::outdated(std::string_view why) const
{
    auto out = invalid_token(why);
    out.counts = false;
    return out;
}

challenge challenges::malformed(std::string_view why) const
{
    return {
        .status = 400,
        .www_authenticate = bearer("invalid_request", "", why),
        .message = std::string(why),
        .counts = true
    };
}

challenge challenges::cannot_verify(std::chrono::seconds wait) const
{
    return {
        .status = 503,
        .why = cause::keys_away,
        .message =
            "tokens cannot be verified now, as the keys of the authorization server could not be read: try again",
        .retry_after = std::max(wait, std::chrono::seconds{1})
    };
}

challenge challenges::insufficient_scope(std::string_view scopes) const
{
    const auto needs = fmt::format("this needs the scope {}", scopes);
    return {
        .status = 403,
        .why = cause::scope,
        .www_authenticate = bearer("insufficient_scope", scopes, needs),
        .message = needs
    };
}

challenge too_many_requests(cause who, std::chrono::seconds wait)
{
    wait = std::max(wait, std::chrono::seconds{1});
    return {
        .status = 429,
        .why = who,
        .message = fmt::format("too many requests: try again in {} s", wait.count()),
        .retry_after = wait
    };
}

challenge blocked_address(std::optional<std::chrono::seconds> wait)
{
    if (wait)
        wait = std::max(*wait, std::chrono::seconds{1});
    return {
        .status = 403,
        .why = cause::blocked,
        .message = "this address is blocked; whoever runs the server lifts that with `basekeeper block remove`",
        .retry_after = wait
    };
}

challenge wrong_place(cause which, unsigned status, std::string message)
{
    return {.status = status, .why = which, .message = std::move(message)};
}

} // namespace basekeeper::access
