// The mapping of statuses, bodies and content types.
#include "clients/dokploy/answer.hpp"

#include "base/text.hpp"
#include "clients/dokploy/redact.hpp"
#include "json/text.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace basekeeper::dokploy {
namespace {

constexpr std::size_t most_server_text = 2'048;
constexpr std::size_t most_fields = 5;

std::string_view trimmed(std::string_view s)
{
    constexpr std::string_view blanks = " \t\r\n";
    s.remove_prefix(std::min(s.find_first_not_of(blanks), s.size()));
    return s.substr(0, s.find_last_not_of(blanks) + 1);
}

bool is_html(const http::client_response& came)
{
    const auto type = came.header("content-type").value_or("");
    return type.starts_with("text/html") || trimmed(came.body).starts_with('<');
}

std::string_view text_member(const boost::json::object& in, std::string_view name)
{
    const auto* v = in.if_contains(name);
    return v != nullptr && v->is_string() ? std::string_view(v->get_string()) : std::string_view{};
}

/// What an error of Dokploy holds.
struct failure_body
{
    std::string_view message;
    std::string_view code;
    std::string fields; ///< those that validation refuses, with why
    bool has_path = false;
};

std::string refused_fields(const boost::json::object& in)
{
    const auto* issues = in.if_contains("issues");
    if (issues == nullptr || !issues->is_array())
        return {};
    std::string out;
    std::size_t count = 0;
    for (const auto& issue : issues->get_array()) {
        if (!issue.is_object() || ++count > most_fields)
            continue;
        std::string path;
        const auto* steps = issue.get_object().if_contains("path");
        if (steps != nullptr && steps->is_array())
            for (const auto& step : steps->get_array())
                path += (path.empty() ? "" : ".") +
                        (step.is_string() ? std::string(step.get_string()) : json::to_text(step));
        out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", path, text_member(issue.get_object(), "message"));
    }
    return out;
}

failure_body read_failure(const boost::json::value& parsed)
{
    failure_body out;
    if (!parsed.is_object())
        return out;
    const auto& in = parsed.get_object();
    out.message = text_member(in, "message");
    out.code = text_member(in, "code");
    out.fields = refused_fields(in);
    if (const auto* data = in.if_contains("data"); data != nullptr && data->is_object())
        out.has_path = data->get_object().contains("path");
    return out;
}

error refused_key(key_history key)
{
    if (key == key_history::accepted_before)
        return {
            condition::denied,
            "Dokploy no longer accepts the key: it was removed, has expired, or its number of calls is used up",
            "create a key in Dokploy's interface (Settings > Profile > API/CLI Keys), or through its API with "
            "rateLimitEnabled set to false: keys made without it answer five calls a day"
        };
    return {
        condition::denied,
        "Dokploy does not accept the key: it is wrong, disabled, expired, of no organisation, or its calls are used up",
        "copy the whole key again, or create one in Dokploy's interface (Settings > Profile > API/CLI Keys)"
    };
}

bool wraps_refusal(std::string_view message)
{
    constexpr std::array marks{"don't have access", "unauthorized", "UNAUTHORIZED", "not authorized", "permission"};
    return std::ranges::any_of(marks, [&](std::string_view mark) { return message.contains(mark); });
}

error refused_permission(std::string_view procedure)
{
    return {
        condition::denied,
        fmt::format("the owner of the key may not do {} in Dokploy", procedure),
        "use the key of an owner or admin of the organisation, or give this member access to the project and service"
    };
}

error bad_request(const asked& what, const failure_body& said)
{
    if (said.fields.empty() && wraps_refusal(said.message))
        return refused_permission(what.procedure);
    if (said.message == "Input validation failed" || !said.fields.empty())
        return {
            condition::invalid_argument,
            fmt::format("Dokploy refused the arguments of {}", what.procedure),
            "correct the fields that it names; fields that it does not know yet need a newer Dokploy"
        };
    return {
        condition::invalid_argument,
        fmt::format("Dokploy refused {}", what.procedure),
        "correct what it complains about"
    };
}

error not_found(const asked& what, const failure_body& said)
{
    if (!said.has_path || said.message == "Not found")
        return {
            condition::not_found,
            fmt::format("this Dokploy has no procedure {}", what.procedure),
            "update Dokploy, or check that the URL is Dokploy's own, without a path"
        };
    return {
        condition::not_found,
        fmt::format("{} found nothing in Dokploy", what.procedure),
        "it was removed, or lies in another organisation than the key: list what there is and use its id"
    };
}

error of_status(int status, const asked& what, const failure_body& said)
{
    switch (status) {
    case 400:
        return bad_request(what, said);
    case 401:
        return said.code.empty() ? refused_key(what.key) : refused_permission(what.procedure);
    case 403:
        return refused_permission(what.procedure);
    case 404:
        return not_found(what, said);
    case 408:
    case 504:
        return {
            condition::timeout,
            fmt::format("a proxy gave up waiting for Dokploy to answer {}", what.procedure),
            "look whether it was carried out before trying again; a proxy should wait for a few minutes"
        };
    case 409:
        return {
            condition::conflict,
            fmt::format("{} meets something that exists already", what.procedure),
            "choose another name"
        };
    case 413:
        return {
            condition::invalid_argument,
            fmt::format("the request of {} is too large for Dokploy, which takes one megabyte", what.procedure),
            "make the compose file, the environment or the mounted file smaller"
        };
    case 429:
        return {
            condition::unavailable,
            "a proxy before Dokploy refuses more calls for now",
            "wait a moment; when it happens often, raise the limit of that proxy for this machine"
        };
    case 502:
    case 503:
        return {
            condition::unavailable,
            "a proxy answers, but the Dokploy behind it does not",
            "check on the server that Dokploy runs: `docker service ps dokploy`; it is away for a minute while it "
            "updates"
        };
    default:
        break;
    }
    if (status >= 500)
        return {
            condition::unavailable,
            fmt::format("{} failed inside Dokploy", what.procedure),
            "read what it says about it"
        };
    return {
        condition::invalid_argument,
        fmt::format("Dokploy answered {} with status {}", what.procedure, status),
        "report this as a bug"
    };
}

/// `https://host:port` of where a redirect leads; empty when it is no such URL.
std::string_view origin_of(std::string_view location)
{
    const auto scheme = location.find("://");
    if (scheme == std::string_view::npos || !location.starts_with("http"))
        return {};
    const auto origin = location.substr(0, location.find_first_of("/?#", scheme + 3));
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:/[]";
    return origin.find_first_not_of(allowed) == std::string_view::npos && origin.size() < 300 ? origin
                                                                                              : std::string_view{};
}

error redirected(const http::client_response& came)
{
    const auto to = origin_of(came.header("location").value_or(""));
    return {
        condition::invalid_argument,
        "the URL of Dokploy redirects, and a key is not sent elsewhere unasked",
        to.empty() ? "use the URL that the browser shows when Dokploy is open" : fmt::format("use {} as the URL", to)
    };
}

/// A page where JSON was expected: nothing of Dokploy's API.
error page(int status)
{
    if (status == 401 || status == 403)
        return {
            condition::denied,
            "a proxy or firewall before Dokploy refuses the call with a page of its own",
            "let this machine through there (Cloudflare Access, basic authentication), or use Dokploy's direct address"
        };
    return {
        condition::not_found,
        "at this URL answers a page, not the API of Dokploy",
        "use the URL of Dokploy's interface without a path, such as https://dokploy.example.com"
    };
}

void add_server_text(error& e, const http::client_response& came, const failure_body& said, const asked& what)
{
    // The page of a proxy says nothing that its status does not.
    if (is_html(came) || !is_utf8(came.body))
        return;
    std::string text(said.message.empty() ? trimmed(came.body) : said.message);
    if (!said.fields.empty())
        text += " (" + said.fields + ")";
    // The cut comes last: half a secret is not recognised as one.
    text = redact(text, what.secrets);
    e.server_text = utf8_prefix(text, most_server_text);
}

} // namespace

result<boost::json::value> read_answer(const http::client_response& came, const asked& what)
{
    const bool good = came.status >= 200 && came.status < 300;
    const auto body = trimmed(came.body);
    if (good && body.empty())
        return boost::json::value(nullptr);
    const bool html = is_html(came);
    auto parsed = json::read(body, {.max_bytes = std::size_t{16} << 20U});
    if (good && parsed && !html)
        return *std::move(parsed);
    const auto said = parsed ? read_failure(*parsed) : failure_body{};
    error e;
    if (came.status >= 300 && came.status < 400)
        e = redirected(came);
    else if (good || (html && came.status < 500 && came.status != 429 && came.status != 413))
        e = page(came.status);
    else
        e = of_status(came.status, what, said);
    e.http_status = came.status;
    if (!good)
        add_server_text(e, came, said, what);
    return fail(std::move(e));
}

bool is_lost(const error& e)
{
    const bool away = e.code == condition::unavailable || e.code == condition::timeout;
    return away && e.http_status != 429 && (e.http_status == 0 || e.http_status == 408 || e.http_status >= 500);
}

bool is_refused_key(const http::client_response& came)
{
    if (came.status != 401 || is_html(came))
        return false;
    const auto parsed = json::read(trimmed(came.body));
    return parsed && parsed->is_object() && !parsed->get_object().contains("code");
}

} // namespace basekeeper::dokploy
