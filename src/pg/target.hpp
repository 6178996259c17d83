// Where a database is and who we are there: the parts of a connection URL, without any connection.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace basekeeper::pg {

/// How much TLS is asked for, as libpq's sslmode (`allow` is taken as prefer).
enum class tls_mode
{
    disable,
    prefer,     ///< TLS when the server offers it
    require,    ///< TLS, certificate not checked
    verify_ca,  ///< TLS, certificate signed by a known authority
    verify_full ///< the same, and made for this host name
};
BOOST_DESCRIBE_ENUM(tls_mode, disable, prefer, require, verify_ca, verify_full)

/// A database and the credentials for it. Plain data, copied freely; the password wipes itself.
struct target
{
    std::string host = "localhost"; ///< name, IP address, or the directory of a Unix socket (begins with '/')
    std::uint16_t port = 5432;
    std::string database = "postgres";
    std::string user = "postgres";
    crypto::secret<std::string> password;
    tls_mode tls = tls_mode::prefer;
    std::string root_certificate; ///< path of a PEM file, "system" for the machine's own, empty for libpq's default
    std::string application_name; ///< empty: "basekeeper/<version>"
    std::chrono::seconds connect_timeout{10}; ///< for one attempt; a nearer deadline wins
    std::string options;                      ///< extra start-up options of the server: `-c statement_timeout=5s`

    friend bool operator==(const target&, const target&) = default;
};

/// Reads `postgres://user:password@host:port/database?sslmode=require`, `postgresql://…`, or libpq keywords
/// (`host=… port=… user=…`). In URLs the password may hold unencoded special characters (the last '@' before the path
/// ends it); a `%` that is not followed by two hex digits stands for itself there. Query parameters: host, port, user,
/// password, dbname, sslmode, sslrootcert, application_name, options, connect_timeout; those of other drivers that do
/// not change where or how we connect (pgbouncer, schema, pool_timeout, …) are ignored. Fails with invalid_argument
/// naming the wrong part, never showing the password.
result<target> parse_target(std::string_view text);

/// Sets one part by the name that libpq gives it (`host`, `port`, `sslmode`, ...); unset parts keep their value. Fails
/// as parse_target does, which reads every setting through it.
result<> apply_setting(target& to, std::string_view key, std::string value);

/// `%41` becomes `A`; a `%` that two hex digits do not follow stands for itself.
std::string percent_decoded(std::string_view s);

/// The URL that parse_target reads back as the same target. It holds the password.
crypto::secret<std::string> to_url(const target& where);

/// `postgres@db.example.com:5432/postgres (tls: require)`, without the password; for messages and lists.
std::string describe(const target& where);

/// "verify-full" and so on, as libpq and URLs spell it.
std::string_view sslmode_name(tls_mode mode) noexcept;

} // namespace basekeeper::pg
