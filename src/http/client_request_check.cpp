// Refuses URLs, fields, addresses and pins that libcurl would read in a way that nobody meant.
#include "http/client_request_check.hpp"

#include "crypto/encoding.hpp"
#include "http/client_failure.hpp"
#include "net/host_and_port.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::http {
namespace {

bool is_token(std::string_view name)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto fits = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
    };
    return !name.empty() && std::ranges::all_of(name, fits);
}

bool is_field_value(std::string_view value)
{
    constexpr std::string_view forbidden("\r\n\0", 3);
    return value.find_first_of(forbidden) == std::string_view::npos;
}

std::string_view host_of(std::string_view url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos)
        return "the service";
    auto rest = url.substr(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    if (const auto at = rest.rfind('@'); at != std::string_view::npos)
        rest.remove_prefix(at + 1);
    return rest;
}

/// Anything but this form libcurl takes for the name of a file, or for several keys.
bool is_pin(std::string_view text)
{
    constexpr std::string_view start = "sha256//";
    if (!text.starts_with(start))
        return false;
    const auto bytes = crypto::from_base64(text.substr(start.size()));
    return bytes && bytes->size() == 32;
}

result<> check_target(const client_request& what)
{
    if (what.reach)
        TRY(net::parse_host_and_port(*what.reach));
    if (!what.pin.empty() && !is_pin(what.pin))
        return fail(
            condition::invalid_argument,
            "the pinned key of a service is not sha256// with the base64 of 32 bytes",
            "take it from the certificate: `openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform "
            "der | "
            "openssl dgst -sha256 -binary | base64`, with sha256// before it"
        );
    if (!what.pin.empty() && !what.url.starts_with("https://"))
        return fail(
            condition::invalid_argument,
            fmt::format("a key is pinned for {}, which is http: nothing would be verified", place_of(what)),
            "use an https URL, or take the pin away"
        );
    if ((what.reach || !what.pin.empty()) && what.on_redirect == redirects::followed)
        return fail(
            condition::invalid_argument,
            "a request with an address to reach or a pinned key may not follow redirects: both are of one host",
            "use the URL at which the service really is"
        );
    return {};
}

} // namespace

result<> check_request(const client_request& what)
{
    const bool web = what.url.starts_with("https://") || what.url.starts_with("http://");
    const bool clean = std::ranges::all_of(what.url, [](char c) { return static_cast<unsigned char>(c) > 0x20; });
    if (!web || !clean || host_of(what.url).empty())
        return fail(transfer_failure(CURLE_URL_MALFORMAT, {}, {}));
    const auto authority = std::string_view(what.url).substr(what.url.find("://") + 3);
    if (authority.substr(0, authority.find_first_of("/?#")).contains('@'))
        return fail(condition::invalid_argument, "the URL of a request holds a user name", "pass it as a header");
    if (what.on_redirect == redirects::followed && !what.secrets.empty())
        return fail(
            condition::invalid_argument,
            "a request with secret fields may not follow redirects: they would reach another host",
            "use the URL at which the service really is"
        );
    const auto ok = [](std::string_view name, std::string_view value) {
        return is_token(name) && is_field_value(value);
    };
    const bool fields =
        std::ranges::all_of(what.headers, [&](const auto& h) { return ok(h.name, h.value); }) &&
        std::ranges::all_of(what.secrets, [&](const auto& h) { return ok(h.name, h.value.reveal()); }) &&
        is_field_value(what.traceparent);
    if (!fields)
        return fail(
            condition::invalid_argument, "a header field of a request holds a line break", "remove it from the value"
        );
    return check_target(what);
}

std::string place_of(const client_request& what)
{
    const auto host = host_of(what.url);
    return what.reach ? fmt::format("{} (reached at {})", host, *what.reach) : std::string(host);
}

} // namespace basekeeper::http
