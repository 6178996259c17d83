// Loads certificate and key, and sets what TLS may and may not do.
#include "net/tls_context.hpp"

#include "net/tls_wire.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace basekeeper::net {

struct tls_context::loaded
{
    ssl_owner<SSL_CTX> rules;
};

namespace {

constexpr unsigned char http_1_1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// Takes HTTP/1.1 when the client offers it; other offers are left unanswered, as older servers do.
int choose_protocol(
    SSL* /*of*/,
    const unsigned char** chosen,
    unsigned char* size,
    const unsigned char* offered,
    unsigned offered_size,
    void* /*unused*/
)
{
    unsigned char* found = nullptr;
    const int how =
        SSL_select_next_proto(&found, size, http_1_1, sizeof http_1_1, offered, offered_size); // NOLINT: C arrays
    *chosen = found;
    return how == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

/// There is nobody to ask for a passphrase.
int no_passphrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*unused*/)
{
    return -1;
}

ssl_owner<SSL_CTX> make_rules()
{
    ssl_owner<SSL_CTX> rules(SSL_CTX_new(TLS_server_method()));
    if (!rules || SSL_CTX_set_min_proto_version(rules.get(), TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(rules.get(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        throw std::runtime_error("OpenSSL failed: making a TLS context");
    SSL_CTX_set_options(
        rules.get(),
        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
            SSL_OP_IGNORE_UNEXPECTED_EOF
    );
    SSL_CTX_set_mode(
        rules.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    // Sessions are resumed by tickets, which the client keeps; ours would be memory per client.
    SSL_CTX_set_session_cache_mode(rules.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(rules.get(), choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(rules.get(), no_passphrase);
    return rules;
}

/// What OpenSSL says of its last failure; clears it.
std::string reason()
{
    const auto number = ERR_peek_last_error();
    ERR_clear_error();
    const char* const text = ERR_reason_error_string(number);
    return text != nullptr ? text : "unknown reason";
}

/// OpenSSL tells a missing file and a bad one apart only in prose.
result<> check_readable(std::string_view what, const std::string& file)
{
    if (::access(file.c_str(), R_OK) == 0)
        return {};
    const int number = errno;
    return fail(
        number == EACCES ? condition::denied : condition::not_found,
        fmt::format("cannot read the {} {}: {}", what, file, std::generic_category().message(number)),
        fmt::format("check the path and that this user may read {}", file)
    );
}

std::unexpected<error> bad_file(std::string_view what, const std::string& file, std::string_view format)
{
    return fail(
        condition::invalid_argument,
        fmt::format("cannot use the {} {}: {}", what, file, reason()),
        fmt::format("{} must be {}", file, format)
    );
}

} // namespace

tls_context::tls_context(tls_files files, std::unique_ptr<loaded> first)
    : files_(std::move(files)), loaded_(std::move(first))
{}

tls_context::~tls_context() = default;

result<std::unique_ptr<tls_context::loaded>> tls_context::read(const tls_files& files)
{
    TRY(check_readable("certificate chain", files.certificate_chain));
    TRY(check_readable("private key", files.private_key));
    ERR_clear_error();
    auto rules = make_rules();
    if (SSL_CTX_use_certificate_chain_file(rules.get(), files.certificate_chain.c_str()) != 1)
        return bad_file("certificate chain", files.certificate_chain, "certificates in PEM, the server's own first");
    if (SSL_CTX_use_PrivateKey_file(rules.get(), files.private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
        const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
        return bad_file(
            "private key",
            files.private_key,
            mismatch ? "the key of the first certificate in " + files.certificate_chain
                     : "a private key in PEM without a passphrase"
        );
    }
    if (SSL_CTX_check_private_key(rules.get()) != 1)
        return bad_file("private key", files.private_key, "the key of the certificate in " + files.certificate_chain);
    return std::make_unique<loaded>(std::move(rules));
}

result<std::shared_ptr<tls_context>> tls_context::load(tls_files files)
{
    auto first = read(files);
    if (!first)
        return fail(std::move(first).error());
    return std::shared_ptr<tls_context>(new tls_context(std::move(files), *std::move(first)));
}

result<> tls_context::reload()
{
    auto again = read(files_);
    if (!again)
        return fail(std::move(again).error());
    loaded_ = *std::move(again);
    return {};
}

std::unique_ptr<wire> tls_context::wrap(io::executor where, open_socket connected) const
{
    return make_tls_wire(std::move(where), std::move(connected), loaded_->rules.get());
}

} // namespace basekeeper::net
