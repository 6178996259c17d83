// Reads connection URLs as people paste them, and libpq keyword strings. No message repeats a value of the input, for a
// misread one may hold a piece of the password.
#include "pg/target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace basekeeper::pg {
namespace {

struct mode_name
{
    std::string_view name;
    tls_mode mode;
};

/// The first name of each mode is the one written; the others are spellings of other drivers.
constexpr auto mode_names = std::to_array<mode_name>({
    {"disable", tls_mode::disable},
    {"prefer", tls_mode::prefer},
    {"allow", tls_mode::prefer},
    {"require", tls_mode::require},
    {"no-verify", tls_mode::require},
    {"verify-ca", tls_mode::verify_ca},
    {"verify-full", tls_mode::verify_full},
});

/// Settings of other drivers and poolers that change neither where nor how we connect.
constexpr auto ignored = std::to_array<std::string_view>({
    "channel_binding",
    "client_encoding",
    "connection_limit",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "pgbouncer",
    "pool_timeout",
    "prepareThreshold",
    "prepared_statements",
    "schema",
    "socket_timeout",
    "statement_cache_size",
    "supa",
    "target_session_attrs",
    "tcp_user_timeout",
    "uselibpqcompat",
    "workaround",
});

constexpr auto understood = std::to_array<std::string_view>({
    "application_name",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl",
    "sslmode",
    "sslrootcert",
    "user",
});

constexpr std::string_view shape_hint =
    "write postgresql://USER:PASSWORD@HOST:5432/DATABASE, or host=HOST port=5432 user=USER dbname=DATABASE";

std::unexpected<error> wrong(std::string what, std::string_view hint = shape_hint)
{
    return fail(condition::invalid_argument, "the connection string is wrong: " + what, std::string(hint));
}

int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

std::string percent_decoded(std::string_view s)
{
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '%' && i + 2 < s.size() && hex_digit(s[i + 1]) >= 0 && hex_digit(s[i + 2]) >= 0) {
            out.push_back(static_cast<char>(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2])));
            i += 2;
        } else {
            out.push_back(s[i]);
        }
    }
    return out;
}

namespace {

std::string percent_encoded(std::string_view s)
{
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(s.size() * 3); // never reallocates, so that no piece of a password stays behind in freed memory
    for (const char c : s) {
        if (plain.find(c) != std::string_view::npos) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[byte >> 4U]);
        out.push_back(digits[byte & 15U]);
    }
    return out;
}

template <class Number>
std::optional<Number> number_in(std::string_view s, Number least, Number most)
{
    Number value{};
    const auto [end, failed] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (failed != std::errc{} || end != s.data() + s.size() || value < least || value > most)
        return std::nullopt;
    return value;
}

result<> set_host(target& to, std::string host)
{
    if (host.find(',') != std::string::npos)
        return wrong("it names several hosts", "name one host; add one instance per server");
    const bool directory = host.starts_with('/');
    const auto odd = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' ||
               std::string_view("@/\\?#[]\"'<>").find(c) != std::string_view::npos;
    };
    if (!directory && std::ranges::any_of(host, odd))
        return wrong(
            "the host holds a character that no host name has",
            "check the part between '@' and ':'; encode special characters of the password (@ is %40, / is %2F)"
        );
    if (!host.empty())
        to.host = std::move(host);
    return {};
}

result<> set_port(target& to, std::string_view text)
{
    const auto port = number_in<unsigned>(text, 1, 65'535);
    if (!port)
        return wrong(
            "the port is not a number from 1 to 65535",
            "write HOST:5432; when the password holds ':' or '@' without a host after it, add @HOST"
        );
    to.port = static_cast<std::uint16_t>(*port);
    return {};
}

result<> set_tls(target& to, std::string_view key, std::string_view text)
{
    if (key == "ssl") {
        to.tls = text == "false" || text == "0" ? tls_mode::disable : tls_mode::require;
        return {};
    }
    const auto* found = std::ranges::find(mode_names, text, &mode_name::name);
    if (found == mode_names.end())
        return wrong(
            "sslmode is none of disable, prefer, require, verify-ca, verify-full",
            "use sslmode=require for Supabase, sslmode=verify-full with sslrootcert to check the server"
        );
    to.tls = found->mode;
    return {};
}

} // namespace

result<> apply_setting(target& to, std::string_view key, std::string value)
{
    if (value.find('\0') != std::string::npos)
        return wrong("it holds a NUL byte", "remove %00");
    if (key == "host" || key == "hostaddr")
        return set_host(to, std::move(value));
    if (key == "port")
        return set_port(to, value);
    if (key == "sslmode" || key == "ssl")
        return set_tls(to, key, value);
    if (key == "user")
        to.user = std::move(value);
    else if (key == "password")
        to.password = crypto::secret<std::string>(std::move(value));
    else if (key == "dbname")
        to.database = std::move(value);
    else if (key == "sslrootcert")
        to.root_certificate = std::move(value);
    else if (key == "application_name")
        to.application_name = std::move(value);
    else if (key == "options")
        to.options = std::move(value);
    else if (key == "connect_timeout") {
        const auto seconds = number_in<int>(value, 1, 3'600);
        if (!seconds)
            return wrong("connect_timeout is not a number of seconds from 1 to 3600", "write connect_timeout=10");
        to.connect_timeout = std::chrono::seconds(*seconds);
    } else if (std::ranges::find(ignored, key) == ignored.end()) {
        return wrong(
            "it has a setting that is not understood",
            "use host, port, user, password, dbname, sslmode, sslrootcert, application_name, options, "
            "connect_timeout"
        );
    }
    return {};
}

namespace {

bool is_known(std::string_view key)
{
    return std::ranges::find(understood, key) != understood.end() || std::ranges::find(ignored, key) != ignored.end();
}

/// Where the query begins: at the first '?' after an '@' (when there is one) that a known setting follows, so that a
/// '?' in a password does not count; else at the first '?' after the last '@'.
std::size_t query_start(std::string_view s)
{
    const auto first_at = s.find('@');
    auto from = first_at == std::string_view::npos ? 0 : first_at;
    for (auto at = s.find('?', from); at != std::string_view::npos; at = s.find('?', at + 1)) {
        const auto key = s.substr(at + 1, s.find('=', at) - at - 1);
        if (is_known(key))
            return at;
    }
    const auto last_at = s.rfind('@');
    return s.find('?', last_at == std::string_view::npos ? 0 : last_at);
}

result<> read_query(target& to, std::string_view query)
{
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty())
            continue;
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos)
            return wrong("a setting after '?' has no value", "write ?sslmode=require&application_name=NAME");
        TRY(apply_setting(to, percent_decoded(pair.substr(0, equals)), percent_decoded(pair.substr(equals + 1))));
    }
    return {};
}

result<> read_host_and_port(target& to, std::string_view s)
{
    std::string_view port;
    if (s.starts_with('[')) {
        const auto close = s.find(']');
        if (close == std::string_view::npos)
            return wrong("the IPv6 address has no closing ']'");
        port = s.substr(close + 1);
        if (!port.empty() && !port.starts_with(':'))
            return wrong("something other than a port follows the IPv6 address");
        TRY(set_host(to, percent_decoded(s.substr(1, close - 1))));
    } else {
        const auto colon = s.find(':');
        if (colon != std::string_view::npos && s.find(':', colon + 1) != std::string_view::npos)
            return wrong(
                "the part after '@' has several ':'",
                "put an IPv6 address in brackets: [2001:db8::1]:5432; when there is no '@', add @HOST after the "
                "password"
            );
        port = colon == std::string_view::npos ? std::string_view{} : s.substr(colon);
        TRY(set_host(to, percent_decoded(s.substr(0, colon))));
    }
    if (port.size() > 1)
        return set_port(to, port.substr(1));
    return {};
}

result<target> read_url(std::string_view s)
{
    target to;
    const auto question = query_start(s);
    const auto query = question == std::string_view::npos ? std::string_view{} : s.substr(question + 1);
    s = s.substr(0, question);

    if (const auto at = s.rfind('@'); at != std::string_view::npos) {
        const auto who = s.substr(0, at);
        const auto colon = who.find(':');
        if (auto user = percent_decoded(who.substr(0, colon)); !user.empty())
            TRY(apply_setting(to, "user", std::move(user)));
        if (colon != std::string_view::npos)
            TRY(apply_setting(to, "password", percent_decoded(who.substr(colon + 1))));
        s = s.substr(at + 1);
    }
    const auto slash = s.find('/');
    TRY(read_host_and_port(to, s.substr(0, slash)));
    if (slash != std::string_view::npos && slash + 1 < s.size())
        TRY(apply_setting(to, "dbname", percent_decoded(s.substr(slash + 1))));
    TRY(read_query(to, query));
    return to;
}

/// One value of a keyword string: bare up to white space, or in single quotes; backslash takes the next character.
result<std::string> read_value(std::string_view& s)
{
    std::string value;
    const bool quoted = s.starts_with('\'');
    if (quoted)
        s.remove_prefix(1);
    while (!s.empty()) {
        const char c = s.front();
        if (quoted ? c == '\'' : c == ' ' || c == '\t' || c == '\n' || c == '\r')
            break;
        s.remove_prefix(1);
        if (c != '\\') {
            value.push_back(c);
        } else if (!s.empty()) {
            value.push_back(s.front());
            s.remove_prefix(1);
        }
    }
    if (quoted) {
        if (s.empty())
            return wrong("a value has no closing quote", "close the quote; inside it write \\' for a quote");
        s.remove_prefix(1);
    }
    return value;
}

void skip_space(std::string_view& s)
{
    s.remove_prefix(std::min(s.find_first_not_of(" \t\r\n"), s.size()));
}

result<target> read_keywords(std::string_view s)
{
    target to;
    for (skip_space(s); !s.empty(); skip_space(s)) {
        const auto equals = s.find('=');
        if (equals == std::string_view::npos)
            return wrong(
                "a keyword has no '='",
                "write host=HOST port=5432 user=USER dbname=DATABASE; quote values with "
                "spaces in single quotes"
            );
        auto key = s.substr(0, equals);
        key = key.substr(0, key.find_last_not_of(" \t\r\n") + 1);
        s.remove_prefix(equals + 1);
        skip_space(s);
        auto value = TRY(read_value(s));
        TRY(apply_setting(to, key, std::move(value)));
    }
    return to;
}

} // namespace

std::string_view sslmode_name(tls_mode mode) noexcept
{
    return std::ranges::find(mode_names, mode, &mode_name::mode)->name;
}

result<target> parse_target(std::string_view text)
{
    skip_space(text);
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    if (text.empty())
        return wrong("it is empty");
    for (const std::string_view scheme : {"postgresql://", "postgres://"})
        if (text.starts_with(scheme))
            return read_url(text.substr(scheme.size()));
    if (text.starts_with("https://") || text.starts_with("http://"))
        return wrong(
            "it is a web address, not a database",
            "for Supabase copy the string under Connect > Connection string; it begins with postgresql://"
        );
    const auto equals = text.find('=');
    if (text.substr(0, equals).find("://") != std::string_view::npos || equals == std::string_view::npos)
        return wrong("it begins neither with postgresql:// nor with a keyword such as host=");
    return read_keywords(text);
}

crypto::secret<std::string> to_url(const target& where)
{
    const bool ipv6 = !where.host.starts_with('/') && where.host.find(':') != std::string::npos;
    std::string url;
    url.reserve(512 + (3 * (where.password.reveal().size() + where.user.size() + where.options.size())));
    url += "postgresql://" + percent_encoded(where.user);
    if (!where.password.empty()) {
        const crypto::secret<std::string> encoded(percent_encoded(where.password.reveal()));
        url += ':';
        url += encoded.reveal();
    }
    url += '@';
    url += ipv6 ? "[" + where.host + "]" : percent_encoded(where.host);
    url += ':' + std::to_string(where.port) + '/' + percent_encoded(where.database);
    url += "?sslmode=";
    url += sslmode_name(where.tls);
    if (!where.root_certificate.empty())
        url += "&sslrootcert=" + percent_encoded(where.root_certificate);
    if (!where.application_name.empty())
        url += "&application_name=" + percent_encoded(where.application_name);
    if (!where.options.empty())
        url += "&options=" + percent_encoded(where.options);
    if (where.connect_timeout != target{}.connect_timeout)
        url += "&connect_timeout=" + std::to_string(where.connect_timeout.count());
    return crypto::secret<std::string>(std::move(url));
}

std::string describe(const target& where)
{
    const bool ipv6 = !where.host.starts_with('/') && where.host.find(':') != std::string::npos;
    std::string text = where.user + '@' + (ipv6 ? '[' + where.host + ']' : where.host) + ':' +
                       std::to_string(where.port) + '/' + where.database + " (tls: ";
    text += sslmode_name(where.tls);
    return text + ')';
}

} // namespace basekeeper::pg
