// What the texts of settings must look like.
#include "config/keys.hpp"

#include "base/text.hpp"

#include <boost/url/parse.hpp>

#include <algorithm>

namespace basekeeper::config {
namespace {

bool is_printable(char c)
{
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

} // namespace

bool is_feature_name(std::string_view s)
{
    return !s.empty() && s.size() <= 63 && std::ranges::all_of(s, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

bool is_tag(std::string_view s)
{
    return !s.empty() && s.size() <= 63 && std::ranges::all_of(s, [](char c) { return c == ' ' || is_printable(c); });
}

bool is_file_path(std::string_view s)
{
    return s.starts_with('/') || s.starts_with("~/");
}

bool is_instance_or_empty(std::string_view s)
{
    return s.empty() || is_dns_label(s);
}

bool is_not_empty(std::string_view s)
{
    return !s.empty();
}

bool is_api_key(std::string_view s)
{
    return !s.empty() && std::ranges::all_of(s, is_printable);
}

bool is_database_url(std::string_view s)
{
    // What is in it is judged when it is used, by the reader of all these shapes.
    if (s.starts_with("postgresql://") || s.starts_with("postgres://"))
        return std::ranges::all_of(s, is_printable);
    if (s.starts_with("jdbc:postgresql:"))
        return true;
    const auto equals = s.find('=');
    return equals != std::string_view::npos && !s.substr(0, equals).contains("://");
}

bool is_pin(std::string_view s)
{
    constexpr std::string_view prefix = "sha256//";
    return s.starts_with(prefix) && s.size() == prefix.size() + 44 && s.ends_with('=') &&
           std::ranges::all_of(s, is_printable);
}

bool is_address(std::string_view s)
{
    const auto colon = s.rfind(':');
    return colon != std::string_view::npos && colon > 0 && colon + 1 < s.size() && s.size() - colon <= 6 &&
           std::ranges::all_of(s.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; }) &&
           std::ranges::all_of(s, is_printable) && !s.contains('/');
}

bool is_http_url(std::string_view s)
{
    const auto url = boost::urls::parse_uri(s);
    return url && (url->scheme() == "https" || url->scheme() == "http") && !url->host().empty() && !url->has_userinfo();
}

} // namespace basekeeper::config
