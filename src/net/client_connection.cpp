// OpenSSL's client on a watched socket: every step is tried at once and repeated when the socket is ready.
#include "net/client_connection.hpp"

#include "io/descriptor.hpp"
#include "net/certificate_facts.hpp"
#include "net/quiet_socket.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace basekeeper::net {

struct client_connection::state
{
    state(io::executor where, int connected, std::string server)
        : socket(std::move(where), connected, io::ownership::owned), place(std::move(server))
    {}

    state(const state&) = delete;
    state& operator=(const state&) = delete;

    ~state()
    {
        if (session)
            SSL_shutdown(session.get()); // as far as it goes out at once
        ERR_clear_error();
    }

    /// Waits for what OpenSSL needs to go on.
    io::task<result<>> wait_after(int why, io::deadline until);
    io::task<result<>> handshake(io::deadline until);
    error handshake_failure(int why) const;

    io::descriptor socket;
    std::string place;
    ssl_owner<SSL> session;
    std::vector<verification_finding> findings;
};

namespace {

bool goes_on(int why)
{
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

/// Notes what is wrong and lets the handshake go on: whoever asked decides.
int note_finding(int fine, X509_STORE_CTX* of)
{
    if (fine == 1)
        return 1;
    auto* session = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(of, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* findings = static_cast<std::vector<verification_finding>*>(SSL_get_app_data(session)); // NOLINT: a macro
    findings->push_back({X509_STORE_CTX_get_error(of), X509_STORE_CTX_get_error_depth(of)});
    return 1;
}

result<ssl_owner<SSL_CTX>> make_client_rules(const tls_trust& trust)
{
    ssl_owner<SSL_CTX> rules(SSL_CTX_new(TLS_client_method()));
    if (!rules || SSL_CTX_set_min_proto_version(rules.get(), TLS1_2_VERSION) != 1)
        throw std::runtime_error("OpenSSL failed: making a TLS context");
    SSL_CTX_set_verify(rules.get(), SSL_VERIFY_PEER, note_finding);
    if (trust.authorities.empty()) {
        SSL_CTX_set_default_verify_paths(rules.get());
        return rules;
    }
    if (::access(trust.authorities.c_str(), R_OK) != 0) {
        const int number = errno;
        return fail(
            number == EACCES ? condition::denied : condition::not_found,
            fmt::format(
                "cannot read the file of trusted authorities {}: {}",
                trust.authorities.string(),
                std::generic_category().message(number)
            ),
            "check the path and that this user may read it"
        );
    }
    if (SSL_CTX_load_verify_file(rules.get(), trust.authorities.c_str()) != 1) {
        ERR_clear_error();
        return fail(
            condition::invalid_argument,
            fmt::format("the file of trusted authorities {} holds no certificates", trust.authorities.string()),
            "it must hold certificates in PEM"
        );
    }
    // Whoever names a certificate trusts it, also when it is not at the root.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(rules.get()), X509_V_FLAG_PARTIAL_CHAIN);
    return rules;
}

void expect_host(SSL* session, const std::string& host)
{
    auto* rules = SSL_get0_param(session);
    if (is_ip_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
        return;
    }
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
    SSL_set_tlsext_host_name(session, host.c_str()); // NOLINT: a macro with a C cast
}

} // namespace

io::task<result<>> client_connection::state::wait_after(int why, io::deadline until)
{
    auto waited = co_await socket.wait(why == SSL_ERROR_WANT_READ ? io::readiness::read : io::readiness::write, until);
    if (!waited && waited.error().code == condition::timeout)
        co_return fail(
            condition::timeout,
            fmt::format("{} did not answer in time", place),
            "check that the right service listens there"
        );
    co_return waited;
}

error client_connection::state::handshake_failure(int why) const
{
    const auto number = ERR_peek_last_error();
    const int reason = ERR_GET_REASON(number);
    if (why == SSL_ERROR_SSL && (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
                                 reason == SSL_R_HTTP_REQUEST || reason == SSL_R_BAD_RECORD_TYPE ||
                                 reason == SSL_R_UNEXPECTED_MESSAGE || reason == SSL_R_INVALID_SESSION_ID))
        return {
            condition::invalid_argument,
            fmt::format("what answers at {} does not speak TLS", place),
            "check the port, or use the protocol without encryption on it"
        };
    if (why != SSL_ERROR_SSL || number == 0 || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return {
            condition::unavailable,
            fmt::format("{} closed the connection during the TLS handshake", place),
            "check that TLS is spoken on that port, and the log of the server"
        };
    return {
        condition::unavailable,
        fmt::format("the TLS handshake with {} failed: {}", place, last_tls_reason()),
        "check that the server has a certificate for the host name, and offers TLS 1.2 or 1.3"
    };
}

io::task<result<>> client_connection::state::handshake(io::deadline until)
{
    for (;;) {
        ERR_clear_error();
        const int done = SSL_do_handshake(session.get());
        if (done == 1)
            co_return result<>{};
        const int why = SSL_get_error(session.get(), done);
        if (!goes_on(why))
            co_return fail(handshake_failure(why));
        CO_TRY(co_await wait_after(why, until));
    }
}

client_connection::client_connection(std::unique_ptr<state> opened) : state_(std::move(opened)) {}

client_connection::~client_connection() = default;
client_connection::client_connection(client_connection&&) noexcept = default;
client_connection& client_connection::operator=(client_connection&&) noexcept = default;

io::task<result<client_connection>>
client_connection::open(io::executor where, io::offload_pool& threads, host_and_port to, io::deadline until)
{
    auto place = to.to_string();
    auto connected = CO_TRY(co_await dial(where, threads, std::move(to), until));
    co_return client_connection(std::make_unique<state>(std::move(where), connected.release(), std::move(place)));
}

io::task<result<peer_certificate>> client_connection::start_tls(std::string host, tls_trust trust, io::deadline until)
{
    auto& s = *state_;
    const auto rules = CO_TRY(make_client_rules(trust));
    s.session = make_session(rules.get(), s.socket.fd());
    SSL_set_connect_state(s.session.get());
    SSL_set_app_data(s.session.get(), &s.findings); // NOLINT: a macro with a C cast
    expect_host(s.session.get(), host);
    if (auto shaken = co_await s.handshake(until); !shaken) {
        s.session.reset(); // nothing may be sent over it, not even its end
        co_return fail(std::move(shaken).error());
    }
    const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(s.session.get()), X509_free);
    if (!shown)
        co_return fail(
            condition::denied, fmt::format("{} showed no certificate", s.place), "give the server a certificate"
        );
    co_return facts_of(shown.get(), host, s.findings);
}

bool client_connection::is_encrypted() const
{
    return state_->session != nullptr;
}

std::string client_connection::tls_version() const
{
    return state_->session ? SSL_get_version(state_->session.get()) : "";
}

io::task<result<std::size_t>> client_connection::read_some(std::span<char> into, io::deadline until)
{
    auto& s = *state_;
    while (s.session) {
        ERR_clear_error();
        std::size_t got = 0;
        const int done = SSL_read_ex(s.session.get(), into.data(), into.size(), &got);
        if (done == 1)
            co_return got;
        const int why = SSL_get_error(s.session.get(), done);
        if (why == SSL_ERROR_ZERO_RETURN || ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
            co_return 0U;
        if (!goes_on(why))
            co_return fail(condition::unavailable, fmt::format("the connection to {} was lost", s.place));
        CO_TRY(co_await s.wait_after(why, until));
    }
    for (;;) {
        CO_TRY(co_await s.wait_after(SSL_ERROR_WANT_READ, until));
        const auto n = ::recv(s.socket.fd(), into.data(), into.size(), 0);
        if (n >= 0)
            co_return static_cast<std::size_t>(n);
        if (errno != EAGAIN && errno != EINTR)
            co_return fail(condition::unavailable, fmt::format("the connection to {} was lost", s.place));
    }
}

io::task<result<>> client_connection::write_all(std::string_view bytes, io::deadline until)
{
    auto& s = *state_;
    while (!bytes.empty()) {
        ERR_clear_error();
        std::size_t put = 0;
        int why = SSL_ERROR_NONE;
        if (s.session) {
            const int done = SSL_write_ex(s.session.get(), bytes.data(), bytes.size(), &put);
            why = done == 1 ? SSL_ERROR_NONE : SSL_get_error(s.session.get(), done);
        } else {
            const auto n = ::send(s.socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            put = n > 0 ? static_cast<std::size_t>(n) : 0;
            if (n < 0)
                why = errno == EAGAIN || errno == EINTR ? SSL_ERROR_WANT_WRITE : SSL_ERROR_SYSCALL;
        }
        bytes.remove_prefix(put);
        if (why == SSL_ERROR_NONE)
            continue;
        if (!goes_on(why))
            co_return fail(condition::unavailable, fmt::format("the connection to {} was lost", s.place));
        CO_TRY(co_await s.wait_after(why, until));
    }
    co_return result<>{};
}

io::task<result<peer_certificate>>
read_peer_certificate(io::executor where, io::offload_pool& threads, certificate_question asked, io::deadline until)
{
    if (!is_host(asked.server.host))
        co_return fail(
            condition::invalid_argument,
            "the host whose certificate is asked for is no proper host name",
            "write a name of letters, digits, dots and hyphens (xn--… for others) or an address"
        );
    auto to = asked.connect_to.value_or(asked.server);
    auto opened = CO_TRY(co_await client_connection::open(std::move(where), threads, std::move(to), until));
    co_return co_await opened.start_tls(std::move(asked.server.host), std::move(asked.trust), until);
}

} // namespace basekeeper::net
