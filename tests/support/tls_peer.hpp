// Certificates made on the spot, and a TLS client that reports which one the server showed.
#pragma once

#include "io/descriptor.hpp"
#include "support/raw_client.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace basekeeper::test {

/// Writes a self-signed certificate with that common name, and its key, into two PEM files.
inline void make_certificate(const std::string& name, const std::string& certificate_file, const std::string& key_file)
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* const subject = X509_get_subject_name(made.get());
    const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(made.get(), subject);
    X509_sign(made.get(), key.get(), EVP_sha256());
    using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    const file certificate(std::fopen(certificate_file.c_str(), "w"), std::fclose);
    const file secret(std::fopen(key_file.c_str(), "w"), std::fclose);
    if (!certificate || !secret)
        throw std::runtime_error("cannot write " + certificate_file + " and " + key_file);
    PEM_write_X509(certificate.get(), made.get());
    PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

/// A TLS connection on top of a raw one. Trusts everybody.
class tls_client
{
public:
    tls_client(io::runtime& on, const net::endpoint& to, int highest_version = TLS1_3_VERSION)
        : raw_(on, to), rules_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), session_(nullptr, SSL_free)
    {
        SSL_CTX_set_security_level(rules_.get(), 0); // so that even old versions are offered
        SSL_CTX_set_min_proto_version(rules_.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(rules_.get(), highest_version);
        session_.reset(SSL_new(rules_.get()));
        SSL_set_fd(session_.get(), raw_.fd());
        SSL_set_connect_state(session_.get());
    }

    io::task<bool> handshake()
    {
        for (;;) {
            const int done = SSL_do_handshake(session_.get());
            if (done == 1)
                co_return true;
            if (!co_await wait_for(done))
                co_return false;
        }
    }

    /// The common name of the server's certificate.
    std::string server_name() const
    {
        const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(session_.get()), X509_free);
        std::array<char, 100> name{};
        if (shown)
            X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name.data(), name.size());
        return name.data();
    }

    io::task<> send(std::string bytes)
    {
        std::size_t put = 0;
        while (!bytes.empty()) {
            const int done = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &put);
            if (done == 1)
                bytes.erase(0, put);
            else if (!co_await wait_for(done)) {
                ADD_FAILURE() << "while sending";
                co_return;
            }
        }
    }

    /// What comes up to and including `mark`; what came so far when the connection ends first.
    io::task<std::string> read_until(std::string mark)
    {
        std::string out;
        char c = 0;
        std::size_t got = 0;
        while (!out.ends_with(mark)) {
            const int done = SSL_read_ex(session_.get(), &c, 1, &got);
            if (done == 1)
                out += c;
            else if (!co_await wait_for(done))
                break;
        }
        co_return out;
    }

    /// The connection below, past which nothing is encrypted.
    raw_client& beneath() { return raw_; }

private:
    io::task<bool> wait_for(int outcome)
    {
        const int why = SSL_get_error(session_.get(), outcome);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            co_return false;
        const auto what = why == SSL_ERROR_WANT_READ ? io::readiness::read : io::readiness::write;
        co_return (co_await raw_.descriptor().wait(what, io::deadline::after(std::chrono::seconds{10}))).has_value();
    }

    raw_client raw_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> rules_;
    std::unique_ptr<SSL, decltype(&SSL_free)> session_;
};

} // namespace basekeeper::test
