// From where a request may come: its Host and its Origin, against DNS rebinding and foreign web pages.
#pragma once

#include "access/challenges.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::access {

/// Where the server listens.
enum class reach
{
    unix_socket, ///< no browser gets there
    loopback,    ///< browsers of this machine
    beyond       ///< everybody
};

struct origin_settings
{
    reach listens = reach::loopback;
    std::string public_url{};                   ///< its host and origin are allowed; may be empty
    std::vector<std::string> allowed_origins{}; ///< `https://app.example.com`
    std::vector<std::string> allowed_hosts{};   ///< with a port: only that; without: any
};

/// Immutable; judges each header alone.
class origin_rules
{
public:
    explicit origin_rules(const origin_settings& settings);

    /// The Host header, or the host of an absolute request target. On loopback: localhost, 127.0.0.1, [::1] and
    /// 127.0.0.0/8 spelt out, with any port, and the configured names. Beyond it: the configured names, and any when
    /// none is configured. Absent or malformed: 400. Any on a Unix socket.
    std::optional<challenge> check_host(std::optional<std::string_view> host) const;

    /// The Origin header. Absent is fine: then it is no web page of another origin. `null` never is. On loopback, pages
    /// of this machine are allowed; everywhere the configured origins and that of the public URL.
    std::optional<challenge> check_origin(std::optional<std::string_view> origin) const;

    /// The value for Access-Control-Allow-Origin, only when the origin was configured by name; else no CORS header
    /// must be sent. Goes with `Vary: Origin`, and never with credentials.
    std::optional<std::string> cross_origin(std::optional<std::string_view> origin) const;

private:
    struct place
    {
        std::string scheme; ///< of origins
        std::string host;   ///< lower case; IPv6 in brackets
        std::string port;   ///< empty: none, or the scheme's own

        bool operator==(const place&) const = default;
    };

    static std::optional<place> read_host(std::string_view text);
    static std::optional<place> read_origin(std::string_view text);
    static bool is_local(std::string_view host);
    bool is_named_host(const place& p) const;

    reach listens_;
    std::vector<place> hosts_;
    std::vector<place> origins_;
    std::optional<place> own_origin_;
};

} // namespace basekeeper::access
