// The refusals people meet, told apart by SQLSTATE where there is one, else by libpq's English words (it is never given
// a locale here).
#include "pg/connect_failure.hpp"

#include "base/text.hpp"
#include "pg/host_kind.hpp"
#include "pg/login_refusal.hpp"
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
     "check network, VPN and firewall, and whether the address is IPv6 while this machine has IPv4 only"},
    {"Cannot assign requested address",
     unavailable,
     "the network of %H cannot be reached",
     "check network, VPN and firewall, and whether the address is IPv6 while this machine has IPv4 only"},
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

std::string where_postgres_may_listen(const target& to)
{
    if (kind_of_host(to.host) == host_kind::docker_gateway)
        return "this is the HTTP gateway of the stack: use the host of its pooler, port 5432 or 6543";
    if (to.port == 6543)
        return "check host and port, and that the pooler runs; port 5432 may be published as well (session mode)";
    return "check host and port, and that the server runs (pg_isready -h HOST -p PORT); a self-hosted stack publishes "
           "the pooler's ports only, 5432 (POSTGRES_PORT) and 6543, with users named ROLE.TENANT";
}

} // namespace

error connect_failure(const target& to, std::string_view said)
{
    if (const auto told = fatal_in(said); !told.sqlstate.empty())
        return login_refusal(to, told.sqlstate, told.message);
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
    if (e.code == unavailable && said.find("Connection refused") != std::string_view::npos)
        e.hint = where_postgres_may_listen(to);
    e.server_text = std::string(utf8_prefix(said, max_server_text));
    return e;
}

error unknown_host(const target& to, std::string_view reason)
{
    const auto cannot = "cannot connect to " + describe(to) + ": ";
    switch (kind_of_host(to.host)) {
    case host_kind::docker_name:
        return {
            unavailable,
            cannot + '"' + to.host + "\" is a name inside the Docker network of the stack and is not known here",
            "from outside use the address of the server that runs the stack, with a port that its pooler publishes: "
            "5432 "
            "(POSTGRES_PORT) or 6543, user ROLE.TENANT (POOLER_TENANT_ID of its .env); or run basekeeper in that "
            "network"
        };
    case host_kind::docker_gateway:
        return {
            invalid_argument,
            cannot + '"' + to.host + "\" is the HTTP gateway of the stack, where no PostgreSQL listens",
            "use the address of the server that runs the stack, with port 5432 or 6543 of its pooler"
        };
    case host_kind::docker_host:
        return {
            unavailable,
            cannot + '"' + to.host + "\" is known inside containers only",
            "on the machine itself the host is localhost"
        };
    case host_kind::cloud_direct:
    case host_kind::cloud_pooler:
        return {
            unavailable,
            cannot + "the host name cannot be resolved (" + std::string(reason) + ')',
            "check the project reference and the region; a paused project has no host until it is restored; the direct "
            "host has IPv6 addresses only: from an IPv4 network use the session pooler's host, shown under Connect"
        };
    default:
        return {
            unavailable,
            cannot + "the host name cannot be resolved (" + std::string(reason) + ')',
            "check the spelling of the host, and the name server of this machine"
        };
    }
}

bool lacks_network(const error& failed)
{
    return failed.sqlstate.empty() && (failed.server_text.contains("Network is unreachable") ||
                                       failed.server_text.contains("Cannot assign requested address"));
}

error no_network_of_family(const target& to, address_family only)
{
    const std::string_view has = only == address_family::ipv6 ? "IPv6" : "IPv4";
    const bool cloud = kind_of_host(to.host) == host_kind::cloud_direct;
    return {
        unavailable,
        "cannot connect to " + describe(to) + ": the host has " + std::string(has) +
            " addresses only, and this machine has no " + std::string(has) + " network",
        cloud ? "use the session pooler's host (aws-N-REGION.pooler.supabase.com, port 5432, user ROLE." +
                    project_of_host(to.host) + "), or buy the IPv4 add-on"
              : "use a network with " + std::string(has) + ", or an address of the other kind"
    };
}

bool worth_another_address(const error& failed)
{
    return failed.sqlstate.empty() && (failed.code == unavailable || failed.code == timeout);
}

} // namespace basekeeper::pg
