// What endpoints, origins, hosts and places of keys must look like.
#include "config/access_keys.hpp"

#include "config/address_range.hpp"
#include "config/keys.hpp"

#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::config {
namespace {

bool is_word(std::string_view s)
{
    return std::ranges::all_of(s, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

bool is_port(std::string_view s)
{
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(s.data(), s.data() + s.size(), number);
    return failed == std::errc{} && end == s.data() + s.size() && number <= 65'535;
}

bool is_name_or_address(std::string_view s)
{
    return !s.empty() && s.size() <= 253 && std::ranges::all_of(s, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

enum class port
{
    needed,
    optional
};

bool is_authority(std::string_view s, port p)
{
    std::string_view rest;
    if (s.starts_with('[')) {
        const auto close = s.find(']');
        if (close == std::string_view::npos || close < 3 || s.substr(1, close - 1).find(':') == std::string_view::npos)
            return false;
        rest = s.substr(close + 1);
    } else {
        const auto colon = std::min(s.find(':'), s.size());
        if (!is_name_or_address(s.substr(0, colon)))
            return false;
        rest = s.substr(colon);
    }
    return rest.empty() ? p == port::optional : rest.starts_with(':') && is_port(rest.substr(1));
}

} // namespace

bool is_listen_endpoint(std::string_view s)
{
    return s.empty() || (s.starts_with("unix:/") && s.size() > 6) || is_authority(s, port::needed);
}

bool is_public_url(std::string_view s)
{
    if (s.empty())
        return true;
    const auto url = boost::urls::parse_uri(s);
    return is_http_url(s) && !url->has_query() && !url->has_fragment();
}

bool is_origin(std::string_view s)
{
    for (const std::string_view scheme : {"https://", "http://"})
        if (s.starts_with(scheme))
            return is_authority(s.substr(scheme.size()), port::optional);
    return false;
}

bool is_host_name(std::string_view s)
{
    return is_authority(s, port::optional);
}

bool is_proxy(std::string_view s)
{
    return s == "unix" || address_range::read(s).has_value();
}

bool is_key_set_place(std::string_view s)
{
    if (s.empty() || s.starts_with('/') || s.starts_with('{'))
        return true;
    if (!is_http_url(s))
        return false;
    const auto url = boost::urls::parse_uri(s);
    const auto host = std::string_view(url->encoded_host());
    // Keys that come in clear over a network can be exchanged on the way.
    return url->scheme() == "https" || host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool is_issuer(std::string_view s)
{
    return is_word(s);
}

bool is_signature_algorithm(std::string_view s)
{
    constexpr std::array<std::string_view, 5> known{"HS256", "RS256", "PS256", "ES256", "EdDSA"};
    return std::ranges::find(known, s) != known.end();
}

bool is_long_secret(std::string_view s)
{
    return s.size() >= 32;
}

bool is_scope_shape(std::string_view s)
{
    return !s.empty() && std::ranges::all_of(s, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("_-:@*").contains(c);
    });
}

} // namespace basekeeper::config
