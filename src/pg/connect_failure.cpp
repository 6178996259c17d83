// The refusals people meet, told apart by SQLSTATE where there is one, else by libpq's English words (it is never given
// a locale here).
#include "pg/connect_failure.hpp"

#include "base/text.hpp"
#include "pg/sqlstate.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace basekeeper::pg {
namespace {

struct known_words
{
    std::string_view words;
    condition means;
    std::string_view what;
    std::string_view hint;
};

using enum condition;

/// The first that occurs in libpq's text is taken. %H stands for host and port.
constexpr auto local_failures = std::to_array<known_words>({
    {"server does not support SSL",
     invalid_argument,
     "the server does not offer TLS",
     "set sslmode=disable (or prefer) for this server, or switch TLS on there (ssl = on)"},
    {"could not read root certificate",
     invalid_argument,
     "the root certificate file cannot be read",
     "set sslrootcert to a PEM file that this user may read"},
    {"root certificate file",
     invalid_argument,
     "the root certificate to check the server with was not found",
     "set sslrootcert to the PEM file of the authority (for Supabase: Database Settings > SSL), or sslmode=require"},
    {"certificate verify failed",
     denied,
     "the server's certificate is not signed by a trusted authority, or it has expired",
     "set sslrootcert to the authority's PEM file, or renew the server's certificate; do not lower sslmode unless the "
     "network is your own"},
    {"does not match host name",
     denied,
     "the server's certificate is made for another host name",
     "connect by the name in the certificate, or use sslmode=verify-ca"},
    {"SSL",
     unavailable,
     "the TLS handshake failed",
     "check that host and port belong to PostgreSQL, and its TLS settings"},
    {"no password supplied",
     denied,
     "the server wants a password and none is configured",
     "put it in the URL: postgresql://USER:PASSWORD@HOST"},
    {"Connection refused",
     unavailable,
     "nothing listens at %H",
     "check host and port, and that the server runs (pg_isready -h HOST -p PORT)"},
    {"No such file or directory",
     unavailable,
     "there is no PostgreSQL socket at %H",
     "check the directory (often /var/run/postgresql), the port, and that the server runs"},
    {"Permission denied",
     denied,
     "the socket at %H may not be opened by this user",
     "check the permissions of the directory"},
    {"No route to host", unavailable, "no route leads to %H", "check network, VPN and firewall"},
    {"Network is unreachable",
     unavailable,
     "the network of %H cannot be reached",
     "Supabase's direct host has IPv6 only: from an IPv4 network use the session pooler's host (port 5432)"},
    {"Cannot assign requested address",
     unavailable,
     "the network of %H cannot be reached",
     "Supabase's direct host has IPv6 only: from an IPv4 network use the session pooler's host (port 5432)"},
    {"timeout expired", timeout, "%H did not answer in time", "check network and firewall"},
    {"Connection timed out", timeout, "%H did not answer in time", "check network and firewall"},
    {"authentication method",
     denied,
     "the server asks for a way of authentication that is not supported",
     "let pg_hba.conf ask for scram-sha-256"},
    {"invalid response", invalid_argument, "what answers at %H is not PostgreSQL", "check host and port"},
    {"expected authentication request", invalid_argument, "what answers at %H is not PostgreSQL", "check host and port"
    },
    {"server closed the connection",
     unavailable,
     "%H closed the connection during the login",
     "the server may be restarting, or what listens there is not PostgreSQL: check host, port and its log"},
    {"Connection reset", unavailable, "%H closed the connection during the login", "try again; check the server's log"},
});

/// SQLSTATEs whose sentence differs when they come from a login.
constexpr auto login_failures = std::to_array<known_words>({
    {"28P01", denied, "the password of the user is wrong", ""},
    {"28000", denied, "the server does not let this user in", ""},
    {"3D000", not_found, "the database does not exist", ""},
    {"53300", unavailable, "the server has no free connection", ""},
    {"57P03", unavailable, "the server is starting up or shutting down", ""},
    {"57P01", unavailable, "the server is shutting down", ""},
});

std::string with_place(std::string_view text, const target& to)
{
    std::string out(text);
    if (const auto at = out.find("%H"); at != std::string::npos) {
        const auto place = to.host.starts_with('/') ? to.host + "/.s.PGSQL." + std::to_string(to.port)
                                                    : to.host + ':' + std::to_string(to.port);
        out.replace(at, 2, place);
    }
    return out;
}

/// The part after `FATAL:  28P01: `, and the code; the code is empty when the server said nothing.
struct fatal
{
    std::string_view sqlstate;
    std::string_view message;
};

fatal fatal_in(std::string_view said)
{
    constexpr std::string_view mark = ":  ";
    const auto code = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
    for (auto at = said.find(mark); at != std::string_view::npos; at = said.find(mark, at + 1)) {
        const auto rest = said.substr(at + mark.size());
        if (rest.size() < 7 || rest[5] != ':' || !std::ranges::all_of(rest.substr(0, 5), code))
            continue;
        return {rest.substr(0, 5), rest.substr(7, rest.find('\n') - 7)};
    }
    return {};
}

error server_refusal(const target& to, const fatal& told)
{
    if (told.message.find("Tenant or user not found") != std::string_view::npos) {
        error e(
            not_found,
            "cannot connect to " + describe(to) + ": the Supabase pooler knows no such project or user",
            "use the user postgres.<project-ref> and the pooler host of the project's own region, as shown under "
            "Connect in the Supabase dashboard; a paused project must be restored first"
        );
        e.sqlstate = told.sqlstate;
        e.server_text = std::string(utf8_prefix(told.message, max_server_text));
        return e;
    }
    auto e =
        to_error({.severity = "FATAL", .sqlstate = std::string(told.sqlstate), .message = std::string(told.message)});
    const auto* known = std::ranges::find(login_failures, told.sqlstate, &known_words::words);
    e.message = "cannot connect to " + describe(to) + ": " +
                (known != login_failures.end() ? std::string(known->what) : "the server refused the login");
    if (told.message.find("no encryption") != std::string_view::npos) {
        e.message = "cannot connect to " + describe(to) + ": the server takes encrypted connections only";
        e.hint = "set sslmode=require";
    }
    return e;
}

} // namespace

error connect_failure(const target& to, std::string_view said)
{
    if (const auto told = fatal_in(said); !told.sqlstate.empty())
        return server_refusal(to, told);
    // What libpq says about a certificate may quote the server's names; it stays in the untrusted part.
    error e(unavailable, "cannot connect to " + describe(to), "check host, port and network");
    for (const auto& known : local_failures)
        if (said.find(known.words) != std::string_view::npos) {
            e = error(
                known.means,
                "cannot connect to " + describe(to) + ": " + with_place(known.what, to),
                std::string(known.hint)
            );
            break;
        }
    e.server_text = std::string(utf8_prefix(said, max_server_text));
    return e;
}

bool worth_another_address(const error& failed)
{
    return failed.sqlstate.empty() && (failed.code == unavailable || failed.code == timeout);
}

} // namespace basekeeper::pg
