// What certificate a server shows, whether it is trusted for its name, and if not, why.
#pragma once

#include "base/clock.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"
#include "net/host_and_port.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::net {

/// Whom to believe.
struct tls_trust
{
    std::filesystem::path authorities{}; ///< PEM file; empty: those of the machine
};

enum class certificate_problem
{
    self_signed,
    unknown_authority, ///< also when the server does not send the certificates in between
    expired,
    not_yet_valid,
    wrong_host,
    other
};

/// `self_signed`, `unknown_authority`, …
std::string_view to_string(certificate_problem p) noexcept;

/// Makers of certificates that tell something about how a server is set up.
enum class certificate_maker
{
    somebody,
    lets_encrypt,
    lets_encrypt_staging, ///< for trials: no browser trusts it
    traefik_default       ///< Traefik has no certificate for the name and shows a makeshift one
};

/// All texts are the server's words, bounded and without control characters, and as trustworthy as the server.
struct peer_certificate
{
    std::string subject; ///< as RFC 2253 writes names: `CN=example.com,O=Example`
    std::string issuer;
    std::vector<std::string> names; ///< DNS names and addresses it is made for; at most 100
    std::size_t more_names = 0;     ///< left out
    wall_time not_before{};
    wall_time not_after{};
    std::string pin;    ///< `sha256//…` of the public key, as http::client_request takes it
    std::string sha256; ///< fingerprint as browsers show it: `AB:CD:…`
    certificate_maker made_by = certificate_maker::somebody;
    std::vector<certificate_problem> problems; ///< each once, the one to solve first at the front
    std::string why;                           ///< the problems in words; empty when there is none

    /// By the authorities and for the host that were asked about.
    bool trusted() const { return problems.empty(); }
};

struct certificate_question
{
    host_and_port server; ///< the host is sent to the server (SNI) and looked for in the certificate
    std::optional<host_and_port> connect_to{}; ///< instead of what the host resolves to
    tls_trust trust{};
};

/// Shakes hands and leaves, without a byte of content. A certificate that is not trusted is an answer, no failure.
/// Fails like `dial`, with invalid_argument when the server does not speak TLS, unavailable when it breaks the
/// handshake off, timeout, and invalid_argument, denied or not_found for the file of authorities.
io::task<result<peer_certificate>>
read_peer_certificate(io::executor where, io::offload_pool& threads, certificate_question asked, io::deadline until);

} // namespace basekeeper::net
