// The keys of the way in over HTTP: http, auth, rate and block. A part of keys.hpp.
#pragma once

#include "config/value.hpp"

namespace basekeeper::config {

bool is_file_path(std::string_view s);       ///< absolute, or under ~/
bool is_http_url(std::string_view s);        ///< without a password in it
bool is_listen_endpoint(std::string_view s); ///< `host:port`, `[ip]:port`, `unix:/path`, or empty
bool is_public_url(std::string_view s);      ///< http or https, without query, fragment, user; or empty
bool is_origin(std::string_view s);          ///< `https://app.example.com`, with a port or not; never `*`
bool is_host_name(std::string_view s);       ///< `db.example.com`, `db.example.com:8443`, `[2001:db8::1]`
bool is_proxy(std::string_view s);           ///< an address, a network of them, or `unix`
bool is_key_set_place(std::string_view s);   ///< https URL, http URL of this machine, absolute path, JSON; or empty
bool is_issuer(std::string_view s);          ///< printable, no white space; or empty
bool is_signature_algorithm(std::string_view s);
bool is_long_secret(std::string_view s); ///< 32 bytes or more
bool is_scope_shape(std::string_view s); ///< the characters of a scope; access knows which exist

/// Calls `visit(rule, setting)` for every key of the `http` table.
template <class Http, class Visit>
void for_each_http_key(Http& h, Visit& visit)
{
    constexpr std::string_view a_path = "an absolute path, or one under ~/";
    visit(
        rule{
            .name = "http.listen",
            .meaning = "Where `serve --http` listens; empty: 127.0.0.1:8420.",
            .accepts = is_listen_endpoint,
            .accepted = "an address and port such as 127.0.0.1:8420 or [::1]:8420, or unix:/path"
        },
        h.listen
    );
    visit(
        rule{
            .name = "http.public_url",
            .meaning = "The URL of the MCP endpoint as clients know it; the audience of their tokens.",
            .accepts = is_public_url,
            .accepted = "a URL such as https://db.example.com/mcp, without query and fragment"
        },
        h.public_url
    );
    visit(
        rule{
            .name = "http.allowed_origins",
            .meaning = "Origins of web pages that may connect, also across origins; none by default.",
            .accepts = is_origin,
            .accepted = "an origin such as https://app.example.com"
        },
        h.allowed_origins
    );
    visit(
        rule{
            .name = "http.allowed_hosts",
            .meaning = "Names that the Host header may have, besides that of http.public_url.",
            .accepts = is_host_name,
            .accepted = "a host name, with a port or without"
        },
        h.allowed_hosts
    );
    visit(
        rule{
            .name = "http.trusted_proxies",
            .meaning = "Reverse proxies whose X-Forwarded-For tells the address of the client.",
            .accepts = is_proxy,
            .accepted = "an address such as 10.0.0.5, a network such as 10.0.0.0/8, or unix"
        },
        h.trusted_proxies
    );
    visit(
        rule{
            .name = "http.tls_certificate",
            .meaning = "The PEM file of the certificate and its chain; empty: no TLS.",
            .accepts = is_file_path,
            .accepted = a_path
        },
        h.tls_certificate
    );
    visit(
        rule{
            .name = "http.tls_key",
            .meaning = "The PEM file of the certificate's private key.",
            .accepts = is_file_path,
            .accepted = a_path
        },
        h.tls_key
    );
    visit(rule{"http.max_sessions", "The most sessions at a time.", 1, 100'000}, h.max_sessions);
    visit(rule{"http.max_streams", "The most open event streams and WebSockets.", 1, 100'000}, h.max_streams);
    visit(rule{"http.max_body_bytes", "The most bytes of one request.", 1'024, 64U << 20U}, h.max_body_bytes);
    visit(rule{"http.session_idle", "How long a session without requests is kept.", 10, 7ULL * 86'400}, h.session_idle);
}

/// The same for the tables `auth`, `rate` and `block`.
template <class Settings, class Visit>
void for_each_access_key(Settings& s, Visit& visit)
{
    for_each_http_key(s.http, visit);
    visit(rule{"auth.mode", "Whether callers over HTTP must show who they are; none only on loopback."}, s.auth.mode);
    visit(
        rule{
            .name = "auth.jwt_secret",
            .meaning = "The secret of HS256 tokens.",
            .accepts = is_long_secret,
            .accepted = "a secret of 32 bytes or more",
            .sources = key_sources::no_flag
        },
        s.auth.jwt_secret
    );
    visit(
        rule{
            .name = "auth.jwks",
            .meaning = "The keys of those who sign tokens: a URL, a file, or the JWK set itself.",
            .accepts = is_key_set_place,
            .accepted = "an https URL, an absolute path or a JWK set"
        },
        s.auth.jwks
    );
    visit(
        rule{
            .name = "auth.issuer",
            .meaning = "The issuer that tokens must name; empty: one of auth.authorization_servers.",
            .accepts = is_issuer,
            .accepted = "an issuer as tokens spell it"
        },
        s.auth.issuer
    );
    visit(
        rule{
            .name = "auth.audience",
            .meaning = "The audience that tokens must name; empty: http.public_url.",
            .accepts = is_issuer,
            .accepted = "an audience as tokens spell it"
        },
        s.auth.audience
    );
    visit(
        rule{
            .name = "auth.authorization_servers",
            .meaning = "The OAuth servers that clients are sent to.",
            .accepts = is_http_url,
            .accepted = "a URL such as https://auth.example.com"
        },
        s.auth.authorization_servers
    );
    visit(
        rule{
            .name = "auth.algorithms",
            .meaning = "The only signatures that are accepted; empty: those that the secret and the keys allow.",
            .accepts = is_signature_algorithm,
            .accepted = "HS256, RS256, PS256, ES256 or EdDSA"
        },
        s.auth.algorithms
    );
    visit(
        rule{
            .name = "auth.supabase_scopes",
            .meaning = "What users of Supabase may do with their own token; empty: it is refused.",
            .accepts = is_scope_shape,
            .accepted = "a scope such as database:read"
        },
        s.auth.supabase_scopes
    );
    visit(
        rule{"rate.per_principal", "Requests of one caller in a second; 0: any.", 0, 1'000'000}, s.rate.per_principal
    );
    visit(rule{"rate.per_address", "Requests from one address in a second; 0: any.", 0, 1'000'000}, s.rate.per_address);
    visit(
        rule{"block.after_failures", "Refused credentials that block an address; 0: never.", 0, 1'000'000},
        s.block.after_failures
    );
    visit(rule{"block.for", "How long such a block lasts.", 1, 365ULL * 86'400}, s.block.lasting);
    visit(rule{"block.window", "The time within which those failures count.", 1, 86'400}, s.block.window);
}

} // namespace basekeeper::config
